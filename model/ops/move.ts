/** Iterators over memory: how they are made, moved without a copy, and done with. */
import { NOWHERE, flatOf } from '../flat.js';
import type { FunctionName } from '../functions.js';
import type { IovIter, Kernel, Vec } from '../kernel.js';
import { ITER_BVEC, ITER_XARRAY, READ, WRITE } from '../kernel.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { byteValues, bytesMax, isCareless, isUsefulCount } from './copy.js';

const isHere = (w: World): boolean => w.scenario.copies;

const directionArg: ArgSpec = {
  name: 'direction',
  names: { [READ]: 'READ', [WRITE]: 'WRITE' },
  values: () => [READ, WRITE],
};

const SHORT = 1;
/** How much of the vector the iterator is given: all, or all but the last byte. */
const countArg: ArgSpec = { name: 'count', names: { 0: 'full', [SHORT]: 'short' }, values: () => [0, SHORT] };

/** 5.1 brought segments of several pages; no design lies between that and 4.20, which brought ITER_DISCARD. */
const hasLongBvecs = (w: World): boolean => w.design.present.has('iovIterDiscard');

/** A hole with a page behind it: whoever makes the iterator has to hold the pages. */
function hasInnerHole(k: Kernel, vec: Vec): boolean {
  const { place } = flatOf(k, vec);
  let isHole = false;
  for (const at of place) {
    if (at === NOWHERE) isHole = true;
    else if (isHole) return true;
  }
  return false;
}

/** Whether a correct caller makes an iterator of this vector, in this kernel. */
function isFit(k: Kernel, w: World, vec: Vec): boolean {
  if (vec.flavour === ITER_BVEC && !hasLongBvecs(w)) {
    return vec.bvec.every(({ offset, len }) => offset + len <= k.pageSize);
  }
  return vec.flavour !== ITER_XARRAY || isCareless(w) || !hasInnerHole(k, vec);
}

/** What copies and extraction may do with the iterator hangs on what it says that it is: so that has to be what was asked for. */
function isMadeOf(k: Kernel, vec: Vec | null, direction: number): string {
  const { iter } = k;
  if (iter.vec !== vec) return 'an iterator over what it was given';
  return iter.dataSource === (direction === WRITE) ? '' : `an iterator that is ${iter.dataSource ? 'no' : 'a'} source`;
}

type Make = (k: Kernel, i: IovIter, direction: number, vec: Vec, count: number) => void;

function makeOp(name: string, fn: FunctionName, prefix: string, help: string, make: Make): OpSpec {
  const values = (w: World): number[] => w.vecTexts.flatMap((text, n) => (text.startsWith(`${prefix}:`) ? [n] : []));
  return {
    name,
    help,
    args: [{ name: 'vec', values, names: (w) => w.vecTexts }, directionArg, countArg],
    fn,
    exists: (w) => isHere(w) && w.design.present.has(fn),
    ready: (k) => !k.iter.active,
    allowed: (k, _g, w, vec) => isFit(k, w, k.vecs[vec]),
    apply(k, _w, vec, direction, short) {
      make(k, k.iter, direction, k.vecs[vec], k.vecs[vec].bytes - short);
      return 0;
    },
    promise: (_g, k, _w, _ret, vec, direction) => isMadeOf(k, k.vecs[vec], direction),
    account(g, k, _w, _ret, vec, _direction, short) {
      g.left = k.vecs[vec].bytes - short;
      g.pos = 0;
    },
  };
}

const discard: OpSpec = {
  name: 'iov_iter_discard',
  help: 'make an iterator that throws away what is copied to it',
  args: [{ name: 'count', values: (w) => [1, w.bounds.vpages * w.bounds.page] }],
  fn: 'iovIterDiscard',
  exists: (w) => isHere(w) && w.design.present.has('iovIterDiscard'),
  ready: (k) => !k.iter.active,
  apply(k, _w, count) {
    k.fn.iovIterDiscard(k, k.iter, READ, count);
    return 0;
  },
  promise: (_g, k) => isMadeOf(k, null, READ),
  account(g, _k, _w, _ret, count) {
    g.left = count;
    g.pos = 0;
  },
};

