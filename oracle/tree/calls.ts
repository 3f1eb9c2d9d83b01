/**
 * The functions of lib/iov_iter.c as entries of the table that a design overrides: each writes
 * what the C may see, calls it, and reads back what it left. Those that differ only in what is
 * passed are generated from CALLS, so that each has code, and a place in the engine's caches, of its own.
 */
import type { FunctionName, KernelFunctions } from '../../model/functions.js';
import type { IovIter, IovIterState, Kernel, Vec } from '../../model/kernel.js';
import { ITER_PIPE } from '../../model/kernel.js';

import type { Machine } from './machine.js';
import { kbufAddress } from './memory.js';

/** The machine of a kernel. */
export type MachineOf = (k: Kernel) => Machine;

interface Call {
  /** Export of the module. */
  readonly c: string;
  /** Parameters behind k; `i` is the iterator. */
  readonly params: string;
  /** What the C is passed. */
  readonly pass: string;
  readonly returns: 'size_t' | 'int' | 'bool' | 'void';
}

const RETURNS = { size_t: 'r >>> 0', int: 'r | 0', bool: 'r !== 0', void: 'undefined' } as const;

const bytes = (c: string): Call => ({ c, params: 'bytes, i', pass: 'buf(k), bytes, L.iter0', returns: 'size_t' });
const page = (c: string): Call => ({
  c,
  params: 'page, offset, bytes, i',
  pass: 'm.pageAt(page), offset, bytes, L.iter0',
  returns: 'size_t',
});
const ask = (c: string, returns: Call['returns']): Call => ({ c, params: 'i', pass: 'L.iter0', returns });
const askBytes = (c: string, returns: Call['returns']): Call => ({
  c,
  params: 'i, n',
  pass: 'L.iter0, n',
  returns,
});

/** Names without the kernel's are of c/runtime.c: what is inline in include/linux/uio.h. */
const CALLS: Partial<Readonly<Record<FunctionName, Call>>> = {
  copyToIter: bytes('_copy_to_iter'),
  copyMcToIter: bytes('_copy_mc_to_iter'),
  copyFromIter: bytes('_copy_from_iter'),
  copyFromIterNocache: bytes('_copy_from_iter_nocache'),
  copyFromIterFlushcache: bytes('_copy_from_iter_flushcache'),
  copyToIterFull: { ...bytes('iov_copy_to_iter_full'), returns: 'int' },
  copyFromIterFull: { ...bytes('iov_copy_from_iter_full'), returns: 'int' },
  copyFromIterFullNocache: { ...bytes('iov_copy_from_iter_full_nocache'), returns: 'int' },
  copyPageToIter: page('copy_page_to_iter'),
  copyPageToIterNofault: page('copy_page_to_iter_nofault'),
  copyPageFromIter: page('copy_page_from_iter'),
  iovIterCopyFromUserAtomic: page('copy_page_from_iter_atomic'),
  iovIterZero: { c: 'iov_iter_zero', params: 'bytes, i', pass: 'bytes, L.iter0', returns: 'size_t' },
  iovIterAdvance: askBytes('iov_iter_advance', 'void'),
  iovIterRevert: askBytes('iov_iter_revert', 'void'),
  iovIterNpages: askBytes('iov_iter_npages', 'int'),
  iovIterAlignment: ask('iov_iter_alignment', 'size_t'),
  iovIterGapAlignment: ask('iov_iter_gap_alignment', 'size_t'),
  iovIterSingleSegCount: ask('iov_iter_single_seg_count', 'size_t'),
  iovIterIsAligned: {
    c: 'iov_iter_is_aligned',
    params: 'i, addr, len',
    pass: 'L.iter0, addr, len',
    returns: 'bool',
  },
  iovIterFaultInReadable: askBytes('fault_in_iov_iter_readable', 'size_t'),
  faultInIovIterWriteable: askBytes('fault_in_iov_iter_writeable', 'size_t'),
  iovIterExtractWillPin: ask('iov_will_pin', 'bool'),
  iterIsIovec: ask('iov_is_iovec', 'bool'),
};

/** `_copy_to_iter` -> `copy_to_iter`, as the model's messages call it. */
const said = (c: string): string => c.replace(/^(_|iov_(?=copy|will|is))/, '');

