/** The C of a kernel tree on its way through a queue: its files travel, and whoever does a job compiles them. */
import { UsageError } from '../harness/bounds-text.js';
import { compileTree, treeHash } from '../oracle/tree/compile.js';
import { openTree } from '../oracle/tree/source.js';
import { packTree, unpackTree } from '../oracle/tree/travel.js';
import { treeTrouble } from './designs.js';
import type { TreeRef } from './load.js';

export interface PackedTree {
  readonly text: string;
  /** Hash of all that its C is compiled from and with. */
  readonly hash: string;
}

export function packed({ name, ours }: TreeRef): PackedTree {
  const tree = openTree(name, ours);
  return { text: packTree(tree), hash: treeHash(tree) };
}

/** Any size: whether it can be compiled is the same for each. */
const ANY_PAGE = 4;

/** The tree as this machine has it from now on. Throws {@link UsageError} where it can not make the same of it. */
export function unpacked({ text, hash }: PackedTree): TreeRef {
  const tree = openTree(unpackTree(text));
  try {
    if (treeHash(tree) === hash) {
      compileTree(tree, ANY_PAGE);
      return { name: tree.dir, version: tree.version, ours: tree.ours };
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const what = `this worker can not do jobs of the C of Linux ${tree.version}`;
    throw new UsageError(`${what}: ${treeTrouble(error)}`, { cause: error });
  }
  throw new UsageError(
    `this worker has another clang than whoever runs the campaign, and would make another program of the C of Linux ${tree.version}; install the same version here`,
  );
}
