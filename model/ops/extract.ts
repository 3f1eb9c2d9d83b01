/**
 * Pages taken from an iterator of any flavour, with I/O on them in flight: the list, how its
 * pages are held, and what the iterator may do meanwhile. The pages of a pipe go the way of
 * get_pages (request.ts); those of every other flavour are committed at once.
 */
import { EXTRACTING, FREE, may } from '../callers/callers.js';
import { Call } from '../callers/caller.js';
import type { Ghost } from '../ghost.js';
import type { Kernel } from '../kernel.js';
import * as K from '../kernel.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { upTo } from './args.js';
import { holdOf, releaseRequest, takePages } from './dma.js';
import { HOLDS, HOLD_WORDS, isUser, promiseTake, retentionOf } from './extract-promise.js';
import { hasIterators, iovIterRevert } from './iter.js';
import { MOVE_OPS } from './move.js';
import { accountGet, beginGet, endGet } from './request.js';

/** The scenario, in a kernel whose calls move the iterator by what they list (6.0 and later, or the patch of 2022). */
export const isExtract = ({ scenario, design }: World): boolean =>
  scenario.extract &&
  scenario.needs.memory === 'fixed' &&
  (design.contract.getPages === 'advances' || design.present.has('iovIterExtractPages'));

/** More than any iterator describes. */
function most(w: World): number {
  return Math.max(w.bounds.ring, w.bounds.segs * w.bounds.vpages) * w.bounds.page;
}

const maxsizeArg: ArgSpec = {
  name: 'maxsize',
  values(w) {
    const { page, lengths } = w.bounds;
    if (lengths === 'all') return upTo(most(w) + 1).slice(1);
    return [...new Set([1, page - 1, page, page + 1, 2 * page, most(w)])].sort((x, y) => x - y);
  },
};

const maxpagesArg: ArgSpec = {
  name: 'maxpages',
  values: (w) => upTo(Math.max(w.bounds.vpages, w.bounds.ring) + 2).slice(1),
};

const CALLER = 0;
const ALLOC = 1;
const arrayArg: ArgSpec = {
  name: 'array',
  omit: CALLER,
  names: { [CALLER]: 'caller', [ALLOC]: 'alloc' },
  values: () => [CALLER, ALLOC],
};

/** What goes wrong on the way: allocation n fails (0 to 9), a retry entry (10 on), a page of the user's faults (20 on). */
export const NOTHING = -1;
const RETRY = 10;
export const FAULT = 20;
export const withArg: ArgSpec = {
  name: 'with',
  omit: NOTHING,
  names: (w) => ({
    ...Object.fromEntries(upTo(10).map((n) => [n, `fail_alloc:${n}`])),
    ...Object.fromEntries(upTo(w.bounds.files).map((n) => [RETRY + n, `xa_retry:${n}`])),
    ...Object.fromEntries(upTo(w.bounds.vpages).map((n) => [FAULT + n, `fault:${n}`])),
  }),
  values: (w) => [
    NOTHING,
    ...(w.bounds.oom === 'on' ? upTo(w.bounds.ring + 1) : []),
    ...upTo(w.bounds.files).map((n) => RETRY + n),
    ...upTo(w.bounds.vpages).map((n) => FAULT + n),
  ],
};

/** What goes wrong is something that this flavour can meet. */
function canMeet(k: Kernel, w: World, how: number): boolean {
  const { flavour } = k.iter;
  if (how >= FAULT) return isUser(flavour);
  if (how >= RETRY) return flavour === K.ITER_XARRAY;
  return how <= (flavour === K.ITER_PIPE ? w.bounds.ring : 0);
}

export function begin(k: Kernel, array: number, maxpages: number, how: number): void {
  beginGet(k, 0, array === ALLOC ? 0 : maxpages, how >= 0 && how < RETRY ? how : -1);
  if (how >= FAULT) k.userFault = (how - FAULT) * k.pageSize;
  else if (how >= RETRY) k.xaRetry = how - RETRY;
}

function finish(k: Kernel, w: World, array: number, ret: number, hold: number): number {
  const r = k.request;
  const isPipe = k.caller.kind !== EXTRACTING;
  if (isPipe) endGet(k, w, 0, ret);
  if (ret <= 0) return ret;
  if (!isPipe) {
    r.on = 1;
    r.isCommitted = r.inFlight = true;
    r.isSource = (k.out.iterWas.type & K.WRITE) !== 0;
    takePages(k, ret);
  }
  r.hold = hold;
  r.ownsArray = array === ALLOC;
  return ret;
}