function generate({ c, params, pass, returns }: Call, machineOf: MachineOf): unknown {
  const body = `return (k, ${params}) => { // ${c}
    const m = machineOf(k), L = m.layout;
    m.begin(i, '${said(c)}');
    let r = 0;
    try {
      r = m.c.${c}(${pass});
    } catch (error) {
      m.caught(error);
    }
    m.end(i);
    return ${RETURNS[returns]};
  };
  //# sourceURL=tree-${c}`;
  return new Function('machineOf', 'buf', body)(machineOf, kbufAddress);
}

/** A call of the C that is written out; what it threw, as what it is. */
function run(m: Machine, c: string, ...args: number[]): number {
  try {
    return m.c[c](...args);
  } catch (error) {
    return m.caught(error);
  }
}

/** The functions that make an iterator. */
function makers(machineOf: MachineOf): Partial<KernelFunctions> {
  const fill = (
    k: Kernel,
    i: IovIter,
    c: string,
    vec: Vec | null,
    pass: (m: Machine) => number[],
    isPipe = false,
  ): void => {
    const m = machineOf(k);
    m.beginFresh(said(c), isPipe);
    run(m, c, m.layout.iter0, ...pass(m));
    i.clear();
    i.active = true;
    i.vec = vec;
    m.end(i);
  };
  const overArray =
    (c: string, nr: (vec: Vec) => number[]) =>
    (k: Kernel, i: IovIter, direction: number, vec: Vec, count: number): void =>
      fill(k, i, c, vec, (m) => [direction, m.vectors.at(vec, vec.flavour, 0), ...nr(vec), count]);
  return {
    iovIterInit: overArray('iov_iter_init', ({ iov }) => [iov.length]),
    iovIterKvec: overArray('iov_iter_kvec', ({ iov }) => [iov.length]),
    iovIterBvec: overArray('iov_iter_bvec', ({ bvec }) => [bvec.length]),
    iovIterUbuf: overArray('iov_ubuf', () => []),
    iovIterXarray: overArray('iov_xarray', ({ xarrayStart }) => [xarrayStart]),
    iovIterFolioQueue: overArray('iov_iter_folio_queue', () => [0, 0]),
    iovIterDiscard: (k, i, direction, count) => fill(k, i, 'iov_iter_discard', null, () => [direction, count]),
    // The model's callers say ITER_PIPE where 4.20 and later say READ.
    iovIterPipe: (k, i, direction, count) =>
      fill(k, i, 'iov_iter_pipe', null, ({ layout }) => [direction === ITER_PIPE ? 0 : 1, layout.pipe, count], true),
  };
}

/** The functions that list pages: the array of the caller, or one of their own, and the offset in the first page. */
function listers(machineOf: MachineOf): Partial<KernelFunctions> {
  const list = (k: Kernel, i: IovIter, c: string, pass: (m: Machine, array: number) => number[]): number => {
    const m = machineOf(k);
    const { start, ppages } = m.layout;
    m.begin(i, c);
    const array = m.writeArray();
    m.i32[start >> 2] = k.out.start;
    m.i32[ppages >> 2] = array;
    const ret = run(m, c, ...pass(m, array));
    k.out.start = m.i32[start >> 2] >>> 0;
    m.readArray();
    m.end(i);
    return ret | 0;
  };
  return {
    iovIterGetPages: (k, i, maxsize, maxpages) =>
      list(k, i, 'iov_iter_get_pages2', ({ layout: L }, array) => [L.iter0, array, maxsize, maxpages, L.start]),
    iovIterGetPagesAlloc(k, i, maxsize) {
      k.pagesArrayMax = 0;
      const ret = list(k, i, 'iov_iter_get_pages_alloc2', ({ layout: L }) => [L.iter0, L.ppages, maxsize, L.start]);
      const m = machineOf(k);
      if (m.i32[m.layout.ppages >> 2] === 0) k.pagesArrayMax = 0;
      return ret;
    },
    iovIterExtractPages: (k, i, maxsize, maxpages) =>
      list(k, i, 'iov_iter_extract_pages', ({ layout: L }) => [L.iter0, L.ppages, maxsize, maxpages, 0, L.start]),
  };
}

