/**
 * `npm run bench:closing [-- --rounds 3]`: the time to answer the same question, every state within the bounds
 * searched and every check on: Spin's DFS, which knows no symmetry, once, since it takes minutes and gigabytes; ours with
 * the names of pages and slots taken for what they are, in the median of some rounds. Writes reports/published/closing.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Own, Run } from './modes.js';
import { DFS as NAME } from './modes.js';
import { MODELS } from './models.js';
import type { Mode } from './pan.js';
import { gccVersion, missing, spinVersion } from './pan.js';
import { grouped, medianCost, table } from './published.js';
import { BUILD, ownVariant, panVariant } from './variants.js';

const OUT = 'reports/published/closing.md';

/** As deep as its stack may get, and a table of 2^28 slots: 2 GiB. */
const DFS: Mode = { name: NAME, gcc: ['-O2'], pan: ['-m20000000', '-w28'] };

const OURS: readonly Own[] = (['ring+anon', 'on'] as const).map((symmetry) => ({
  name: `iovcheck, symmetry=${symmetry}`,
  workers: 1,
  symmetry,
}));

interface Question {
  readonly model: string;
  readonly bounds: string;
}

const QUESTIONS: readonly Question[] = [
  { model: 'pipe-iter', bounds: 'ring=4,page=2,files=1,oom=off,lengths=edge,segments=edge' },
];

interface Row {
  readonly name: string;
  readonly run: Run;
}

function measure({ model: name, bounds }: Question, rounds: number): { title: string; rows: Row[] } {
  const model = MODELS.find((m) => m.name === name);
  if (model === undefined) throw new Error(`bench: there is no model '${name}'`);
  const ours = OURS.map((own): Row => {
    const variant = ownVariant(model, { bounds }, own);
    const runs = Array.from({ length: rounds }, () => variant.run());
    const run = { counts: runs[0].counts, cost: medianCost(runs) };
    process.stderr.write(`${name} ${bounds}: ${own.name}: ${run.counts.states} states, ${run.cost.user} s\n`);
    return { name: own.name, run };
  });
  const spin = panVariant(model, { bounds }, DFS).run();
  process.stderr.write(`${name} ${bounds}: ${DFS.name}: ${spin.counts.states} states, ${spin.cost.user} s\n`);
  return { title: `${model.design}, ${model.scenario}, \`${bounds}\``, rows: [{ name: DFS.name, run: spin }, ...ours] };
}

function section({ title, rows }: { title: string; rows: readonly Row[] }): string[] {
  const [spin] = rows;
  const head = ['', 'states', 'edges', 'user s', 'wall s', 'peak MB', 'states, fewer', 'user, to Spin'];
  const lines = rows.map(({ name, run: { counts, cost } }) => [
    name,
    grouped(counts.states),
    grouped(counts.edges),
    cost.user.toFixed(2),
    cost.wall.toFixed(2),
    (cost.rss / 1e6).toFixed(0),
    `x${(spin.run.counts.states / counts.states).toFixed(0)}`,
    `x${(spin.run.cost.user / cost.user).toFixed(1)}`,
  ]);
  return [`## ${title}`, '', ...table(head, lines), ''];
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const absent = missing();
if (absent !== '') {
  console.error(`bench: ${absent}`);
  process.exit(2);
}
mkdirSync(BUILD, { recursive: true });
const sections = QUESTIONS.map((question) => section(measure(question, Number(values.rounds))));
const text = [
  '# The same question, with symmetry',
  '',
  `Written by \`npm run bench:closing\`: all states within the bounds, every check on, by Spin's depth-first search once, and by ours on one thread in the median of ${values.rounds} runs, each a process of its own. ${cpus()[0].model}, ${cpus().length} cores, shared with other work; Spin ${spinVersion()}, gcc ${gccVersion()}, Node ${process.versions.node}. Both search the same model (\`contents=off\`): with symmetry off they count the same states and edges, to the last one ([spin.md](spin.md)). \`ring+anon\` takes rotated rings and renamed anonymous pages for the same; \`on\` all that model/symmetry.ts and harness/merge.ts have an argument for.`,
  '',
  ...sections.flat(),
].join('\n');
writeFileSync(OUT, text);
console.log(text);