const done: OpSpec = {
  name: 'done',
  help: 'the caller is done with the iterator',
  args: [],
  fn: null,
  exists: isHere,
  ready: (k) => k.iter.active,
  apply(k) {
    k.dropIter();
    return 0;
  },
  account(g) {
    g.left = g.pos = 0;
  },
};

const advance: OpSpec = {
  name: 'iov_iter_advance',
  help: 'move on without a copy',
  args: [{ name: 'size', values: byteValues }],
  fn: 'iovIterAdvance',
  exists: isHere,
  ready: (k) => k.iter.active,
  allowed: (_k, g, w, size) => size <= g.left || (isCareless(w) && isUsefulCount(w, size, g.left)),
  apply(k, _w, size) {
    k.fn.iovIterAdvance(k, k.iter, size);
    return 0;
  },
  account(g, _k, _w, _ret, size) {
    const moved = Math.min(size, g.left);
    g.left -= moved;
    g.pos += moved;
  },
};

const revert: OpSpec = {
  name: 'iov_iter_revert',
  help: 'move back over bytes that the iterator has moved past',
  args: [{ name: 'unroll', values: byteValues }],
  fn: 'iovIterRevert',
  exists: (w) => isHere(w) && w.design.present.has('iovIterRevert'),
  ready: (k) => k.iter.active,
  // Beyond the start it is misuse: the kernel does not know where the vector began.
  allowed: (_k, g, w, unroll) => unroll <= g.pos || (isCareless(w) && unroll === g.pos + 1),
  apply(k, _w, unroll) {
    k.fn.iovIterRevert(k, k.iter, unroll);
    return 0;
  },
  account(g, _k, _w, _ret, unroll) {
    const moved = Math.min(unroll, g.pos);
    g.left += moved;
    g.pos -= moved;
  },
};

const restore: OpSpec = {
  name: 'iov_iter_restore',
  help: 'save the state, move on, and go back to what was saved',
  args: [{ name: 'after', values: byteValues }],
  fn: 'iovIterRestore',
  exists: (w) => isHere(w) && w.design.present.has('iovIterRestore') && w.design.present.has('iovIterSaveState'),
  ready: (k) => k.iter.active,
  allowed: (k, g, w, after) => after <= g.left && after < bytesMax(w) && (isCareless(w) || isSavable(k.iter)),
  apply(k, _w, after) {
    k.fn.iovIterSaveState(k, k.iter, k.iterState);
    k.fn.iovIterAdvance(k, k.iter, after);
    k.fn.iovIterRestore(k, k.iter, k.iterState);
    const s = k.iterState;
    s.iovOffset = s.count = s.nrSegs = 0;
    return 0;
  },
};

/** What iov_iter_restore() says that it is for. */
function isSavable({ vec, flavour }: IovIter): boolean {
  return vec !== null && (flavour === ITER_BVEC || vec.iov.length > 0);
}

export const MOVE_OPS: readonly OpSpec[] = [
  makeOp('iov_iter_init', 'iovIterInit', 'iovec', 'make an iterator over a user vector', (k, i, d, vec, n) =>
    k.fn.iovIterInit(k, i, d, vec, n),
  ),
  makeOp('iov_iter_ubuf', 'iovIterUbuf', 'ubuf', 'make an iterator over a user buffer', (k, i, d, vec, n) =>
    k.fn.iovIterUbuf(k, i, d, vec, n),
  ),
  makeOp('iov_iter_kvec', 'iovIterKvec', 'kvec', 'make an iterator over kernel memory', (k, i, d, vec, n) =>
    k.fn.iovIterKvec(k, i, d, vec, n),
  ),
  makeOp('iov_iter_bvec', 'iovIterBvec', 'bvec', 'make an iterator over parts of pages', (k, i, d, vec, n) =>
    k.fn.iovIterBvec(k, i, d, vec, n),
  ),
  makeOp('iov_iter_xarray', 'iovIterXarray', 'xarray', 'make an iterator over the pages of a file', (k, i, d, vec, n) =>
    k.fn.iovIterXarray(k, i, d, vec, n),
  ),
  makeOp('iov_iter_folio_queue', 'iovIterFolioQueue', 'folioq', 'make an iterator over folios', (k, i, d, vec, n) =>
    k.fn.iovIterFolioQueue(k, i, d, vec, n),
  ),
  discard,
  advance,
  revert,
  restore,
  done,
];
