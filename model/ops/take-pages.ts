/**
 * Everybody who takes bytes or pages out of the pipes that memory is lent to: vmsplice() on the read end copies; the
 * fuse device and the virtio console may have the pages.
 */
import { EAGAIN, EFAULT, EINVAL, EIO, ENODATA } from '../errno.js';
import { SPLICE_F_MOVE } from '../files.js';
import type { Ghost } from '../ghost.js';
import type { Kernel } from '../kernel.js';
import { PipeBufOps } from '../kernel.js';
import { isTakenRight, noteTaken, settleTaker } from '../lent.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { isDeliveryRight } from '../owed.js';
import { lengthArg, upTo } from './args.js';
import { ask, enter, pipeArg, use } from './two-pipes.js';

export const lends = (w: World): boolean => w.scenario.needs.lends === true && w.design.present.has('vmspliceToPipe');

/** What goes wrong on the way out: the user's buffer faults, or a page of the file can not be had. */
const With = { Nothing: -1, Eio: -2, Enodata: -3, Truncated: -4 } as const;
const WITH_NAMES = { [With.Eio]: 'EIO', [With.Enodata]: 'ENODATA', [With.Truncated]: 'truncated' };
const withArg = (values: (w: World) => number[]): ArgSpec => ({
  name: 'with',
  omit: With.Nothing,
  names: { ...WITH_NAMES, ...Object.fromEntries(upTo(64).map((n) => [n, `fault_at:${n}`])) },
  values: (w) => [With.Nothing, ...values(w)],
});

const isConfirmChoice = (choice: number): boolean => choice === With.Eio || choice === With.Enodata;

/** The page that can not be had was not reached: nobody asked for it, and nobody got bytes of it. */
const isConfirmIdle = (k: Kernel, ret: number, choice: number): boolean =>
  isConfirmChoice(choice) && !k.lending.isConfirmHit && ret <= k.lending.confirmAt;

/** Bytes of the pipe that is looked at before the first page of the file. */
function bytesToFile(k: Kernel, w: World): number {
  let n = 0;
  for (let j = 0; j < w.ring.used(k); j++) {
    const { ops, len } = w.ring.slot(k, j);
    if (ops === PipeBufOps.PageCache) break;
    n += len;
  }
  return n;
}

function prepare(k: Kernel, w: World, choice: number): void {
  if (isConfirmChoice(choice)) k.lending.confirmAt = bytesToFile(k, w);
  if (choice === With.Eio) k.lending.confirmError = -EIO;
  if (choice === With.Enodata) k.lending.confirmError = -ENODATA;
  k.lending.isTruncated = choice === With.Truncated;
}

/** A page that can not be had is one of the file. */
function hasFilePage(k: Kernel, w: World, p: number): boolean {
  return ask(k, p, () => {
    for (let j = 0; j < w.ring.used(k); j++) if (w.ring.slot(k, j).ops === PipeBufOps.PageCache) return true;
    return false;
  });
}

/** Lengths beyond what there is ask for the same. */
const lengthFits = (g: Ghost, w: World, pipe: number, len: number): boolean =>
  len <= g.owedOf(pipe) + 1 || len === w.bounds.ring * w.bounds.page;

/** What may be returned where confirm() of a page failed: bytes before it, or why. */
const isConfirmReturn = (k: Kernel, ret: number, most: number): boolean =>
  k.lending.isConfirmHit && ((ret >= 0 && ret < most) || ret === -EIO);

/** Bytes of a page that could not be had were given out. */
const isUnreadGiven = (k: Kernel, ret: number): boolean => {
  const { confirmError, confirmAt } = k.lending;
  return confirmError !== 0 && ret > confirmAt;
};
const UNREAD = 'no byte of a page that can not be read';

/** Takes bytes out by __splice_from_pipe(): all that was asked for and is there, whatever packets they are in. */
function promiseOut(g: Ghost, k: Kernel, ret: number, pipe: number, len: number): string {
  const owed = Math.min(len, g.owedOf(pipe));
  if (isUnreadGiven(k, ret)) return UNREAD;
  if (k.isFaultHit) {
    const ok = ret === -EFAULT || (ret > 0 && ret <= k.user.fault);
    return ok ? '' : `-EFAULT, or what was copied before byte ${k.user.fault}`;
  }
  if (ret === owed && owed > 0) return '';
  if (isConfirmReturn(k, ret, owed)) return '';
  if (owed === 0) return ret === -EAGAIN ? '' : '-EAGAIN: the pipe holds no byte, and has a writer';
  return `${owed}`;
}

