/**
 * From a tree to a module: lib/iov_iter.c and fs/pipe.c as they are, with our shims and runtime, for one page
 * size. What was compiled once lies in the user's cache folder, under the hash of everything
 * that went into it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../harness/bounds-text.js';
import { cacheFolder } from './cache.js';
import { EXPORTS } from './calls.js';
import { writeAll } from './files.js';
import { FEATURES, forwarders, SHIM_NAMES } from './headers.js';
import type { StaticVariable, TreeModule } from './module.js';
import { outgrown } from './outgrown.js';
import type { Tree } from './source.js';
import { PIPE_SOURCE, SOURCE } from './source.js';
import { needToolchain } from './toolchain.js';
import { WebAssembly } from './wasm.js';

/** For any target. */
export const ANY_TARGET: readonly string[] = [
  '-std=gnu11',
  '-ffreestanding',
  '-fno-builtin',
  '-nostdinc',
  // As the kernel is built.
  '-fno-strict-aliasing',
  '-fno-strict-overflow',
  '-fno-delete-null-pointer-checks',
  '-w',
  '-ferror-limit=0',
  '-fno-caret-diagnostics',
  '-fmacro-backtrace-limit=1',
  '-fno-color-diagnostics',
  '-DCONFIG_ARCH_HAS_COPY_MC=1',
  '-DCONFIG_ARCH_HAS_UACCESS_FLUSHCACHE=1',
];

const FLAGS = ['--target=wasm32', '-O2', '-fdata-sections', ...ANY_TARGET];

/** Each basic block calls __sanitizer_cov_trace_pc(), which counts, so that no loop is endless; none is left out, for it may be the loop. */
const COUNTED = ['-fsanitize-coverage=trace-pc', '-mllvm', '-sanitizer-coverage-prune-blocks=0'];

/** For the coverage engine a byte for each edge as well, and no two conditions made into one, so that each is a step on the way. */
const EDGES = ['-fsanitize-coverage=inline-8bit-counters', '-Xclang', '-fsanitize=fuzzer-no-link'];

const LINK = [
  '--no-entry',
  '--stack-first',
  '-z',
  'stack-size=16384',
  '--gc-sections',
  '--export=iov_layout',
  '--export=__heap_base',
  '--export=__stack_pointer',
  // Or each export would call the constructors first.
  '--export=__wasm_call_ctors',
  '--export-if-defined=__start___sancov_cntrs',
  '--export-if-defined=__stop___sancov_cntrs',
  ...EXPORTS.map((name) => `--export-if-defined=${name}`),
];

/** Our own C, these sources and the shims, as [path, text]. */
export function ourFiles({ ours }: Tree, sources: readonly string[] = ['runtime.c', 'pipe.c']): [string, string][] {
  const names = [...sources, ...SHIM_NAMES.map((name) => `include/iov/${name}.h`), 'include/iov/mm.h'];
  return [...new Set(names)].map((name) => [name, readFileSync(join(ours, name), 'utf8')]);
}

/** -D of what the tree has. */
export function features({ files }: Tree): string[] {
  const text = files.get('include/linux/uio.h') ?? '';
  return FEATURES.filter(([, names]) => names.test(text)).map(([define]) => `-D${define}=1`);
}

