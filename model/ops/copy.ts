/**
 * Copies to and from every flavour of iterator but the pipe. What each has to return and to
 * leave follows from the flat list of the iterator's bytes (model/flat.ts) alone.
 */
import { Side, clear, compare, fill, flatValue, sideValue, wantInto, wantOutOf } from '../contents.js';
import type { Flat } from '../flat.js';
import { flatOf, meets, positionOf, reach, segmentAt } from '../flat.js';
import type { Ghost } from '../ghost.js';
import type { Kernel, Page } from '../kernel.js';
import { ITER_DISCARD, ITER_IOVEC, ITER_UBUF, ITER_XARRAY } from '../kernel.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { upTo } from './args.js';

const NONE = -1;

/** Most bytes that an iterator of these bounds describes. */
export function bytesMax(w: World): number {
  return Math.max(w.bounds.segs * w.bounds.vpages, w.bounds.files) * w.bounds.page;
}

/** 0, every length of the bounds, and one beyond what any iterator has left. */
export function byteValues(w: World): number[] {
  const { page, lengths } = w.bounds;
  const max = bytesMax(w);
  if (lengths === 'all') return upTo(max + 1);
  return [...new Set([0, 1, page - 1, page, page + 1, 2 * page, max])].filter((n) => n <= max).sort((x, y) => x - y);
}

export const bytesArg: ArgSpec = { name: 'bytes', values: byteValues };

/** User memory faults from this address on. */
const faultArg: ArgSpec = {
  name: 'fault_at',
  omit: NONE,
  values: (w) => [NONE, ...upTo(w.bounds.vpages * w.bounds.page)],
};

/** The entry of the xarray that is a retry entry when it is met first. */
const retryArg: ArgSpec = { name: 'retry_at', omit: NONE, values: (w) => [NONE, ...upTo(w.bounds.files)] };

const offsetArg: ArgSpec = { name: 'offset', values: (w) => upTo(w.bounds.page << w.bounds.order) };
const poisonArg: ArgSpec = { name: 'poison_at', omit: NONE, values: (w) => [NONE, ...upTo(bytesMax(w))] };

/** Only one value beyond what is left: it is clamped. */
export const isUsefulCount = (w: World, bytes: number, left: number): boolean => bytes <= left || bytes === bytesMax(w);

export const isCareless = (w: World): boolean => w.bounds.callers === 'careless';

/** A copy as data. */
export interface Copy {
  readonly name: string;
  readonly help: string;
  readonly fn: NonNullable<OpSpec['fn']>;
  /** The iterator is where the bytes come from. */
  readonly isSource: boolean;
  readonly side: Side;
  /** All or nothing: 1 or 0, and where 0 the iterator is where it was. */
  readonly isFull?: boolean;
  /** The iterator stays where it is, and its count is not looked at. */
  readonly stays?: boolean;
  /** Sums the bytes. */
  readonly sums?: boolean;
  /** A step that faults counts as not done, though some of it may have been copied. */
  readonly isByStep?: boolean;
  /** Not to a discard iterator: the kernel only warns. */
  notDiscard?(w: World): boolean;
  /** A machine check may strike in the source. */
  readonly isPoisoned?: boolean;
  /** Designs in which it exists, of those that have the function. */
  only?(w: World): boolean;
  call(k: Kernel, bytes: number, page: Page, offset: number): number;
}

/** The page on the other side: of a kind that the iterator does not walk over. */
function otherPage(k: Kernel): Page {
  const { flavour } = k.iter;
  const isApart =
    flavour === ITER_XARRAY || flavour === ITER_IOVEC || flavour === ITER_UBUF || flavour === ITER_DISCARD;
  return isApart ? k.driverPages[0] : k.filePages[0];
}

const bytesOf = (k: Kernel, page: Page): number => (page.isLarge ? 2 : 1) * k.pageSize;

const isRefused = (k: Kernel, w: World, c: Copy): boolean =>
  k.iter.flavour === ITER_DISCARD && c.notDiscard?.(w) === true;

const isWrongWay = (k: Kernel, c: Copy): boolean => k.iter.dataSource !== c.isSource;

/** Bytes of the iterator that the call can move. */
function able(k: Kernel, c: Copy, flat: Flat, pos: number, want: number, poison: number): number {
  if (isWrongWay(k, c)) return 0;
  const can = reach(k, flat, pos, want);
  const isRead = c.isPoisoned === true && flat.flavour !== ITER_DISCARD;
  return isRead && poison >= 0 ? Math.min(can, poison) : can;
}

function allowed(
  k: Kernel,
  g: Ghost,
  w: World,
  c: Copy,
  bytes: number,
  fault: number,
  retry: number,
  x: number,
): boolean {
  const flat = flatOf(k, k.iter.vec);
  const want = Math.min(bytes, g.left);
  if (c.side === Side.Page) {
    const room = bytesOf(k, otherPage(k)) - x;
    if (bytes > room || (bytes > g.left && (bytes !== room || c.stays === true))) return false;
  } else if (!isUsefulCount(w, bytes, g.left)) return false;
  if (fault >= 0 && !meets(flat, g.pos, want, fault)) return false;
  if (c.isPoisoned === true && (x >= want || (x >= 0 && flat.flavour === ITER_DISCARD) || (x >= 0 && fault >= 0)))
    return false;
  return retry < 0 || meetsEntry(k, flat, g.pos, want, retry);
}

