/** `iovcheck replay`, `minimize` and `explain`: reads the trace, runs it in a thread that can be ended. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { UsageError } from '../harness/bounds-text.js';
import { parseTrace } from '../harness/trace.js';
import { Status } from '../harness/verdict.js';
import { isFileName } from './bundle.js';
import type { TreeOptions } from './designs.js';
import { refOf, treeMeant } from './designs.js';
import { loadingHangs } from './jobs.js';
import type { DesignRef, SplitName } from './load.js';
import { splitName } from './load.js';
import { oracleNamed } from './kernels.js';
import { complain, print } from './output.js';
import type { Printed, Task } from './protocol.js';
import { retraceOnOracle } from './retrace-on.js';
import { Thread } from './thread.js';

function read(name: string): string {
  try {
    return readFileSync(name, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${name}: it can not be read (${(error as NodeJS.ErrnoException).code ?? String(error)}); name a trace, such as check --traces DIR writes`,
      { cause: error },
    );
  }
}

/** A design named by path in a trace: as seen from here, else from the trace's folder. */
export function designNamed(design: string, trace: string): string {
  if (!isFileName(design) || isAbsolute(design) || existsSync(design)) return design;
  const beside = join(dirname(trace), design);
  return existsSync(beside) ? beside : design;
}

/** The design that is meant, with the tree where one is named; a trace of a tree's C can not be taken without. */
export async function refFor(
  { name, without, treeVersion }: SplitName,
  trace: string,
  isOfTrace: boolean,
  options: TreeOptions,
): Promise<DesignRef> {
  const { kernelTree } = options;
  if (treeVersion !== undefined && kernelTree === undefined) {
    throw new UsageError(
      `${trace}: this is a run of the C of a kernel's tree, Linux ${treeVersion}; name the tree as well: --kernel-tree DIR`,
    );
  }
  const ref = await refOf(isOfTrace ? designNamed(name, trace) : name, without);
  const tree = await treeMeant(options);
  return tree === undefined ? ref : { ...ref, tree };
}

/** Tasks that take one trace and print something. */
export type TraceTask = Extract<Task, { kind: 'replay' | 'minimize' | 'reasons' | 'repro' }>;

/** What came of a trace that was run in a thread, and what the thread said late; where an op hangs, that is said. */
export async function takeTrace(
  name: string,
  on: string,
  make: (what: { readonly ref: DesignRef; readonly text: string; readonly name: string }) => TraceTask,
  tree: TreeOptions = {},
): Promise<Printed> {
  const text = read(name);
  const trace = parseTrace(text, name);
  const ref = await refFor(splitName(on === 'design' ? trace.design : on), name, on === 'design', tree);
  const thread = new Thread<TraceTask['kind']>(make({ ref, text, name }));
  const outcome = await thread.run();
  if (outcome.kind === 'done') {
    const { answer, late } = outcome;
    return late === undefined ? answer : { text: answer.text, status: Status.Usage, error: late };
  }
  if (outcome.kind === 'failed') {
    if (outcome.isUsage) throw new UsageError(outcome.message);
    throw new Error(outcome.message);
  }
  if (outcome.path === undefined) throw new UsageError(loadingHangs(ref.name, thread.seconds));
  const op = trace.ops[outcome.path.length - 1] ?? 'the last one';
  return {
    text: `step ${outcome.path.length}, ${op}, does not return.\nevery-loop-ends is broken.\n`,
    status: Status.Violated,
    error: '',
  };
}

export async function retrace(
  kind: 'replay' | 'minimize' | 'reasons',
  name: string,
  on: string,
  hasColour: boolean,
  tree: TreeOptions = {},
): Promise<number> {
  const oracle = oracleNamed(on);
  if (oracle !== undefined) {
    if (kind === 'replay') return retraceOnOracle(read(name), name, on, oracle);
    throw new UsageError(`--on ${on}: a kernel is not judged, and only replay asks one; name a design here`);
  }
  const { text, status, error } = await takeTrace(
    name,
    on,
    (what) => (kind === 'replay' ? { kind, ...what, hasColour } : { kind, ...what }),
    tree,
  );
  print(text);
  if (error !== '') complain(error);
  return status;
}