/** So many bytes of the vector were taken; not more than there were. */
export function goOn(g: Ghost, bytes: number): void {
  const moved = Math.min(bytes, g.left);
  g.pos += moved;
  g.left -= moved;
}

function takeOp(isExtraction: boolean): OpSpec {
  const fn = isExtraction ? 'iovIterExtractPages' : 'iovIterGetPages';
  return {
    name: isExtraction ? 'iov_iter_extract_pages' : 'iov_iter_get_pages2',
    help: isExtraction
      ? 'list the pages of the buffer from here on, held by the mode of retention; the iterator moves'
      : 'list the pages of the buffer from here on, each with a reference; the iterator moves',
    args: [maxsizeArg, maxpagesArg, arrayArg, withArg],
    fn,
    exists: (w) =>
      isExtract(w) && w.design.present.has(fn) && (isExtraction || w.design.contract.getPages === 'advances'),
    ready(k, _g, w) {
      if (!k.iter.active || k.request.on !== 0) return false;
      // A pipe's get_pages are ops of their own.
      if (k.iter.flavour === K.ITER_PIPE)
        return isExtraction && hasIterators(w) && k.caller.kind === FREE && may(k, Call.GetPages);
      return true;
    },
    allowed(k, g, w, maxsize, maxpages, array, how) {
      if (how >= 0 && !canMeet(k, w, how)) return false;
      if (how === 0 && array === CALLER && k.iter.flavour !== K.ITER_PIPE) return false;
      // The callee sizes its own array: one value of maxpages is enough.
      if (array === ALLOC && maxpages !== w.bounds.vpages + 1 && maxpages !== 1) return false;
      return maxsize <= g.left || maxsize === most(w);
    },
    apply(k, w, maxsize, maxpages, array, how) {
      begin(k, array, maxpages, how);
      const hold = holdOf(k, w, isExtraction);
      const ret = isExtraction
        ? k.fn.iovIterExtractPages(k, k.iter, maxsize, maxpages)
        : array === ALLOC
          ? k.fn.iovIterGetPagesAlloc(k, k.iter, maxsize)
          : k.fn.iovIterGetPages(k, k.iter, maxsize, maxpages);
      return finish(k, w, array, ret, hold);
    },
    isIdle: (k, _ret, _maxsize, _maxpages, _array, how) =>
      (how >= FAULT && !k.isFaultHit) ||
      (how >= RETRY && how < FAULT && k.xaRetry >= 0) ||
      (how >= 0 && how < RETRY && !k.isOomHit),
    promise: (g, k, w, ret, maxsize, maxpages, array) =>
      promiseTake(g, k, w, ret, maxsize, !isExtraction && array === ALLOC ? 0x10000 : maxpages, isExtraction),
    account(g, k, w, ret) {
      if (k.caller.kind !== EXTRACTING) accountGet(g, k, w, ret);
      else if (ret > 0) goOn(g, ret);
    },
  };
}

/** The design's word for how pages are held; asked before anything is taken, it has to stay so. */
export const extractMode: OpSpec = {
  name: 'iov_iter_extract_mode',
  help: 'ask how pages of this iterator would be held',
  args: [],
  fn: 'iovIterExtractMode',
  isQuery: true,
  exists: (w) => isExtract(w) && w.design.present.has('iovIterExtractMode'),
  ready: (k) => k.iter.active && k.request.on === 0,
  apply: (k) => k.fn.iovIterExtractMode(k, k.iter),
  promise(_g, k, w, ret) {
    const want = HOLDS[retentionOf(k, w, true)];
    return want < 0 || ret === want ? '' : `${want} (${HOLD_WORDS[want]})`;
  },
};

export const extractWillPin: OpSpec = {
  ...extractMode,
  name: 'iov_iter_extract_will_pin',
  help: 'ask whether pages of this iterator would be pinned',
  fn: 'iovIterExtractWillPin',
  exists: (w) => isExtract(w) && w.design.present.has('iovIterExtractWillPin'),
  apply: (k) => (k.fn.iovIterExtractWillPin(k, k.iter) ? 1 : 0),
  promise(_g, k, w, ret) {
    const retention = retentionOf(k, w, true);
    return retention === 'refused' || (retention === 'pin') === (ret === 1) ? '' : retention === 'pin' ? '1' : '0';
  },
};