/** Whether bytes of this entry of the xarray are among the next `want`. */
function meetsEntry(k: Kernel, flat: Flat, pos: number, want: number, entry: number): boolean {
  if (flat.flavour !== ITER_XARRAY) return false;
  for (let p = pos; p < pos + want; p++) if (Math.floor(flat.addr[p] / k.pageSize) === entry) return true;
  return false;
}

/** How many bytes the iterator has moved by, given what the call returned. */
function movedBy(c: Copy, ret: number, bytes: number, left: number): number {
  const moved = c.isFull === true ? (ret === 1 ? bytes : 0) : ret;
  return Math.max(0, Math.min(moved, left));
}

/** Holds memory against what `ret` bytes, moved from `pos` on, make of it. */
function check(k: Kernel, c: Copy, pos: number, want: number, ret: number, bytes: number, at: number): void {
  const flat = flatOf(k, k.iter.vec);
  const moved = isWrongWay(k, c) ? 0 : movedBy(c, ret, bytes, want);
  const isShort = moved < want && !isWrongWay(k, c);
  // What a copy that failed as a whole, or a step that faulted, has touched does not count.
  let loose = moved;
  if (isShort && (c.isFull === true || c.isByStep === true)) loose = reach(k, flat, pos, want);
  if (isShort && c.isSource && (c.isFull === true || flat.isUser)) loose = want;
  if (c.isSource) wantOutOf(k, flat, pos, moved, loose, c.side, at);
  else wantInto(k, flat, pos, moved, loose, c.side, at);
  compare(k);
}

function apply(k: Kernel, c: Copy, bytes: number, fault: number, retry: number, x: number): number {
  k.userFault = fault;
  k.xaRetry = retry;
  k.poison = c.isPoisoned === true ? x : NONE;
  k.out.csum = 0;
  const page = otherPage(k);
  if (k.bounds.contents === 'off') return c.call(k, bytes, page, x);
  const pos = Math.max(0, positionOf(k, k.iter));
  const want = Math.min(bytes, k.iter.count);
  fill(k);
  try {
    const ret = c.call(k, bytes, page, x);
    check(k, c, pos, want, ret, bytes, page.pfn * k.pageSize + x);
    return ret;
  } finally {
    clear(k);
  }
}

/** The sum of `ret` bytes is the sum of their values. */
function sumIsRight(k: Kernel, g: Ghost, c: Copy, flat: Flat, ret: number): boolean {
  if (k.bounds.contents === 'off') return true;
  let sum = 0;
  for (let n = 0; n < ret; n++) sum += c.isSource ? flatValue(flat, g.pos + n) : sideValue(c.side, 0, n);
  return k.out.csum === sum;
}

/** Bytes up to the step that faults: one ends with a segment, and with a page on the other side. */
function wholeSteps(k: Kernel, g: Ghost, c: Copy, flat: Flat, can: number, offset: number): number {
  const bySegment = flat.starts[segmentAt(flat, g.pos + can)] - g.pos;
  const at = c.side === Side.Page ? offset + can : 0;
  return Math.max(0, bySegment, at - (at % k.pageSize) - offset);
}

function promise(g: Ghost, k: Kernel, c: Copy, ret: number, bytes: number, x: number): string {
  const flat = flatOf(k, k.iter.vec);
  const want = Math.min(bytes, g.left);
  const can = able(k, c, flat, g.pos, want, x);
  if (c.isFull === true) {
    const is = can === bytes ? 1 : 0;
    if (ret !== is) return is === 1 ? '1 (true)' : '0 (false)';
    return c.sums !== true || ret === 0 || sumIsRight(k, g, c, flat, bytes) ? '' : `a sum over ${bytes} bytes`;
  }
  if (ret !== can && (c.isByStep !== true || can === want || ret !== wholeSteps(k, g, c, flat, can, x)))
    return `${can}`;
  return c.sums !== true || sumIsRight(k, g, c, flat, ret) ? '' : `a sum over ${ret} bytes`;
}

function account(g: Ghost, c: Copy, ret: number, bytes: number): void {
  if (c.stays === true) return;
  const moved = movedBy(c, ret, bytes, g.left);
  g.left -= moved;
  g.pos += moved;
}

export function copyOp(c: Copy): OpSpec {
  const more = c.side === Side.Page ? [offsetArg] : c.isPoisoned === true ? [poisonArg] : [];
  return {
    name: c.name,
    help: c.help,
    args: [bytesArg, faultArg, retryArg, ...more],
    fn: c.fn,
    exists: (w) => w.scenario.copies && w.design.present.has(c.fn) && c.only?.(w) !== false,
    ready: (k, _g, w) => k.iter.active && (isCareless(w) || (!isWrongWay(k, c) && !isRefused(k, w, c))),
    allowed: (k, g, w, bytes, fault, retry, x) => allowed(k, g, w, c, bytes, fault, retry, x),
    apply: (k, _w, bytes, fault, retry, x) => apply(k, c, bytes, fault, retry, x),
    promise: (g, k, _w, ret, bytes, _fault, _retry, x) => promise(g, k, c, ret, bytes, x),
    account: (g, _k, _w, ret, bytes) => account(g, c, ret, bytes),
  };
}