/** Sums, which go in and out by a pointer. */
function summers(machineOf: MachineOf): Partial<KernelFunctions> {
  const sum =
    (c: string, order: (buf: number, n: number, csum: number, iter: number) => number[]) =>
    (k: Kernel, n: number, i: IovIter): number => {
      const m = machineOf(k);
      const { csum, iter0 } = m.layout;
      m.begin(i, said(c));
      m.i32[csum >> 2] = k.out.csum;
      m.i32[(csum >> 2) + 1] = 0;
      const ret = run(m, c, ...order(kbufAddress(k), n, csum, iter0));
      k.out.csum = m.i32[csum >> 2];
      m.end(i);
      return ret >>> 0;
    };
  return {
    csumAndCopyToIter: sum('csum_and_copy_to_iter', (buf, n, csum, iter) => [buf, n, csum, iter]),
    csumAndCopyFromIter: sum('csum_and_copy_from_iter', (buf, n, csum, iter) => [buf, n, csum, iter]),
    csumAndCopyFromIterFull: sum('iov_csum_from_iter_full', (buf, n, csum, iter) => [buf, n, csum, iter]),
  };
}

/** Copies of an iterator, and what was kept of one. */
function keepers(machineOf: MachineOf): Partial<KernelFunctions> {
  const state = (m: Machine, { iovOffset, count, nrSegs }: IovIterState): void => {
    const { layout: L, i32 } = m;
    i32[(L.state + L.stateOffset) >> 2] = iovOffset;
    i32[(L.state + L.stateCount) >> 2] = count;
    i32[(L.state + L.stateSegs) >> 2] = nrSegs;
  };
  return {
    dupIter(k, to, from) {
      const m = machineOf(k);
      const { iter0, iter1 } = m.layout;
      m.begin(from, 'dup_iter');
      m.poison(iter1);
      const ret = run(m, 'dup_iter', iter1, iter0, 1);
      m.end(from);
      to.copyFrom(from);
      // What kmemdup() failed for is not to be used.
      if (ret !== 0 || !k.isOomHit) m.readDuplicate(to, iter1, ret !== 0);
      return ret === 0 ? 0 : 1;
    },
    iovIterRestore(k, i, kept) {
      const m = machineOf(k);
      m.begin(i, 'iov_iter_restore');
      state(m, kept);
      run(m, 'iov_iter_restore', m.layout.iter0, m.layout.state);
      m.end(i);
    },
  };
}

/** Every function of the model that the module exports; what is not there stays the base's. */
export function callsOf(exported: ReadonlySet<string>, machineOf: MachineOf): Partial<KernelFunctions> {
  const out: Partial<Record<FunctionName, unknown>> = {};
  for (const [name, call] of Object.entries(CALLS)) {
    if (exported.has(call.c)) out[name as FunctionName] = generate(call, machineOf);
  }
  const written = { ...makers(machineOf), ...listers(machineOf), ...summers(machineOf), ...keepers(machineOf) };
  for (const [name, fn] of Object.entries(written)) {
    if (exported.has(WRITTEN[name] ?? '')) out[name as FunctionName] = fn;
  }
  return out as Partial<KernelFunctions>;
}

/** Exports of those that are written out. */
const WRITTEN: Readonly<Record<string, string>> = {
  iovIterInit: 'iov_iter_init',
  iovIterKvec: 'iov_iter_kvec',
  iovIterBvec: 'iov_iter_bvec',
  iovIterUbuf: 'iov_ubuf',
  iovIterXarray: 'iov_xarray',
  iovIterFolioQueue: 'iov_iter_folio_queue',
  iovIterDiscard: 'iov_iter_discard',
  iovIterPipe: 'iov_iter_pipe',
  iovIterGetPages: 'iov_iter_get_pages2',
  iovIterGetPagesAlloc: 'iov_iter_get_pages_alloc2',
  iovIterExtractPages: 'iov_iter_extract_pages',
  csumAndCopyToIter: 'csum_and_copy_to_iter',
  csumAndCopyFromIter: 'csum_and_copy_from_iter',
  csumAndCopyFromIterFull: 'iov_csum_from_iter_full',
  dupIter: 'dup_iter',
  iovIterRestore: 'iov_iter_restore',
};

/** Every export that the linker is asked for. */
export const EXPORTS: readonly string[] = [
  ...new Set([...Object.values(CALLS).map(({ c }) => c), ...Object.values(WRITTEN)]),
].filter((name) => !/^iov_(?!iter_)/.test(name));
