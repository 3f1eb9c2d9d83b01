/** The designs that a command line names, resolved one by one: one that can not be used does not keep the others back. */
import { UsageError } from '../harness/bounds-text.js';
import { bundleFile, isFileName } from './bundle.js';
import { loadingHangs } from './jobs.js';
import type { DesignFacts, DesignRef, TreeRef } from './load.js';
import { factsOf, loadDesign } from './load.js';
import { Thread } from './thread.js';
import type { Tree } from '../oracle/tree/source.js';

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
export interface NamedTree {
  readonly tree: TreeRef;
  readonly baseline: string;
}

export async function treeNamed(name: string): Promise<NamedTree> {
  const { openTree } = await import('../oracle/tree/source.js');
  const { version, ours, baseline } = openTree(name);
  return { tree: { name, version, ours }, baseline };
}

/** Why a tree can not be used, where it was not named by an option. */
export const treeTrouble = ({ message }: UsageError): string => message.replace(/^--kernel-tree:? /, '');

/** A tree, and what is to be done to it before its C is run. */
export interface TreeOptions {
  readonly kernelTree?: string;
  readonly patch?: string;
  readonly rev?: string;
}

/** A tree before and after a change, and what of the change is not seen; undefined where there is none. */
export interface NamedChange {
  readonly before: NamedTree;
  readonly after: NamedTree;
  readonly note: string;
}

export async function changeNamed(
  name: string | undefined,
  { patch, rev }: TreeOptions,
): Promise<NamedChange | undefined> {
  const option = patch === undefined ? '--rev' : '--patch';
  if (patch === undefined && rev === undefined) return undefined;
  if (name === undefined) {
    throw new UsageError(`${option}: it is a change of a kernel's tree; name the tree as well: --kernel-tree DIR`);
  }
  if (patch !== undefined && rev !== undefined) {
    throw new UsageError('--patch and --rev are two ways to name one change; leave one of them out');
  }
  const { patched, revisions } = await import('../oracle/tree/change.js');
  const change = patch === undefined ? revisions(name, rev ?? '') : patched(name, patch);
  const side = ({ version, ours, baseline, dir, change: by }: Tree, said: string): NamedTree => ({
    tree: { name, version, ours, option: said, ...(by === undefined ? {} : { changed: { dir, change: by } }) },
    baseline,
  });
  const { unseen, before, after } = change;
  const files = unseen.length > 3 ? `${unseen.length} other files` : unseen.join(', ');
  return {
    before: side(before, ''),
    after: side(after, ` ${change.option}`),
    note:
      unseen.length === 0
        ? ''
        : `Not looked at: what ${change.option} changes in ${files}; only lib/iov_iter.c, fs/pipe.c and the headers of their structs are compiled.`,
  };
}

/** The tree that a command is to run, as it is after a change where one is named with it; undefined for none. */
export async function treeMeant(options: TreeOptions): Promise<TreeRef | undefined> {
  const { kernelTree } = options;
  const change = await changeNamed(kernelTree, options);
  return (change?.after ?? (kernelTree === undefined ? undefined : await treeNamed(kernelTree)))?.tree;
}

export async function resolveDesign(name: string, without: readonly string[], tree?: TreeRef): Promise<NamedDesign> {
  const named = await refOf(name, without);
  const ref = tree === undefined ? named : { ...named, tree };
  const facts = ref.url === null ? factsOf(await loadDesign(ref)) : await factsInThread(ref);
  return { ref, facts };
}
