/** `iovcheck repro`: a trace as a program, or as a kernel test. */
import { UsageError } from '../harness/bounds-text.js';
import type { Kind } from '../reports/repro/kinds.js';
import type { TreeOptions } from './designs.js';
import { complain, print, writeFile } from './output.js';
import { ownPackage } from './own-package.js';
import { takeTrace } from './retrace-command.js';

export interface ReproOptions extends TreeOptions {
  readonly on: string;
  readonly as: Kind;
  readonly output?: string;
}

/** A word of a command line, as a comment may hold it. */
const shown = (word: string): string => (/^[\w./:=,@+-]+$/.test(word) ? word : JSON.stringify(word));

/** Options that name a tree, as they stand on a command line. */
function treeShown({ kernelTree, patch, rev }: TreeOptions): string {
  const options: [string, string | undefined][] = [
    ['--kernel-tree', kernelTree],
    ['--patch', patch],
    ['--rev', rev],
  ];
  return options.map(([option, value]) => (value === undefined ? '' : ` ${option} ${shown(value)}`)).join('');
}

/** The whole command; returns its exit status. */
export async function repro(name: string, { on, as, output, ...tree }: ReproOptions): Promise<number> {
  const { version } = ownPackage();
  const command = `iovcheck repro ${shown(name)}${on === 'design' ? '' : ` --on ${shown(on)}`}${treeShown(tree)} --as ${as}`;
  const { text, status, error } = await takeTrace(
    name,
    on,
    (what) => ({ kind: 'repro', ...what, as, version, command }),
    tree,
  );
  if (output === undefined) print(text);
  else {
    const problem = writeFile(output, text, '--output');
    if (problem !== undefined) throw new UsageError(problem);
  }
  if (error !== '') complain(error);
  return status;
}
