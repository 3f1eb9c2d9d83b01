/** A worker thread: one task, one answer. What a design prints goes to stderr; see cli/thread.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { Heartbeat, Phase } from '../check/heartbeat.js';
import { realiseBefore } from '../check/realise.js';
import { UsageError } from '../harness/bounds-text.js';
import { Runner } from '../harness/runner.js';
import { doItems } from './corpus-worker.js';
import { pairCalls, runDiff } from './diff-worker.js';
import { runSearch } from './engines.js';
import type { PageMaker } from './explain.js';
import { explain, hungClass } from './explain.js';
import { readInput } from './input.js';
import { Late } from './late.js';
import { designOf, factsOf, loadDesign } from './load.js';
import type { Answers, Message, Search, Task, WorkerData } from './protocol.js';
import type { ReportTask } from './report-task.js';
import { refOfTask } from './protocol.js';
import { makeReport } from './report-worker.js';
import { minimizeTrace, replayTrace } from './retrace.js';
import { explainTrace } from './explain-trace.js';
import { reproTrace } from './repro-trace.js';
import { reportTo } from './watch.js';

async function pageMaker({ hasPage }: Search): Promise<PageMaker | undefined> {
  return hasPage === true ? (await import('../reports/html/result.js')).pageOf : undefined;
}

async function search(task: Search, heartbeat: Heartbeat): Promise<Answers['search']> {
  const design = await designOf(task.ref, task.onBase);
  const { classes, tally, ...rest } = await runSearch(task, design, heartbeat);
  return { ...explain(task, design, classes, tally, heartbeat, await pageMaker(task)), ...rest };
}

async function explainHung(
  task: Extract<Task, { kind: 'explain' }>,
  heartbeat: Heartbeat,
): Promise<Answers['explain']> {
  const design = await designOf(task.search.ref, task.search.onBase);
  const classes = [...task.classes];
  if (task.hung.length > 0) {
    const runner = new Runner(design, task.search.bounds, task.search.scenario);
    const isExhaustive = task.search.engine === 'exhaustive';
    const path = isExhaustive ? realiseBefore(runner, task.hung) : task.hung;
    classes.push(hungClass(runner, path, isExhaustive));
  }
  return explain(task.search, design, classes, task.tally, heartbeat, await pageMaker(task.search));
}

async function report(task: ReportTask, heartbeat: Heartbeat): Promise<Answers['report']> {
  return makeReport(task, await loadDesign(task.search.ref), heartbeat, await pageMaker(task.search));
}

async function retake(
  { place, ops, isSearchs }: Extract<Task, { kind: 'retake' }>,
  heartbeat: Heartbeat,
): Promise<true> {
  const runner = new Runner(await designOf(place.ref, place.onBase), place.bounds, place.scenario);
  const real = isSearchs ? realiseBefore(runner, ops) : ops;
  heartbeat.enter(Phase.Replaying);
  heartbeat.follow(runner);
  runner.reset();
  for (const op of real) {
    runner.step(op);
    if (runner.broken.length > 0 && runner.k.fatal === '') runner.adopt();
  }
  return true;
}

function perform(task: Task, heartbeat: Heartbeat): Promise<Answers[keyof Answers]> {
  switch (task.kind) {
    case 'facts':
      return loadDesign(task.ref).then(factsOf);
    case 'search':
      return search(task.search, heartbeat);
    case 'explain':
      return explainHung(task, heartbeat);
    case 'report':
      return report(task, heartbeat);
    case 'retake':
      return retake(task, heartbeat);
    case 'replay':
      return loadDesign(task.ref).then((design) =>
        replayTrace(design, task.text, task.name, task.hasColour, heartbeat),
      );
    case 'corpus':
      return doItems(task.items, heartbeat, (row) =>
        parentPort?.postMessage({ kind: 'row', row } satisfies Message, []),
      );
    case 'diff':
      return runDiff(task.job, heartbeat);
    case 'pair-calls':
      return pairCalls(task.job, task.path);
    case 'minimize':
      return loadDesign(task.ref).then((design) => minimizeTrace(design, task.text, task.name, heartbeat));
    case 'reasons':
      return loadDesign(task.ref).then((design) => explainTrace(design, task.text, task.name, heartbeat));
    case 'repro':
      return loadDesign(task.ref).then((design) => reproTrace(design, task, heartbeat));
    case 'input':
      return loadDesign(task.ref).then((design) => readInput(design, task, heartbeat));
  }
}

/** Of a thread that was started before there was anything to do. */
function firstMessage(): Promise<WorkerData> {
  return new Promise((resolve) => parentPort?.once('message', resolve));
}

async function main(): Promise<void> {
  const { task, memory } = (workerData as WorkerData | null) ?? (await firstMessage());
  const heartbeat = new Heartbeat(memory);
  reportTo(parentPort);
  let message: Message;
  // Ours are held to it by their types and the tests.
  const late = refOfTask(task).url === null ? undefined : new Late();
  try {
    const answer = await perform(task, heartbeat);
    const what = await late?.end();
    message = { kind: 'done', answer, ...(what === undefined ? {} : { late: what }) };
  } catch (error) {
    const text =
      error instanceof Error
        ? error instanceof UsageError
          ? error.message
          : (error.stack ?? error.message)
        : String(error);
    message = { kind: 'failed', isUsage: error instanceof UsageError, message: text };
  }
  heartbeat.enter(Phase.Done);
  parentPort?.postMessage(message, []);
}

await main();
