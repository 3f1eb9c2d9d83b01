/** Questions about an iterator over memory, each against its definition over the flat list of bytes. */
import type { Flat } from '../flat.js';
import { UNPLACED, flatOf, positionOf, reach } from '../flat.js';
import { EFAULT } from '../errno.js';
import type { Ghost } from '../ghost.js';
import type { Kernel } from '../kernel.js';
import { ITER_BVEC, ITER_DISCARD, ITER_FOLIOQ, ITER_IOVEC, ITER_KVEC, ITER_UBUF } from '../kernel.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { upTo } from './args.js';
import { bytesArg, isUsefulCount } from './copy.js';

interface Query {
  readonly name: string;
  readonly help: string;
  readonly fn: NonNullable<OpSpec['fn']>;
  readonly args?: readonly ArgSpec[];
  only?(w: World): boolean;
  fits?(k: Kernel, g: Ghost, w: World, a: number, b: number): boolean;
  ask(k: Kernel, a: number, b: number): number;
  isIdle?(k: Kernel, a: number): boolean;
  /** '' if the answer follows the definition. */
  defined(k: Kernel, g: Ghost, flat: Flat, ret: number, a: number, b: number): string;
}

function query(q: Query): OpSpec {
  return {
    name: q.name,
    help: q.help,
    args: q.args ?? [],
    fn: q.fn,
    isQuery: true,
    exists: (w) => w.scenario.copies && w.design.present.has(q.fn) && q.only?.(w) !== false,
    ready: (k) => k.iter.active,
    allowed: (k, g, w, a, b) => q.fits?.(k, g, w, a, b) !== false,
    apply: (k, _w, a, b) => q.ask(k, a, b),
    isIdle: (k, _ret, a) => q.isIdle?.(k, a) === true,
    promise: (g, k, _w, ret, a, b) => q.defined(k, g, flatOf(k, k.iter.vec), ret, a, b),
  };
}

const is = (want: number, ret: number): string => (ret === want ? '' : `${want}`);

/** Bytes of segment `s` among the next `left` from `pos` on, and the first of them. */
function covered(flat: Flat, s: number, pos: number, left: number): number {
  const first = Math.max(flat.starts[s], pos);
  return Math.max(0, Math.min(flat.starts[s + 1], pos + left) - first);
}

const addressIn = (flat: Flat, s: number, pos: number): number => flat.bases[s] + Math.max(0, pos - flat.starts[s]);

/** An empty segment that lies between the position and where the count is used up. */
const isEmptyOnTheWay = (flat: Flat, s: number, pos: number, left: number): boolean =>
  flat.starts[s] === flat.starts[s + 1] && flat.starts[s] >= pos && flat.starts[s] <= pos + left;

function pagesOf(k: Kernel, flat: Flat, pos: number, left: number): number {
  if (flat.flavour === ITER_DISCARD) return 0;
  let pages = 0;
  for (let s = 0; s < flat.bases.length; s++) {
    const len = covered(flat, s, pos, left);
    if (len > 0) pages += Math.ceil(((addressIn(flat, s, pos) % k.pageSize) + len) / k.pageSize);
  }
  return pages;
}

/** The lowest bit below PAGE_SIZE that is set: by it alone a mask finds an address or a length unaligned. */
const lowest = (k: Kernel, bits: number): number => {
  const low = bits & (k.pageSize - 1);
  return low & -low;
};

function lowestIs(k: Kernel, ret: number, want: number): string {
  const bit = lowest(k, want);
  if (lowest(k, ret) === bit) return '';
  return bit === 0 ? 'no bit below PAGE_SIZE' : `${bit} as the lowest bit below PAGE_SIZE`;
}

/** OR of the addresses and lengths of what is covered; with `isStrict`, of empty segments on the way too. */
function alignmentOf(flat: Flat, pos: number, left: number, isStrict = false): number {
  if (flat.flavour === ITER_DISCARD) return 0;
  let bits = 0;
  for (let s = 0; s < flat.bases.length; s++) {
    const len = covered(flat, s, pos, left);
    if (len > 0) bits |= addressIn(flat, s, pos) | len;
    else if (isStrict && isEmptyOnTheWay(flat, s, pos, left)) bits |= flat.bases[s];
  }
  return bits;
}

/** Empty segments that begin inside a page, which a caller may be told to provide a page for. */
function emptyOnTheWay(k: Kernel, flat: Flat, pos: number, left: number): number {
  let n = 0;
  for (let s = 0; s < flat.bases.length; s++) {
    if (isEmptyOnTheWay(flat, s, pos, left) && flat.bases[s] % k.pageSize !== 0) n++;
  }
  return n;
}

/** OR of where a segment ends and the next begins, over what is covered; its start and its end do not count. */
function gapsOf(flat: Flat, pos: number, left: number): number {
  let bits = 0;
  let end = -1;
  for (let s = 0; s < flat.bases.length; s++) {
    const len = covered(flat, s, pos, left);
    if (len === 0) continue;
    const at = addressIn(flat, s, pos);
    if (end >= 0) bits |= end | at;
    end = at + len;
  }
  return bits;
}

