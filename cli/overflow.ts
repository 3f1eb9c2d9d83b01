/** `iovcheck overflow`: what lib/iov_iter.c of a tree answers on a 64-bit machine to sizes that no search can reach. */
import { Status } from '../harness/verdict.js';
import { UsageError } from '../harness/bounds-text.js';
import { patched, revisions } from '../oracle/tree/change.js';
import type { Tree } from '../oracle/tree/source.js';
import { openTree } from '../oracle/tree/source.js';
import type { Asked } from '../oracle/wide/ask.js';
import { askTree, isWorse } from '../oracle/wide/ask.js';
import { overflowText } from './overflow-text.js';
import { print } from './output.js';

export interface RawOverflowOptions {
  readonly kernelTree?: string;
  readonly patch?: string;
  readonly rev?: string;
  readonly all?: boolean;
}

interface Sides {
  readonly before?: Tree;
  readonly tree: Tree;
}

function sidesOf({ kernelTree, patch, rev }: RawOverflowOptions): Sides {
  if (kernelTree === undefined)
    throw new UsageError('overflow: it asks the C of a kernel; name the top folder of its source: --kernel-tree DIR');
  if (patch !== undefined && rev !== undefined)
    throw new UsageError('--patch and --rev: both name a change; leave one of the two options out');
  if (patch === undefined && rev === undefined) return { tree: openTree(kernelTree) };
  const { before, after } = patch === undefined ? revisions(kernelTree, rev ?? '') : patched(kernelTree, patch);
  return { before, tree: after };
}

/** 1 where an answer is wrong that no entry of docs/findings.md explains; with a change, where it was better before. */
function statusOf(asked: readonly Asked[], before?: readonly Asked[]): number {
  if (before === undefined) return asked.some(({ judgement }) => judgement === 'wrong') ? Status.Violated : Status.Ok;
  const isNew = asked.some((one, k) => isWorse(one, before[k]));
  return isNew ? Status.Violated : Status.Ok;
}

export function overflow(raw: RawOverflowOptions): number {
  const { before, tree } = sidesOf(raw);
  const asked = askTree(tree, before);
  const first = before === undefined ? undefined : askTree(before, tree);
  print(overflowText(tree, asked, first, raw.all === true));
  return statusOf(asked, first);
}
