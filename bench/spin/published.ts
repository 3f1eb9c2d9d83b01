/** reports/published/spin.md: the table of `npm run bench:spin`. */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Cost } from './pan.js';
import { gccVersion, spinVersion } from './pan.js';
import type { RandomRow } from './random.js';
import type { Measured, Run } from './modes.js';
import { BFS, BFS_PAR, DFS, ONE, OWN } from './modes.js';

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** What runs of the same search take, each figure by its own median. */
export function medianCost(runs: readonly Run[]): Cost {
  const of = (field: keyof Cost): number => median(runs.map(({ cost }) => cost[field]));
  return { user: of('user'), wall: of('wall'), rss: of('rss') };
}

export const grouped = (n: number): string => n.toLocaleString('en-US').replaceAll(',', ' ');

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const rule = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

const HEAD = [
  '',
  'user s',
  'wall s',
  'peak MB',
  'bytes a state',
  'states a user s',
  'edges a user s',
  'user, to DFS',
  'user, to BFS',
  'wall, to BFS_PAR',
  'wall, to one worker',
];

/** Whom the last columns are against: above 1 is faster than that. */
const AGAINST: readonly (readonly [mode: string, by: 'user' | 'wall'])[] = [
  [DFS, 'user'],
  [BFS, 'user'],
  [BFS_PAR, 'wall'],
  [ONE.name, 'wall'],
];

const times = (n: number): string => `x${n.toFixed(2)}`;

function section({ model, case: c, runs }: Measured): string[] {
  const rows = [...runs].map(([name, list]) => ({ name, counts: list[0].counts, cost: medianCost(list) }));
  const costOf = new Map(rows.map(({ name, cost }) => [name, cost]));
  const fewer = OWN.filter(({ symmetry }) => symmetry !== 'off')
    .map(({ name }) => rows.find((row) => row.name === name)?.counts)
    .map((counts) => (counts === undefined ? '' : ` With \`symmetry=on\` ours has ${grouped(counts.states)} states.`));
  return [
    `## ${model.design}, ${model.scenario}, \`${c.bounds}\``,
    '',
    `${grouped(c.states)} states and ${grouped(c.edges)} edges in each.${fewer.join('')}`,
    '',
    ...table(
      HEAD,
      rows.map(({ name, counts, cost }) => [
        name,
        cost.user.toFixed(2),
        cost.wall.toFixed(2),
        (cost.rss / 1e6).toFixed(0),
        (cost.rss / counts.states).toFixed(0),
        `${(counts.states / cost.user / 1e3).toFixed(0)} k`,
        `${(counts.edges / cost.user / 1e6).toFixed(2)} M`,
        ...AGAINST.map(([mode, by]) => times((costOf.get(mode)?.[by] ?? Number.NaN) / cost[by])),
      ]),
    ),
    '',
  ];
}

const TEXT = `Each row is a process of its own, measured by GNU time from its start to its end, so that ours has Node's start and V8's compiling in it. Both search the same states (\`contents=off,symmetry=off\`, stale slots as the bounds say) with all checks on: in Spin a state is checked once, by an option of the loop that is never taken, and a call by assertions; in ours each edge is. The models are in bench/spin; states and edges have to be equal to the last one, or nothing is written. Spin's transitions are less the one that makes the initial state.

Spin's BFS may have no hidden variables, so that its scratch is state, and 0 between two ops. Its BFS_PAR keeps hashes of states only, shares them between its processes, and counts user time and memory of one of them: compare it by the clock. Peak memory has Spin's table of 128 MB in it, and V8's heap.`;

const RANDOM = `Scenario packet on a ring of two slots, every check after each step, what loading takes left out. Quint's specification (bench/quint) is smaller than ours: no faults, no failing allocations, no stale slots. Steps a second.`;

function random(rows: readonly RandomRow[]): string[] {
  const [ours] = rows;
  const rate = (n: number): string => grouped(Number(n.toPrecision(2)));
  return table(
    ['', 'by user time', 'by the clock', 'ours to it, by user time'],
    rows.map((r) => [r.name, rate(r.user), rate(r.wall), `x${Number((ours.user / r.user).toPrecision(2))}`]),
  );
}

function text(searches: readonly Measured[], rows: readonly RandomRow[], rounds: number): string {
  const machine = `${cpus()[0].model}, ${cpus().length} cores`;
  const versions = `Spin ${spinVersion()}, gcc ${gccVersion()}, Node ${process.versions.node}`;
  return [
    '# Beside Spin, fast-check and Quint',
    '',
    `Written by \`npm run bench:spin\`: medians of ${rounds} rounds in which all take turns. ${machine}, shared with other work; ${versions}. Ratios by user time carry over to another machine, rates and the clock do not.`,
    '',
    TEXT,
    '',
    ...searches.flatMap(section),
    '## Random steps',
    '',
    RANDOM,
    '',
    ...random(rows),
    '',
  ].join('\n');
}

/** Returns the text, and writes it where it is to be published. */
export function publish(
  searches: readonly Measured[],
  rows: readonly RandomRow[],
  rounds: number,
  isWritten: boolean,
): string {
  const out = text(searches, rows, rounds);
  if (isWritten) writeFileSync('reports/published/spin.md', out);
  return out;
}
