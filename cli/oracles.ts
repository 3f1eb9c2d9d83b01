/** `iovcheck list oracles`: what is not our code and answers the same calls, and whether it can be asked here. */
import { compileTree } from '../oracle/tree/compile.js';
import { openTree } from '../oracle/tree/source.js';
import { findToolchain, INSTALL_TOOLCHAIN } from '../oracle/tree/toolchain.js';
import { UsageError } from '../harness/bounds-text.js';

/** A page size by which a tree is compiled to see whether that can be done. */
const ANY_PAGE = 4;

/** How it is used, and whether it can be here. */
export function oracles(): string[][] {
  const tools = findToolchain();
  const state = tools === undefined ? `no: ${INSTALL_TOOLCHAIN}` : 'yes';
  return [
    ['ORACLE', 'USABLE HERE', 'WHAT IT IS'],
    ['kernel tree', state, 'lib/iov_iter.c of a kernel source, compiled to WebAssembly: check --kernel-tree DIR'],
  ];
}

type Row = readonly [state: string, name: string, what: string];

/** A row of the doctor on what compiles a tree. */
export function toolchainRow(): Row {
  const tools = findToolchain();
  return tools === undefined
    ? ['-', 'clang, wasm-ld', `optional, for --kernel-tree: missing; ${INSTALL_TOOLCHAIN}`]
    : ['ok', 'clang, wasm-ld', `${tools.version}: --kernel-tree can compile a kernel's C`];
}

/** A row on a tree that was named: whether its C can be run. */
export function treeRow(name: string): Row {
  try {
    const tree = openTree(name);
    compileTree(tree, ANY_PAGE);
    return [
      'ok',
      'kernel tree',
      `Linux ${tree.version}: its lib/iov_iter.c compiles, and is held against ${tree.baseline}`,
    ];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return ['BAD', 'kernel tree', error.message.replace(/^--kernel-tree /, '')];
  }
}
