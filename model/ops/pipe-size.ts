/** F_SETPIPE_SZ and FIONREAD of one of two pipes. */
import { EBUSY, EINVAL, ENOMEM, EPERM } from '../errno.js';
import type { Kernel } from '../kernel.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { oomArg } from './args.js';
import { plainOom } from './plain.js';
import { ask, enter, hasPipes, pipeArg } from './two-pipes.js';

/** The size in slots that F_SETPIPE_SZ has to give; 0 for more than 2^31 bytes. */
function slotsFor(k: Kernel, size: number): number {
  if (size < 0) return 0; // as unsigned it is beyond 2^31
  let slots = 1;
  while (slots * k.pageSize < size) slots *= 2;
  return slots;
}

/** Sizes in bytes: each that a ring may have, and those that are refused or rounded. */
export const SIZES: ArgSpec = {
  name: 'size',
  values(w) {
    const sizes = [-1, 0];
    for (let slots = 1; slots <= w.bounds.ring; slots *= 2) sizes.push(slots * w.bounds.page);
    return [...sizes, w.bounds.ring * w.bounds.page + 1];
  },
};

/** '' if F_SETPIPE_SZ returned what it has to, and the ring is as large as that. */
export function promiseSetpipeSz(k: Kernel, w: World, ret: number, pipe: number, size: number): string {
  const slots = slotsFor(k, size);
  if (slots === 0) return ret === -EINVAL ? '' : '-EINVAL';
  if (slots > w.bounds.ring) return ret === -EPERM ? '' : '-EPERM';
  const isBusy = ask(k, pipe, () => w.ring.used(k) > slots);
  if (k.isOomHit && ret === -ENOMEM) return '';
  if (isBusy) return ret === -EBUSY ? '' : '-EBUSY: more slots are in use';
  if (ret !== slots * k.pageSize) return `${slots * k.pageSize}`;
  return ask(k, pipe, () => w.ring.size(k)) === slots ? '' : `a ring of ${slots} slots`;
}

export const fcntlSetpipeSz: OpSpec = {
  name: 'fcntl_setpipe_sz',
  help: 'fcntl(fd, F_SETPIPE_SZ) of a pipe, without CAP_SYS_RESOURCE; pipe-max-size is the largest ring',
  args: [pipeArg('pipe'), SIZES, { ...oomArg(), values: (w) => (w.bounds.oom === 'off' ? [-1] : [-1, 0]) }],
  fn: 'pipeSetSize',
  exists: hasPipes,
  ready: (k) => k.caller.kind === 0,
  allowed(k, _g, w, pipe, size) {
    const slots = slotsFor(k, size);
    const other = ask(k, 1 - pipe, () => w.ring.size(k));
    return w.bounds.slots === 0 || slots > w.bounds.ring || slots + other <= w.bounds.slots;
  },
  apply(k, _w, pipe, size, oom) {
    enter(k, pipe);
    k.oom = oom;
    return k.fn.pipeSetSize(k, size);
  },
  isIdle: (k, _ret, _pipe, _size, oom) => oom >= 0 && !k.isOomHit,
  plain: plainOom(2),
  promise: (_g, k, w, ret, pipe, size) => promiseSetpipeSz(k, w, ret, pipe, size),
};

export const fionread: OpSpec = {
  name: 'fionread',
  help: 'ioctl(FIONREAD): the bytes in a pipe',
  args: [pipeArg('pipe')],
  fn: 'pipeIoctl',
  isQuery: true,
  exists: hasPipes,
  ready: (k) => k.caller.kind === 0,
  apply(k, _w, pipe) {
    enter(k, pipe);
    return k.fn.pipeIoctl(k);
  },
  promise: (g, _k, _w, ret, pipe) => (ret === g.owedOf(pipe) ? '' : `${g.owedOf(pipe)}`),
};
