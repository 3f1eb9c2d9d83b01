/** generic_file_splice_read() around a read_iter, and the end of a free caller. */
import { EAGAIN, EFAULT, EIO } from '../errno.js';
import { CALLERS, FREE, READ_ITERS, may } from '../callers/callers.js';
import { Call } from '../callers/caller.js';
import type { Kernel } from '../kernel.js';
import type { OpSpec } from '../op.js';
import { countArg } from './args.js';
import { begin, hasAllPrimitives, hasIterators } from './iter.js';

/** The pipe lock is dropped; the caller's locals go. */
function endCaller(k: Kernel): void {
  k.dropIter();
  k.dropRequest();
  k.caller.kind = 0;
  k.caller.isStopped = k.caller.isDirectDone = false;
  k.caller.ret = 0;
}

export const pipeUnlock: OpSpec = {
  name: 'pipe_unlock',
  help: 'the caller of the primitives is done; what it put into the pipe can be read',
  args: [],
  fn: null,
  exists: hasIterators,
  ready: (k) => k.caller.kind === FREE && may(k, Call.Unlock),
  apply(k) {
    endCaller(k);
    return 0;
  },
  account(g) {
    g.start = g.left = 0;
  },
};

export const spliceRead: OpSpec = {
  name: 'generic_file_splice_read',
  help: 'splice from a file into the pipe, up to the call of its read_iter',
  args: [
    countArg('len'),
    {
      name: 'read_iter',
      names: READ_ITERS,
      values: () => Object.keys(READ_ITERS).map(Number),
    },
  ],
  fn: 'genericFileSpliceRead',
  exists: (w) => hasAllPrimitives(w) && w.design.present.has('genericFileSpliceRead'),
  ready: (k, _g, w) => k.caller.kind === 0 && w.ring.used(k) < k.bounds.ring,
  apply(k, _w, len, kind) {
    k.caller.kind = kind;
    k.fn.genericFileSpliceRead(k, len);
    return 0;
  },
  account(g, k, w, _ret, len) {
    begin(g, k, w, len);
    g.asked = len;
  },
};

/** What a read_iter returns: the bytes, -EFAULT if it had to stop before the first, or 0. */
function readIterRet(k: Kernel, isError: boolean): number {
  if (isError) return -EIO;
  if (k.caller.ret > 0) return k.caller.ret;
  return k.caller.isStopped ? -EFAULT : 0;
}

export const readIterReturn: OpSpec = {
  name: 'read_iter_return',
  help: 'the read_iter returns, with its bytes or an error; the rest of generic_file_splice_read runs',
  args: [{ name: 'ret', values: () => [0, 1], names: { 0: 'bytes', 1: '-EIO' } }],
  fn: 'genericFileSpliceReadDone',
  exists: spliceRead.exists,
  ready: (k) => k.caller.kind > FREE && may(k, Call.Return),
  allowed: (k, _g, _w, isError) => isError === 1 || k.request.on === 0,
  apply(k, _w, isError) {
    k.out.readIterRet = readIterRet(k, isError === 1);
    const ret = k.fn.genericFileSpliceReadDone(k, k.out.readIterRet);
    endCaller(k);
    return ret;
  },
  promise(g, k, _w, ret) {
    const raw = k.out.readIterRet;
    const want = raw === -EFAULT ? -EAGAIN : raw;
    if (ret !== want) return `${want}`;
    return ret <= g.asked ? '' : `at most ${g.asked}, the bytes that were asked for`;
  },
  account(g, _k, _w, ret) {
    if (ret <= 0) g.cut(g.start); // what was emitted is freed
    g.start = g.left = g.asked = 0;
    g.deviceMark = -1;
  },
};

export const SPLICE_OPS: readonly OpSpec[] = [pipeUnlock, spliceRead, readIterReturn];

/** For reports: the running caller in words. */
export function callerName(k: Kernel): string {
  return CALLERS[k.caller.kind]?.id ?? 'nobody';
}
