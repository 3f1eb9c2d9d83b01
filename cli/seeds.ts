/** `npm run check`: the designs of the seeds, at default bounds; exit 0 when each breaks what it is expected to. */
import { styleText } from 'node:util';
import { Status } from '../harness/verdict.js';
import { DESIGNS } from '../model/designs/designs.js';
import { runCheck } from './check.js';
import { unmet } from './expectations.js';
import { parseOptions } from './options.js';
import { print, watchStdout } from './output.js';

const SEEDS = [
  'packet-2012',
  'pipe-iter-2016',
  'pipe-iter-2016-can-merge',
  'pipe-iter-mail-2016',
  'extract-rfc-2022',
  'read-to-read-rfc-2022',
];

async function main(): Promise<void> {
  watchStdout();
  const hasColour = process.stdout.isTTY && !process.env.NO_COLOR;
  const options = parseOptions({ engine: 'exhaustive', seed: '1', without: [], reporter: [] });
  const designs = SEEDS.filter((id) => DESIGNS.some((design) => design.id === id));
  const run = await runCheck(designs, options, hasColour, (report) => print(`${report.text}\n`));
  const { results, errors } = run;
  const conclusion = run.conclude();
  const missing = SEEDS.flatMap((id) =>
    unmet(
      DESIGNS.find((design) => design.id === id),
      id,
      results,
    ),
  );
  for (const note of conclusion.notes) print(`${note}\n`);
  for (const { design, scenario, violations, exhausted } of results) {
    const rules = [...new Set(violations.map((v) => v.class.invariant))];
    print(
      `${design}, ${scenario}: ${violations.length} classes (${rules.join(', ')})${exhausted ? '' : '; the search was cut short'}\n`,
    );
  }
  for (const sentence of missing) print(`${hasColour ? styleText('red', sentence) : sentence}\n`);
  print(
    missing.length === 0
      ? 'Each design of the seeds breaks what it is expected to break.\n'
      : 'Expectations were not met.\n',
  );
  const isCut = conclusion.status === Status.SIGINT || conclusion.status === Status.SIGTERM;
  if (isCut) process.exitCode = conclusion.status;
  else process.exitCode = missing.length + errors.usage + errors.internal === 0 ? 0 : 1;
}

await main();