/** Whether what is covered is aligned; with `isStrict`, empty segments on the way too. */
function isAligned(flat: Flat, pos: number, left: number, addr: number, len: number, isStrict: boolean): boolean {
  if (flat.flavour === ITER_DISCARD) return true;
  // Whole folios, one behind the other, are one range, as the pages of a file are.
  if (flat.flavour === ITER_FOLIOQ) return (pos & addr) === 0 && (left & len) === 0;
  for (let s = 0; s < flat.bases.length; s++) {
    const bytes = covered(flat, s, pos, left);
    if (bytes > 0 && ((addressIn(flat, s, pos) & addr) !== 0 || (bytes & len) !== 0)) return false;
    if (isStrict && isEmptyOnTheWay(flat, s, pos, left) && (flat.bases[s] & addr) !== 0) return false;
  }
  return true;
}

/** Bytes left of the segment in which the iterator stands by its own fields. */
function restOfSegment(k: Kernel, g: Ghost, flat: Flat): number {
  const { flavour, vec, seg, folioqSlot } = k.iter;
  let s = seg;
  if (flavour === ITER_FOLIOQ && vec !== null) {
    s = folioqSlot;
    for (let q = 0; q < seg; q++) s += vec.folioq[q].slots.length;
  } else if (flavour !== ITER_IOVEC && flavour !== ITER_KVEC && flavour !== ITER_BVEC) return g.left;
  const end = s < flat.bases.length ? flat.starts[s + 1] : flat.bytes;
  return Math.max(0, Math.min(g.left, end - g.pos));
}

const masks = (name: string): ArgSpec => ({
  name,
  values(w) {
    const out = [0];
    for (let mask = 1; mask < w.bounds.page; mask = 2 * mask + 1) out.push(mask);
    return out;
  },
});

const OOM = 0;
const failAllocArg: ArgSpec = {
  name: 'fail_alloc',
  omit: -1,
  values: (w) => (w.bounds.oom === 'off' ? [-1] : [-1, OOM]),
};

/** Duplicates the iterator, moves the duplicate to its end, and drops it. */
function dup(k: Kernel, fail: number): number {
  const { iter: old, iterCopy: copy } = k;
  k.oom = fail;
  const ret = k.fn.dupIter(k, copy, old);
  const isSame = copy.active && copy.count === old.count && copy.type === old.type;
  k.out.isCopied = isSame && positionOf(k, copy) === positionOf(k, old);
  if (ret !== 0 || !isArray(k)) {
    const pos = positionOf(k, copy);
    const { count } = copy;
    k.fn.iovIterAdvance(k, copy, count);
    if (copy.count !== 0 || (pos !== UNPLACED && positionOf(k, copy) !== pos + count)) k.out.isCopied = false;
  }
  copy.clear();
  return ret;
}

const isArray = (k: Kernel): boolean => {
  const { flavour } = k.iter;
  return flavour === ITER_IOVEC || flavour === ITER_KVEC || flavour === ITER_BVEC;
};

const faultArg: ArgSpec = {
  name: 'fault_at',
  omit: -1,
  values: (w) => [-1, ...upTo(w.bounds.vpages).map((v) => v * w.bounds.page)],
};

/** A page that faults has to be among those that are touched. */
function faultFits(k: Kernel, g: Ghost, want: number, fault: number): boolean {
  if (fault < 0) return true;
  const flat = flatOf(k, k.iter.vec);
  if (!flat.isUser) return false;
  for (let p = g.pos; p < g.pos + want; p++) if (flat.addr[p] >= fault) return true;
  return false;
}

/** 5.16: what could not be faulted in, in bytes; before, -EFAULT where anything could not. */
function faultIn(name: string, fn: Query['fn'], isRest: boolean, ask: (k: Kernel, bytes: number) => number): OpSpec {
  const isWrite = fn === 'faultInIovIterWriteable';
  return query({
    name,
    help: `touch the user pages behind the iterator, ${isWrite ? 'to write' : 'to read'} them`,
    fn,
    args: [bytesArg, faultArg],
    only: (w) => w.design.present.has('faultInIovIterWriteable') === isRest,
    fits: (k, g, w, bytes, fault) =>
      k.iter.dataSource !== isWrite &&
      (isRest ? isUsefulCount(w, bytes, g.left) : bytes <= g.left) &&
      faultFits(k, g, Math.min(bytes, g.left), fault),
    ask(k, bytes, fault) {
      k.userFault = fault;
      return ask(k, bytes);
    },
    defined(k, g, flat, ret, bytes) {
      if (!flat.isUser) return is(0, ret);
      const rest = bytes - reach(k, flat, g.pos, Math.min(bytes, g.left));
      return isRest ? is(rest, ret) : ret === (rest > 0 ? -EFAULT : 0) ? '' : rest > 0 ? '-EFAULT' : '0';
    },
  });
}

