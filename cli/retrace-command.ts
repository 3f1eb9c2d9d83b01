/** `iovcheck replay` and `iovcheck minimize`: reads the trace, runs it in a thread that can be ended. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { UsageError } from '../harness/bounds-text.js';
import { parseTrace } from '../harness/trace.js';
import { Status } from '../harness/verdict.js';
import { isFileName } from './bundle.js';
import { refOf } from './designs.js';
import { loadingHangs } from './jobs.js';
import { splitName } from './load.js';
import { complain, print } from './output.js';
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

export async function retrace(
  kind: 'replay' | 'minimize',
  name: string,
  on: string,
  hasColour: boolean,
): Promise<number> {
  const text = read(name);
  const trace = parseTrace(text, name);
  const wanted = splitName(on === 'design' ? trace.design : on);
  const ref = await refOf(on === 'design' ? designNamed(wanted.name, name) : wanted.name, wanted.without);
  const task = kind === 'replay' ? { kind, ref, text, name, hasColour } : { kind, ref, text, name };
  const thread = new Thread<'replay' | 'minimize'>(task);
  const outcome = await thread.run();
  if (outcome.kind === 'done') {
    print(outcome.answer.text);
    if (outcome.answer.error !== '') complain(outcome.answer.error);
    if (outcome.late !== undefined) complain(outcome.late);
    return outcome.late === undefined ? outcome.answer.status : Status.Usage;
  }
  if (outcome.kind === 'failed') {
    if (outcome.isUsage) throw new UsageError(outcome.message);
    throw new Error(outcome.message);
  }
  if (outcome.path === undefined) throw new UsageError(loadingHangs(ref.name, thread.seconds));
  print(
    `step ${outcome.path.length}, ${trace.ops[outcome.path.length - 1] ?? 'the last one'}, does not return.\nevery-loop-ends is broken.\n`,
  );
  return Status.Violated;
}
