/** reports/published/bench.md: ratios first, since they carry over to another machine; rates only as an order of magnitude. */
import { writeFileSync } from 'node:fs';
import type { ExecutionRow } from './executions.js';

/** A row of the table of engines. */
export interface EngineRow {
  readonly name: string;
  readonly engine: string;
  readonly design: string;
  readonly bounds: string;
  /** Edges or steps. */
  readonly done: number;
  readonly user: number;
  readonly against: string;
}

/** Two digits. */
function rounded(n: number): string {
  return Number(n.toPrecision(2)).toLocaleString('en-US');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const rule = head.map((_, i) => (i === 0 ? '---' : '--:'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

export function benchText(executions: readonly ExecutionRow[], engines: readonly EngineRow[], rounds: number): string {
  return [
    '# How fast the engines are',
    '',
    `Written by \`npm run bench\`: medians of ${rounds} rounds in which all cases take turns, on two cores shared with other work, Node ${process.versions.node.split('.')[0]}. Ratios repeat; rates depend on the machine and its load.`,
    '',
    '## Executions, against the CLI of jsfuzz',
    '',
    'An execution is one input, run from the initial state, with every rule judged after every op; none takes more than 200 ops. The target is pipe-iter-2016-repaired in pipe-iter, `default`. jsfuzz has its 7 seconds, loading left out, and runs in two processes; it counts in all of the bundle, the judge included, which its CLI does not let one limit. The engine runs in one thread, with counters in the design and the kernel functions below it.',
    '',
    'The first three rows run the same inputs, those that jsfuzz made. An op that is not enabled when its turn comes is passed over, so these take few; the engine’s own take many, and an execution of theirs is as much longer.',
    '',
    ...table(
      ['', 'executions, to jsfuzz', 'ops, to jsfuzz', 'ops an execution', 'executions/s', 'ops/s'],
      executions.map((r) => [
        r.name,
        `x${rounded(r.ratio)}`,
        `x${rounded(r.steps / executions[0].steps)}`,
        rounded(r.stepsPerRun),
        rounded(r.executions),
        rounded(r.steps),
      ]),
    ),
    '',
    '## Steps',
    '',
    'Edges of an exhaustive search, steps of a random one, by user CPU time of one thread. The counts are exact and repeat.',
    '',
    ...table(
      ['case', 'against', 'engine', 'design', 'bounds', 'edges or steps', 'M/s'],
      engines.map((r) => [r.name, r.against, r.engine, r.design, r.bounds, String(r.done), rounded(r.user / 1e6)]),
    ),
    '',
  ].join('\n');
}

export function publish(text: string): void {
  writeFileSync('reports/published/bench.md', text);
}