export const VEC_QUERY_OPS: readonly OpSpec[] = [
  query({
    name: 'iov_iter_npages',
    help: 'how many pages the bytes touch, segment by segment',
    fn: 'iovIterNpages',
    args: [{ name: 'maxpages', values: (w) => upTo(w.bounds.segs * w.bounds.vpages + 2).slice(1) }],
    ask: (k, maxpages) => k.fn.iovIterNpages(k, k.iter, maxpages),
    // A page for an empty segment is one too many, and does no harm: the bvec branch counts it, iovec's does not.
    defined: (k, g, flat, ret, maxpages) => {
      const pages = pagesOf(k, flat, g.pos, g.left);
      const most = pages + emptyOnTheWay(k, flat, g.pos, g.left);
      return ret >= Math.min(maxpages, pages) && ret <= Math.min(maxpages, most) ? '' : `${Math.min(maxpages, pages)}`;
    },
  }),
  query({
    name: 'iov_iter_alignment',
    help: 'which low bits of addresses and lengths are set',
    fn: 'iovIterAlignment',
    fits: (_k, g) => g.left > 0,
    ask: (k) => k.fn.iovIterAlignment(k, k.iter) | 0,
    // Whether the address of an empty segment counts is nowhere said; kernels differ by flavour.
    defined: (k, g, flat, ret) => {
      const wrong = lowestIs(k, ret, alignmentOf(flat, g.pos, g.left));
      return wrong === '' ? '' : lowestIs(k, ret, alignmentOf(flat, g.pos, g.left, true)) && wrong;
    },
  }),
  query({
    name: 'iov_iter_gap_alignment',
    help: 'which low bits are set where a segment ends and the next begins',
    fn: 'iovIterGapAlignment',
    fits: (k) => k.iter.flavour === ITER_IOVEC || k.iter.flavour === ITER_UBUF,
    ask: (k) => k.fn.iovIterGapAlignment(k, k.iter) | 0,
    defined: (k, g, flat, ret) => lowestIs(k, ret, gapsOf(flat, g.pos, g.left)),
  }),
  query({
    name: 'iov_iter_is_aligned',
    help: 'whether no address and no length meets its mask',
    fn: 'iovIterIsAligned',
    args: [masks('addr_mask'), masks('len_mask')],
    fits: (_k, g) => g.left > 0,
    ask: (k, addr, len) => (k.fn.iovIterIsAligned(k, k.iter, addr, len) ? 1 : 0),
    defined(_k, g, flat, ret, addr, len) {
      if (!isAligned(flat, g.pos, g.left, addr, len, false)) return ret === 0 ? '' : '0 (false)';
      return ret === 1 || !isAligned(flat, g.pos, g.left, addr, len, true) ? '' : '1 (true)';
    },
  }),
  query({
    name: 'iov_iter_single_seg_count',
    help: 'bytes left in the current segment',
    fn: 'iovIterSingleSegCount',
    ask: (k) => k.fn.iovIterSingleSegCount(k, k.iter),
    defined: (k, g, flat, ret) => is(restOfSegment(k, g, flat), ret),
  }),
  query({
    name: 'iter_is_iovec',
    help: 'whether the iterator walks a user vector',
    fn: 'iterIsIovec',
    ask: (k) => (k.fn.iterIsIovec(k, k.iter) ? 1 : 0),
    defined: (_k, _g, flat, ret) => is(flat.flavour === ITER_IOVEC ? 1 : 0, ret),
  }),
  query({
    name: 'dup_iter',
    help: 'duplicate the iterator, and move the duplicate to its end',
    fn: 'dupIter',
    args: [failAllocArg],
    ask: (k, fail) => dup(k, fail),
    isIdle: (k, fail) => fail >= 0 && !k.isOomHit,
    defined(k, _g, _flat, ret) {
      const want = isArray(k) && !k.isOomHit ? 1 : 0;
      if ((ret === 0) !== (want === 0)) return want === 1 ? 'an array (not NULL)' : '0 (NULL)';
      // What kmemdup() failed for is not to be used.
      return k.out.isCopied || k.isOomHit ? '' : 'a duplicate that stands where the original does, and moves alone';
    },
  }),
  faultIn('fault_in_iov_iter_readable', 'iovIterFaultInReadable', true, (k, n) =>
    k.fn.iovIterFaultInReadable(k, k.iter, n),
  ),
  faultIn('fault_in_iov_iter_writeable', 'faultInIovIterWriteable', true, (k, n) =>
    k.fn.faultInIovIterWriteable(k, k.iter, n),
  ),
  faultIn('iov_iter_fault_in_readable', 'iovIterFaultInReadable', false, (k, n) =>
    k.fn.iovIterFaultInReadable(k, k.iter, n),
  ),
];
