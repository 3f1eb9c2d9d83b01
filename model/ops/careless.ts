/** Misuse, explored only with `callers=careless`; what it finds is reported as misuse. */
import { FREE } from '../callers/callers.js';
import { ITER_PIPE } from '../kernel.js';
import type { OpSpec } from '../op.js';
import { upTo } from './args.js';
import { hasAllPrimitives, spend } from './iter.js';

const isCareless: OpSpec['exists'] = (w) => hasAllPrimitives(w) && w.bounds.callers === 'careless';

/** advance() by bytes that nobody has put there. */
export const advancePast: OpSpec = {
  name: 'iov_iter_advance_past',
  help: 'iov_iter_advance() by more than was pushed (misuse)',
  args: [{ name: 'size', values: (w) => upTo(w.bounds.ring * w.bounds.page + 1).slice(1) }],
  fn: 'iovIterAdvance',
  exists: isCareless,
  ready: (k) => k.caller.kind === FREE && k.request.on === 0,
  apply(k, _w, size) {
    k.fn.iovIterAdvance(k, k.iter, size);
    return 0;
  },
  account: (g, k, w, _ret, size) => spend(g, k, w, Math.min(size, g.left)),
};

/** advance(0) on an iterator that asked for no pages, for instance one made on a full ring. */
export const advanceZero: OpSpec = {
  name: 'iov_iter_advance_zero',
  help: 'iov_iter_advance(0) where no pages were asked for (misuse on a full ring)',
  args: [],
  fn: 'iovIterAdvance',
  exists: isCareless,
  ready: (k) => k.caller.kind === FREE && k.request.on === 0,
  apply(k) {
    k.fn.iovIterAdvance(k, k.iter, 0);
    return 0;
  },
};

/** A direction that is not ITER_PIPE. */
export const wrongDirection: OpSpec = {
  name: 'iov_iter_pipe_wrong_direction',
  help: 'iov_iter_pipe() with a direction of WRITE (misuse)',
  args: [],
  fn: 'iovIterPipe',
  exists: isCareless,
  ready: (k) => k.caller.kind === 0,
  apply(k) {
    k.caller.kind = FREE;
    k.fn.iovIterPipe(k, k.iter, ITER_PIPE | 1, 1);
    return 0;
  },
  account(g) {
    g.start = g.n;
    g.left = 1;
  },
};

export const CARELESS_OPS: readonly OpSpec[] = [advancePast, advanceZero, wrongDirection];
