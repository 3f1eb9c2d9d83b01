/**
 * `npm run readable`: what it costs that the model is made of objects with the kernel's names, and not of one array of
 * numbers. One small model in both forms (m1/), searched to so many states; medians of five rounds in which the forms
 * take turns, each in a thread of its own. Writes reports/published/readable.md.
 */
import { writeFileSync } from 'node:fs';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { inThread } from './in-thread.js';
import type { Form } from './m1/forms.js';
import { makeModel } from './m1/forms.js';
import { Search } from './m1/search.js';

const ROUNDS = 5;
const STATES = 3_000_000;

interface Counts {
  readonly states: number;
  readonly edges: number;
  readonly bad: number;
  /** User CPU time of the process, in seconds. */
  readonly seconds: number;
}

function measure(form: Form): Counts {
  const cpu = process.cpuUsage();
  const { states, edges, bad } = new Search(makeModel(form), STATES).run();
  return { states, edges, bad, seconds: process.cpuUsage(cpu).user / 1e6 };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Throws where the forms do not count the same: then there is nothing to compare. */
function publish(objects: readonly Counts[], array: readonly Counts[]): string {
  const [{ states, edges, bad }] = objects;
  for (const m of [...objects, ...array]) {
    if (m.states !== states || m.edges !== edges || m.bad !== bad)
      throw new Error('readable: the forms count differently');
  }
  const ratios = objects.map((m, n) => m.seconds / array[n].seconds);
  const percent = (ratio: number): string => `${Math.round(100 * (ratio - 1))} %`;
  const price = percent(median(ratios));
  const text = `# What it costs to be readable

Written by \`npm run readable\`: medians of ${ROUNDS} rounds by CPU time, Node ${process.versions.node.split('.')[0]}. The ratio repeats; the rates depend on the machine.

A small model of a pipe and an iterator over it (bench/m1: four slots, two pages of a file, four others, fourteen ops), searched breadth-first to ${states.toLocaleString('en-US')} states and ${edges.toLocaleString('en-US')} edges, every state judged. Once over objects with the kernel\u2019s names (\`buf.len\`), as model/ is written; once over one Int32Array (\`S[buf + 2]\`), in functions that are made out of the text of the first. Both count the same.

| | \u00b5s an edge |
| --- | --: |
| objects | ${((1e6 * median(objects.map((m) => m.seconds))) / edges).toFixed(2)} |
| one array | ${((1e6 * median(array.map((m) => m.seconds))) / edges).toFixed(2)} |

The price of objects is **${price}** (${percent(Math.min(...ratios))} to ${percent(Math.max(...ratios))}).
`;
  writeFileSync('reports/published/readable.md', text);
  return text;
}

if (isMainThread) {
  const objects: Counts[] = [];
  const array: Counts[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    objects.push(await inThread(import.meta.url, 'objects'));
    array.push(await inThread(import.meta.url, 'array'));
  }
  console.log(publish(objects, array));
} else {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(measure(workerData as Form));
}
