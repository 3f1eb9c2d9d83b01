/**
 * A worker thread: a task, an answer, and perhaps another one. What a design prints goes to stderr; see cli/thread.ts.
 * What a task needs is loaded with it: most threads are for one.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Heartbeat, Phase } from '../check/heartbeat.js';
import { UsageError } from '../harness/bounds-text.js';
import type { PageMaker } from './explain.js';
import { Late } from './late.js';
import { designOf, factsOf, loadDesign } from './load.js';
import type { Answers, Message, Search, Task, WorkerData } from './protocol.js';
import type { ReportTask } from './report-task.js';
import { refOfTask } from './protocol.js';
import { reportTo } from './watch.js';

/** What almost every thread is for. */
async function searching(): Promise<typeof import('./engines.js') & typeof import('./explain.js')> {
  const [engines, explaining] = await Promise.all([import('./engines.js'), import('./explain.js')]);
  return { ...engines, ...explaining };
}

async function pageMaker({ hasPage }: Search): Promise<PageMaker | undefined> {
  return hasPage === true ? (await import('../reports/html/result.js')).pageOf : undefined;
}

async function search(task: Search, heartbeat: Heartbeat): Promise<Answers['search']> {
  const { runSearch, explain } = await searching();
  const design = await designOf(task.ref, task.onBase);
  const { classes, tally, ...rest } = await runSearch(task, design, heartbeat);
  return { ...explain(task, design, classes, tally, heartbeat, await pageMaker(task)), ...rest };
}

async function explainHung(
  task: Extract<Task, { kind: 'explain' }>,
  heartbeat: Heartbeat,
): Promise<Answers['explain']> {
  const { explain, hungIn } = await searching();
  const design = await designOf(task.search.ref, task.search.onBase);
  const classes = task.hung.length > 0 ? [...task.classes, hungIn(task.search, design, task.hung)] : task.classes;
  return explain(task.search, design, classes, task.tally, heartbeat, await pageMaker(task.search));
}

async function report(task: ReportTask, heartbeat: Heartbeat): Promise<Answers['report']> {
  const { makeReport } = await import('./report-worker.js');
  return makeReport(task, await loadDesign(task.search.ref), heartbeat, await pageMaker(task.search));
}

/** A trace, and the design that it is taken on. */
type Traced = Extract<Task, { kind: 'minimize' | 'reasons' }>;

async function replay(task: Extract<Task, { kind: 'replay' }>, heartbeat: Heartbeat): Promise<Answers['replay']> {
  const { replayTrace } = await import('./retrace.js');
  return replayTrace(await loadDesign(task.ref), task.text, task.name, task.hasColour, heartbeat);
}

async function minimize(task: Traced, heartbeat: Heartbeat): Promise<Answers['minimize']> {
  const { minimizeTrace } = await import('./retrace.js');
  return minimizeTrace(await loadDesign(task.ref), task.text, task.name, heartbeat);
}

async function reasons(task: Traced, heartbeat: Heartbeat): Promise<Answers['reasons']> {
  const { explainTrace } = await import('./explain-trace.js');
  return explainTrace(await loadDesign(task.ref), task.text, task.name, heartbeat);
}

async function repro(task: Extract<Task, { kind: 'repro' }>, heartbeat: Heartbeat): Promise<Answers['repro']> {
  const { reproTrace } = await import('./repro-trace.js');
  return reproTrace(await loadDesign(task.ref), task, heartbeat);
}

async function input(task: Extract<Task, { kind: 'input' }>, heartbeat: Heartbeat): Promise<Answers['input']> {
  const { readInput } = await import('./input.js');
  return readInput(await loadDesign(task.ref), task, heartbeat);
}

async function corpus(task: Extract<Task, { kind: 'corpus' }>, heartbeat: Heartbeat): Promise<Answers['corpus']> {
  const { doItems } = await import('./corpus-worker.js');
  return doItems(task.items, heartbeat, (row) => parentPort?.postMessage({ kind: 'row', row } satisfies Message, []));
}

async function perform(task: Task, heartbeat: Heartbeat): Promise<Answers[keyof Answers]> {
  switch (task.kind) {
    case 'facts':
      return factsOf(await loadDesign(task.ref));
    case 'search':
      return search(task.search, heartbeat);
    case 'explain':
      return explainHung(task, heartbeat);
    case 'report':
      return report(task, heartbeat);
    case 'retake':
      return (await import('./retake.js')).retake(task, heartbeat);
    case 'replay':
      return replay(task, heartbeat);
    case 'corpus':
      return corpus(task, heartbeat);
    case 'diff':
      return (await import('./diff-worker.js')).runDiff(task.job, heartbeat);
    case 'pair-calls':
      return (await import('./diff-worker.js')).pairCalls(task.job, task.path);
    case 'minimize':
      return minimize(task, heartbeat);
    case 'reasons':
      return reasons(task, heartbeat);
    case 'repro':
      return repro(task, heartbeat);
    case 'input':
      return input(task, heartbeat);
  }
}

/** Of a thread that was started before there was anything to do, and makes itself ready. */
async function firstMessage(): Promise<WorkerData> {
  const message = nextMessage();
  await searching();
  return message;
}

function nextMessage(): Promise<WorkerData> {
  return new Promise((resolve) => parentPort?.once('message', resolve));
}

async function answer({ task, memory }: WorkerData): Promise<void> {
  const heartbeat = new Heartbeat(memory);
  let message: Message;
  // Ours are held to it by their types and the tests.
  const late = refOfTask(task).url === null ? undefined : new Late();
  try {
    const came = await perform(task, heartbeat);
    const what = await late?.end();
    message = { kind: 'done', answer: came, ...(what === undefined ? {} : { late: what }) };
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

reportTo(parentPort);
// Whoever has no further use for a thread ends it.
for (let data = (workerData as WorkerData | null) ?? (await firstMessage()); ; data = await nextMessage()) {
  await answer(data);
}
