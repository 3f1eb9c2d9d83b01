/**
 * A kernel tree's own lib/iov_iter.c and fs/pipe.c as a design: the functions of its module override those of
 * a base, and everything else stays the base's. The state is the one Kernel, so that such a
 * design can be run wherever another can, and beside another, op by op, from the same image:
 *
 *   const tree = openTree('linux-6.1');
 *   const runner = new Runner(treeDesign(tree, baseOf(tree)), bounds, scenario);
 *
 * The tree is compiled for the page size of the bounds when a function is first called (compile.ts).
 */
import type { Design } from '../../model/design.js';
import { defineDesign } from '../../model/design.js';
import { DESIGNS } from '../../model/designs/designs.js';
import type { FunctionName, KernelFunctions } from '../../model/functions.js';
import type { Kernel } from '../../model/kernel.js';
import type { MachineOf } from './calls.js';
import { callsOf } from './calls.js';
import { compileTree } from './compile.js';
import { Edges } from './edges.js';
import { Machine } from './machine.js';
import type { TreeModule } from './module.js';
import { exportedBy } from './module.js';
import { pipeCallsOf } from './pipe-calls.js';
import type { Tree } from './source.js';
import { PIPE_SOURCE, SOURCE, treeId } from './source.js';

/** What a 32-bit build can not tell. */
const LIMIT =
  'The C was compiled for 32 bits, where long and size_t are half as wide as on a 64-bit kernel: what overflows, it may do at other numbers there; iovcheck overflow --kernel-tree asks a build of 64 bits.';

/** What is run of a file, as a report names it; '' for whatever is exported. */
const SYMBOLS: Readonly<Record<string, readonly string[]>> = {
  [SOURCE]: [''],
  [PIPE_SOURCE]: ['pipe_read', 'pipe_write'],
};

/** Page size by which the functions of a tree are asked for; they are the same for each. */
const ANY_PAGE = 4;

/** The design of ours that a tree's version picks. */
export function baseOf(tree: Tree): Design {
  const base = DESIGNS.find(({ id }) => id === tree.baseline);
  if (base === undefined) throw new Error(`there is no design ${tree.baseline}`);
  return base;
}

/** One machine a kernel; the one of the last call is at hand. */
function machines(tree: Tree, hasEdges: boolean): MachineOf {
  const modules = new Map<number, TreeModule>();
  const all = new WeakMap<Kernel, Machine>();
  let last: Machine | undefined;
  const find = (k: Kernel): Machine => {
    let machine = all.get(k);
    if (machine === undefined) {
      const module = modules.get(k.pageSize) ?? compileTree(tree, k.pageSize, hasEdges);
      modules.set(k.pageSize, module);
      machine = new Machine(k, module);
      all.set(k, machine);
    }
    last = machine;
    return machine;
  };
  return (k) => (last !== undefined && last.k === k ? last : find(k));
}

export const treeDesign = (tree: Tree, base: Design): Design => designWith(tree, base, machines(tree, false));

export interface Counted {
  readonly design: Design;
  /** The counts of what a kernel of that design has been through. */
  edgesOf(k: Kernel): Edges;
}

/** The same design, in a build that counts how often each edge of the C is taken. */
export function countedDesign(tree: Tree, base: Design): Counted {
  const machineOf = machines(tree, true);
  return { design: designWith(tree, base, machineOf), edgesOf: (k) => new Edges(machineOf(k)) };
}

function designWith(tree: Tree, base: Design, machineOf: MachineOf): Design {
  const exported = exportedBy(compileTree(tree, ANY_PAGE));
  const calls = { ...callsOf(exported, machineOf), ...pipeCallsOf(exported, machineOf, base) };
  const files = calls.pipeRead === undefined ? [SOURCE] : [SOURCE, PIPE_SOURCE];
  const has = (name: string): boolean => base.present.has(name as FunctionName);
  const only = (isInBase: boolean): Partial<KernelFunctions> =>
    Object.fromEntries(Object.entries(calls).filter(([name]) => has(name) === isInBase));
  return defineDesign({
    id: treeId(tree),
    title: `${files.join(' and ')} of a Linux ${tree.version} tree${tree.change === undefined ? '' : `, ${tree.change}`}, the rest as in ${base.id}`,
    limits: [LIMIT],
    source: files.flatMap((file) => SYMBOLS[file].map((symbol) => ({ tree: tree.version, file, symbol }))),
    base,
    override: only(true),
    add: { functions: only(false) },
    expect: base.expect,
    ...(base.bounds === undefined ? {} : { bounds: base.bounds }),
    ...(base.boundsIn === undefined ? {} : { boundsIn: base.boundsIn }),
  });
}
