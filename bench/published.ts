/** reports/published/bench.md: ratios first, since they carry over to another machine; rates only as an order of magnitude. */
import { writeFileSync } from 'node:fs';
import type { ExecutionRow } from './executions.js';

/** Two digits. */
function rounded(n: number): string {
  return Number(n.toPrecision(2)).toLocaleString('en-US');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const rule = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

const TEXT = `An execution is one input, run from the initial state, with every rule judged after every op; none takes more than 200 ops. The target is pipe-iter-2016-repaired in pipe-iter, bounds \`default\`. The CLI of jsfuzz has the target that \`npm run jsfuzz:target\` makes, and seven seconds, loading left out. It runs in two processes, and counts in all of the bundle, the judge included, which it does not let one limit. The engine runs in one thread, with counters in the design and the kernel functions below it.

The first three rows run the same inputs, those that jsfuzz made: short ones, of which most ops are not enabled when their turn comes, and are passed over. The engine\u2019s own inputs take many ops, and an execution of theirs is as much longer: compare the ops a second there.`;

export function benchText(rows: readonly ExecutionRow[], rounds: number): string {
  const [cli] = rows;
  return [
    '# Executions a second, against the CLI of jsfuzz',
    '',
    `Written by \`npm run bench\`: medians of ${rounds} rounds in which all cases take turns, on two cores shared with other work, Node ${process.versions.node.split('.')[0]}. Ratios by CPU time repeat; those by the clock, and all rates, depend on what else runs.`,
    '',
    TEXT,
    '',
    ...table(
      [
        '',
        'executions to jsfuzz, by CPU',
        'by the clock',
        'ops to jsfuzz, by CPU',
        'ops an execution',
        'executions a CPU second',
      ],
      rows.map((r) => [
        r.name,
        `x${rounded(r.cpuRatio)}`,
        `x${rounded(r.ratio)}`,
        `x${rounded((r.cpuRatio * r.stepsPerRun) / cli.stepsPerRun)}`,
        rounded(r.stepsPerRun),
        rounded(r.perCpu),
      ]),
    ),
    '',
  ].join('\n');
}

export function publish(rows: readonly ExecutionRow[], rounds: number): void {
  writeFileSync('reports/published/bench.md', benchText(rows, rounds));
}
