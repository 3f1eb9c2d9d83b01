/** `iovcheck list oracles`: what is not our code and answers the same calls, and whether it can be asked here. */
import { compileTree } from '../oracle/tree/compile.js';
import { openTree, PIPE_SOURCE, SOURCE } from '../oracle/tree/source.js';
import { findToolchain, INSTALL_TOOLCHAIN, whyNotWide } from '../oracle/tree/toolchain.js';
import { whyNoHost } from '../oracle/host/host.js';
import { whyNoUml } from '../oracle/uml/boot.js';
import { UsageError } from '../harness/bounds-text.js';

/** A page size by which a tree is compiled to see whether that can be done. */
const ANY_PAGE = 4;

/** Each with whether it can be asked here, or what it lacks. */
export function oracles(): string[][] {
  const tools = findToolchain() === undefined ? INSTALL_TOOLCHAIN : '';
  const rows: readonly (readonly [name: string, why: string, what: string])[] = [
    [
      'kernel tree',
      tools,
      'lib/iov_iter.c and fs/pipe.c of a kernel source, compiled to WebAssembly: check --kernel-tree DIR',
    ],
    [
      '64-bit build',
      whyNotWide(),
      'lib/iov_iter.c of a kernel source, compiled for this machine and asked where sizes are huge: overflow --kernel-tree DIR',
    ],
    ['host', whyNoHost(), 'the kernel that runs here, through system calls: replay --on host, fuzz --against host'],
    ['uml', whyNoUml(), 'a kernel 6.1 in user-mode Linux, likewise: replay --on uml, fuzz --against uml'],
  ];
  return [
    ['ORACLE', 'USABLE HERE', 'WHAT IT IS'],
    ...rows.map(([name, why, what]) => [name, why === '' ? 'yes' : `no: ${why}`, what]),
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

/** A row on the build of 64 bits; `why`: there can be none. */
export function wideRow(why: string): Row {
  const how = 'iovcheck overflow can ask where sizes are huge';
  return why === ''
    ? ['ok', 'clang, 64 bits', `present: ${how}`]
    : ['-', 'clang, 64 bits', `optional: ${why}; then ${how}`];
}

/** A row on a tree that was named: whether its C can be run. */
export function treeRow(name: string): Row {
  try {
    const tree = openTree(name);
    compileTree(tree, ANY_PAGE);
    const files = [SOURCE, PIPE_SOURCE].filter((file) => tree.files.has(file)).join(' and ');
    return ['ok', 'kernel tree', `Linux ${tree.version}: its ${files} can be run, held against ${tree.baseline}`];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return ['BAD', 'kernel tree', error.message.replace(/^--kernel-tree /, '')];
  }
}