export const releasePages: OpSpec = {
  name: 'release_pages',
  help: 'the I/O is over: the caller drops what it holds, by the mode that it was given',
  args: [],
  fn: null,
  exists: isExtract,
  ready: (k) => k.request.on === 1 && k.caller.kind === EXTRACTING,
  apply(k) {
    releaseRequest(k, 'release_pages');
    k.dropRequest();
    if (!k.iter.active) k.caller.kind = 0;
    return 0;
  },
};

/** Nobody has used the pipe yet: what happens to other memory does not depend on what did. */
function isPipeUntouched(k: Kernel, g: Ghost): boolean {
  const isUnmarked = g.isMarkFree || k.bounds.contents === 'off';
  const { head, tail, tmpPage, tmpPage2 } = k.pipe;
  return head === 0 && tail === 0 && tmpPage === null && tmpPage2 === null && isUnmarked && g.writer === 0;
}

export const hasVec = (k: Kernel): boolean => k.iter.active && k.caller.kind === EXTRACTING;

/** The ops that make, move and end an iterator over memory, beside extraction. */
function besideExtraction(spec: OpSpec): OpSpec {
  const isMaker = spec.args[0]?.name === 'vec' || spec.fn === 'iovIterDiscard';
  const isEnd = spec.fn === null;
  return {
    ...spec,
    exists: (w) => isExtract(w) && (spec.fn === null || w.design.present.has(spec.fn)),
    ready: isMaker ? (k, g) => k.caller.kind === 0 && k.request.on === 0 && isPipeUntouched(k, g) : hasVec,
    // A hole is the end of what can be listed (72c00e84e611), wherever it is.
    allowed: (k, g, w, a, b, c, d) =>
      (isMaker && k.vecs[a]?.flavour === K.ITER_XARRAY) || (spec.allowed?.(k, g, w, a, b, c, d) ?? true),
    apply(k, w, a, b, c, d) {
      const ret = spec.apply(k, w, a, b, c, d);
      if (isMaker) k.caller.kind = EXTRACTING;
      // The request may outlive the iterator.
      if (isEnd && k.request.on === 0) k.caller.kind = 0;
      return ret;
    },
  };
}

/** One name, one op: that of a pipe's iterator, and that of any other. */
function revertEither(ofPipe: OpSpec, ofVec: OpSpec): OpSpec {
  const [unroll] = ofVec.args;
  const of = (k: Kernel): OpSpec => (k.caller.kind === EXTRACTING ? ofVec : ofPipe);
  const valuesOf = (w: World): number[] => [...new Set([...ofPipe.args[0].values(w), ...unroll.values(w)])];
  return {
    ...ofVec,
    args: [{ ...unroll, values: (w) => valuesOf(w).sort((x, y) => x - y) }],
    exists: (w) => (isExtract(w) || (w.scenario.extract && hasIterators(w))) && w.design.present.has('iovIterRevert'),
    ready: (k, g, w) => of(k).ready(k, g, w),
    allowed: (k, g, w, n) => (n > 0 || of(k) === ofVec) && of(k).allowed?.(k, g, w, n, 0, 0, 0) !== false,
    apply: (k, w, n) => of(k).apply(k, w, n, 0, 0, 0),
    account: (g, k, w, ret, n) => of(k).account?.(g, k, w, ret, n, 0, 0, 0),
  };
}

const BESIDE = new Set([
  'iov_iter_init',
  'iov_iter_ubuf',
  'iov_iter_kvec',
  'iov_iter_bvec',
  'iov_iter_xarray',
  'iov_iter_folio_queue',
  'iov_iter_discard',
  'iov_iter_advance',
  'iov_iter_revert',
  'done',
]);

const beside = (spec: OpSpec): OpSpec =>
  spec.fn === 'iovIterRevert' ? revertEither(iovIterRevert, besideExtraction(spec)) : besideExtraction(spec);

export const EXTRACT_OPS: readonly OpSpec[] = [
  ...MOVE_OPS.filter((spec) => BESIDE.has(spec.name)).map(beside),
  takeOp(true),
  takeOp(false),
  extractMode,
  extractWillPin,
  releasePages,
];
