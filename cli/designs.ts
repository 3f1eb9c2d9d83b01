/** The designs that a command line names, resolved one by one: one that can not be used does not keep the others back. */
import { UsageError } from '../harness/bounds-text.js';
import { bundleFile, isFileName } from './bundle.js';
import { loadingHangs } from './jobs.js';
import type { DesignFacts, DesignRef, TreeRef } from './load.js';
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

/** A kernel tree that the command line names, and the design that it is put on where none is named. */
export async function treeNamed(name: string): Promise<{ readonly tree: TreeRef; readonly baseline: string }> {
  const { openTree } = await import('../oracle/tree/source.js');
  const { version, ours, baseline } = openTree(name);
  return { tree: { name, version, ours }, baseline };
}

export async function resolveDesign(name: string, without: readonly string[], tree?: TreeRef): Promise<NamedDesign> {
  const named = await refOf(name, without);
  const ref = tree === undefined ? named : { ...named, tree };
  const facts = ref.url === null ? factsOf(await loadDesign(ref)) : await factsInThread(ref);
  return { ref, facts };
}
