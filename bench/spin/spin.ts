/**
 * `npm run bench:spin [-- --size medium] [--model NAME] [--rounds 5] [--no-quint] [--no-write]`: Spin and
 * ours on the same models within the same bounds, every check on in both; states and edges are equal to
 * the last one, or it fails. A fresh process each, and the variants take turns. Then random steps: our
 * loop, fast-check and Quint. Writes reports/published/spin.md.
 */
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Measured, Run } from './modes.js';
import { MODES, OWN } from './modes.js';
import type { Case, Model, Size } from './models.js';
import { MODELS } from './models.js';
import { missing } from './pan.js';
import { publish } from './published.js';
import type { RandomRow } from './random.js';
import { measureRandom } from './random.js';
import { BUILD, ownVariant, panVariant } from './variants.js';

/** Every variant once a round. */
function measure(model: Model, c: Case, rounds: number): Measured {
  process.stderr.write(`${model.name} ${c.bounds}: compiling\n`);
  const variants = [...MODES.map((mode) => panVariant(model, c, mode)), ...OWN.map((own) => ownVariant(model, c, own))];
  const runs = new Map<string, Run[]>(variants.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, isSame, run } of variants) {
      const { counts, cost } = run();
      if (isSame && (counts.states !== c.states || counts.edges !== c.edges))
        throw new Error(`bench: ${name} counts ${counts.states} states and ${counts.edges} edges of ${model.name}`);
      runs.get(name)?.push({ counts, cost });
    }
    process.stderr.write(`${model.name} ${c.bounds}: round ${round} of ${rounds} is done\n`);
  }
  return { model, case: c, runs };
}

function options(): { sizes: Set<Size>; model?: string; rounds: number; quint: boolean; write: boolean } {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      size: { type: 'string', multiple: true, default: ['medium', 'large'] },
      model: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      quint: { type: 'boolean', default: true },
      write: { type: 'boolean', default: true },
    },
  });
  const { model, quint, write } = values;
  return { sizes: new Set(values.size as Size[]), model, rounds: Number(values.rounds), quint, write };
}

const { sizes, model: only, rounds, quint, write } = options();
const absent = missing();
if (absent !== '') {
  console.error(`bench: ${absent}`);
  process.exit(2);
}
mkdirSync(BUILD, { recursive: true });
const searches = MODELS.filter(({ name }) => only === undefined || name === only).flatMap((model) =>
  model.cases.filter(({ size }) => sizes.has(size)).map((c) => measure(model, c, rounds)),
);
const random: readonly RandomRow[] = await measureRandom(rounds, quint);
console.log(publish(searches, random, rounds, write));