export const vmspliceOut: OpSpec = {
  name: 'vmsplice_out',
  help: 'vmsplice(2) on the read end of a pipe: its bytes are copied to user memory',
  args: [
    pipeArg('pipe'),
    lengthArg('len'),
    withArg((w) => [...upTo(w.bounds.ring * w.bounds.page), With.Eio, With.Enodata]),
  ],
  fn: 'vmspliceToUser',
  exists: lends,
  ready: () => true,
  allowed(k, g, w, pipe, len, choice) {
    if (isConfirmChoice(choice)) return hasFilePage(k, w, pipe);
    return lengthFits(g, w, pipe, len) && choice < Math.min(len, g.owedOf(pipe));
  },
  apply(k, w, pipe, len, choice) {
    enter(k, pipe);
    prepare(k, w, choice);
    k.user.empty(len);
    k.user.fault = choice >= 0 ? choice : -1;
    return k.fn.vmspliceToUser(k, len);
  },
  isIdle: (k, ret, _pipe, _len, choice) => (choice >= 0 && !k.isFaultHit) || isConfirmIdle(k, ret, choice),
  promise: (g, k, _w, ret, pipe, len) => promiseOut(g, k, ret, pipe, len),
  account(g, k, _w, ret, pipe) {
    if (ret <= 0) return;
    use(k, g, pipe);
    g.isMisdelivered = !isDeliveryRight(g, k, ret);
    g.pop(ret);
  },
};

const moveArg: ArgSpec = {
  name: 'flags',
  names: { 0: '0', [SPLICE_F_MOVE]: 'SPLICE_F_MOVE' },
  omit: 0,
  values: () => [0, SPLICE_F_MOVE],
};

/** A page that is moved takes the place of a page of the request, and begins where that does. */
function isMovedAside({ lending, pageSize }: Kernel): boolean {
  for (let n = 0; n < lending.nrStolen; n++) if (lending.stolen[n].at % pageSize !== 0) return true;
  return false;
}

export const fuseWrite: OpSpec = {
  name: 'fuse_dev_splice_write',
  help: 'splice(2) of a pipe into the fuse device: pages of a reply, copied or moved',
  args: [pipeArg('pipe'), lengthArg('len'), moveArg, withArg(() => [With.Eio, With.Enodata, With.Truncated])],
  fn: 'fuseDevSpliceWrite',
  exists: lends,
  ready: () => true,
  allowed(k, g, w, pipe, len, flags, choice) {
    if (choice === With.Truncated && flags === 0) return false;
    if (isConfirmChoice(choice) && !hasFilePage(k, w, pipe)) return false;
    return len <= g.owedOf(pipe) || len === g.owedOf(pipe) + 1;
  },
  apply(k, w, pipe, len, flags, choice) {
    enter(k, pipe);
    prepare(k, w, choice);
    try {
      return k.fn.fuseDevSpliceWrite(k, len, flags);
    } finally {
      settleTaker(k, w);
    }
  },
  isIdle: (k, ret, _pipe, _len, _flags, choice) =>
    (choice === With.Truncated && k.lending.nrStolen === 0) || isConfirmIdle(k, ret, choice),
  promise(g, k, _w, ret, pipe, len) {
    if (isUnreadGiven(k, ret)) return UNREAD;
    if (len > g.owedOf(pipe)) return ret === -EINVAL ? '' : '-EINVAL: the pipe holds less';
    if (isMovedAside(k)) return 'pages moved only to where a page of the request begins';
    if (ret === len || (k.lending.isConfirmHit && (ret === -EIO || ret === -ENODATA))) return '';
    return `${len}`;
  },
  account(g, k, _w, ret, pipe, len) {
    use(k, g, pipe);
    // Its buffers have left the pipe, whatever became of them.
    if (ret === -EINVAL) return;
    noteTaken(g, k);
    g.isMisdelivered = ret > 0 && !isTakenRight(g, k, ret);
    g.pop(len);
  },
};

export const consoleWrite: OpSpec = {
  name: 'port_fops_splice_write',
  help: 'splice(2) of a pipe to a virtio console: its pages are taken or copied, and read by the device',
  args: [pipeArg('pipe'), lengthArg('len'), withArg(() => [With.Eio])],
  fn: 'portFopsSpliceWrite',
  exists: lends,
  ready: () => true,
  allowed: (k, g, w, pipe, len, choice) =>
    lengthFits(g, w, pipe, len) && (!isConfirmChoice(choice) || hasFilePage(k, w, pipe)),
  apply(k, w, pipe, len, choice) {
    enter(k, pipe);
    prepare(k, w, choice);
    try {
      return k.fn.portFopsSpliceWrite(k, len);
    } finally {
      settleTaker(k, w);
    }
  },
  isIdle: (k, ret, _pipe, _len, choice) => isConfirmIdle(k, ret, choice),
  promise(g, k, _w, ret, pipe, len) {
    const owed = Math.min(len, g.owedOf(pipe));
    if (isUnreadGiven(k, ret)) return UNREAD;
    // An entry for each buffer, and no more: a copy that is cut at the end of its page may leave some.
    if (owed === 0) return ret === 0 || ret === -EAGAIN ? '' : '0, or -EAGAIN';
    return (ret > 0 && ret <= owed) || isConfirmReturn(k, ret, owed) ? '' : `${owed}`;
  },
  account(g, k, _w, ret, pipe) {
    use(k, g, pipe);
    noteTaken(g, k);
    if (ret <= 0) return;
    g.isMisdelivered = !isTakenRight(g, k, ret);
    g.pop(ret);
  },
};