/** Runs the compiler in `dir`; what it has to complain of, '' for nothing. */
export function complaintsOf(program: string, args: readonly string[], dir: string): string {
  const { status, stderr, error } = spawnSync(program, args, { cwd: dir, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return status === 0 ? '' : stderr;
}

/** Variables that are written, from the map of the linker. */
export function staticsIn(map: string): StaticVariable[] {
  const pattern = /^\s*([0-9a-f]+)\s+[0-9a-f]+\s+([0-9a-f]+)\s+(iov_iter|pipe)\.o:\(\.(?:data|bss)(?:\.(\S+))?\)$/gm;
  return [...map.matchAll(pattern)].map(([, at, size, object, name]) => ({
    file: object === 'pipe' ? PIPE_SOURCE : SOURCE,
    name: (name ?? 'a variable').replace(/^.*\./, ''),
    at: Number.parseInt(at, 16),
    size: Number.parseInt(size, 16),
  }));
}

/** Puts what is compiled into a folder: ours at the top, the tree's under tree/. */
export function layOut(tree: Tree, ours: readonly [string, string][], dir: string): void {
  writeAll(dir, ours);
  writeAll(
    join(dir, 'tree'),
    forwarders().map(([header, text]) => [`include/${header}`, text]),
  );
  // The tree's own headers last: they stand where a shim has none.
  writeAll(join(dir, 'tree'), tree.files);
}

function build(tree: Tree, flags: readonly string[], counted: readonly string[], dir: string): void {
  const { clang, linker } = needToolchain();
  layOut(tree, ourFiles(tree), dir);
  const common = [...FLAGS, ...flags, '-I', 'include', '-I', 'tree/include', '-c'];
  const sources: [file: string, args: string[], object: string][] = [
    [SOURCE, [...counted, `tree/${SOURCE}`], 'iov_iter.o'],
    [SOURCE, ['runtime.c'], 'runtime.o'],
  ];
  if (tree.files.has(PIPE_SOURCE)) sources.push([PIPE_SOURCE, [...counted, '-I', '.', 'pipe.c'], 'pipe.o']);
  for (const [file, args, object] of sources) {
    const complaints = complaintsOf(clang, [...common, ...args, '-o', object], dir);
    if (complaints !== '') throw new UsageError(outgrown(tree, file, complaints));
  }
  const objects = sources.map(([, , object]) => object);
  const unlinked = complaintsOf(linker, [...LINK, '-Map=map', ...objects, '-o', 'module.wasm'], dir);
  if (unlinked !== '') {
    const file = /error: pipe\.o:/.test(unlinked) ? PIPE_SOURCE : SOURCE;
    throw new UsageError(outgrown(tree, file, unlinked));
  }
  const statics = staticsIn(readFileSync(join(dir, 'map'), 'utf8'));
  writeFileSync(join(dir, 'statics.json'), `${JSON.stringify(statics)}\n`);
}

/** Puts what was built where the next run finds it; another process may have done so meanwhile. */
function store(from: string, to: string, names: readonly string[]): void {
  mkdirSync(to, { recursive: true });
  for (const name of names) {
    const part = join(to, `${name}.${process.pid}`);
    copyFileSync(join(from, name), part);
    renameSync(part, join(to, name));
  }
}

/** The folder `to`, with what `make` builds in a folder of its own under these names, the last of them last. */
export function builtOnce(to: string, names: readonly string[], make: (dir: string) => void): string {
  if (existsSync(join(to, names[names.length - 1]))) return to;
  const dir = mkdtempSync(join(tmpdir(), 'iovcheck-build-'));
  try {
    make(dir);
    store(dir, to, names);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return to;
}

/** Hash of a tree's C and its headers, and of what they are compiled with. */
export function builtHash(tree: Tree, parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of [...parts, ...forwarders().flat(), ...[...tree.files].flat()]) hash.update(part).update('\0');
  return hash.digest('hex');
}

/** Hash of everything that the module of a tree is made of, but for the page size. */
export function treeHash(tree: Tree): string {
  const flags = [...FLAGS, ...COUNTED, ...EDGES, ...LINK, ...features(tree)];
  return builtHash(tree, [needToolchain().version, ...flags, ...ourFiles(tree).flat()]);
}

/** The module of a tree for pages of so many bytes, which counts its edges where that is asked for; a sentence where the tree can not be compiled. */
export function compileTree(tree: Tree, pageSize: number, hasEdges = false): TreeModule {
  const shift = Math.log2(pageSize);
  const flags = [`-DPAGE_SHIFT=${shift}`, ...features(tree)];
  const name = `${treeHash(tree)}-${shift}${hasEdges ? '-edges' : ''}`;
  const to = builtOnce(join(cacheFolder('tree'), name), ['statics.json', 'module.wasm'], (dir) =>
    build(tree, flags, hasEdges ? [...COUNTED, ...EDGES] : COUNTED, dir),
  );
  return {
    module: new WebAssembly.Module(readFileSync(join(to, 'module.wasm'))),
    statics: JSON.parse(readFileSync(join(to, 'statics.json'), 'utf8')) as StaticVariable[],
  };
}
