/** The designs that a command line names, resolved one by one: one that can not be used does not keep the others back. */
import { UsageError } from '../harness/bounds-text.js';
import { bundleFile, isFileName } from './bundle.js';
import { loadingHangs } from './jobs.js';
import type { DesignFacts, DesignRef } from './load.js';
import { factsOf, loadDesign } from './load.js';
import { Thread } from './thread.js';

export interface NamedDesign {
  readonly ref: DesignRef;
  readonly facts: DesignFacts;
}

/** User code is only ever run in a thread that can be ended. */
async function factsInThread(ref: DesignRef): Promise<DesignFacts> {
  const thread = new Thread<'facts'>({ kind: 'facts', ref });
  const outcome = await thread.run();
  if (outcome.kind === 'done') {
    if (outcome.late !== undefined) throw new UsageError(outcome.late);
    return outcome.answer;
  }
  if (outcome.kind === 'hung') throw new UsageError(loadingHangs(ref.name, thread.seconds));
  if (outcome.isUsage) throw new UsageError(outcome.message);
  throw new Error(outcome.message);
}

export async function refOf(name: string, without: readonly string[] = []): Promise<DesignRef> {
  return { name, url: isFileName(name) ? await bundleFile(name) : null, without };
}

export async function resolveDesign(name: string, without: readonly string[]): Promise<NamedDesign> {
  const ref = await refOf(name, without);
  const facts = ref.url === null ? factsOf(await loadDesign(ref)) : await factsInThread(ref);
  return { ref, facts };
}
