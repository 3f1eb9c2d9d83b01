/**
 * From a pipe into a file: the slots become an array of bio_vec, which one write takes from.
 *
 * @kernel 6.1 fs/splice.c iter_file_splice_write
 */
import { EAGAIN, ENODATA, ENOMEM } from '../../errno.js';
import type { Loff, OpenFile } from '../../files.js';
import type { KernelFunctions } from '../../functions.js';
import type { Kernel, PipeBuffer } from '../../kernel.js';
import { WRITE } from '../../kernel.js';
import { mayAllocate } from '../../mm.js';
import { pipeBuf, pipeOccupancy, slotAdd } from '../5.8/pipe.js';
import { deref } from './read_write.js';

/** Slots with bytes, from the oldest on, as `array` for an iterator: bytes that it covers. */
export function fillArray(k: Kernel, len: number, nbufs: number): number {
  const { pipe } = k;
  const { array } = k.splice;
  array.length = 0;
  let left = len;
  for (let tail = pipe.tail; tail !== pipe.head && left > 0 && array.length < nbufs; tail = slotAdd(k, tail, 1)) {
    const buf = pipeBuf(k, tail);
    if (buf.len === 0) continue;
    const n = Math.min(buf.len, left);
    if (buf.page === null) k.die('no-bug', 'generic_file_splice_read', 'a slot in use has no page');
    array.push({ page: buf.page, offset: buf.offset, len: n });
    left -= n;
  }
  return len - left;
}

/** Bytes taken off the oldest slots: those that are eaten up are released, the next one begins later. */
export function dismiss(k: Kernel, bytes: number): void {
  const { pipe } = k;
  while (bytes > 0) {
    k.turn('splice_dismiss_pipe');
    const buf = pipeBuf(k, pipe.tail);
    if (bytes >= buf.len) {
      bytes -= buf.len;
      buf.len = 0;
      k.fn.pipeBufRelease(k, buf);
      pipe.tail = slotAdd(k, pipe.tail, 1);
    } else {
      buf.offset += bytes;
      buf.len -= bytes;
      bytes = 0;
    }
  }
}

/** @kernel 6.1 fs/splice.c eat_empty_buffer */
export function eatEmptyBuffers(k: Kernel): void {
  const { pipe } = k;
  while (pipeOccupancy(k) > 0 && pipeBuf(k, pipe.tail).len === 0) {
    k.fn.pipeBufRelease(k, pipeBuf(k, pipe.tail));
    pipe.tail = slotAdd(k, pipe.tail, 1);
  }
}

/** Slots as far as they are wanted, each of them confirmed: bytes, or why one of them was not. `keepEmpty`: to 5.9. */
export function buildVector(k: Kernel, len: number, keepEmpty: boolean): number {
  const { pipe } = k;
  const { array } = k.splice;
  array.length = 0;
  let left = len;
  for (
    let tail = pipe.tail;
    tail !== pipe.head && left > 0 && array.length < pipe.maxUsage;
    tail = slotAdd(k, tail, 1)
  ) {
    const buf = pipeBuf(k, tail);
    if (buf.len === 0 && !keepEmpty) continue;
    const err = k.fn.pipeBufConfirm(k, buf);
    if (err !== 0) return err;
    const n = Math.min(buf.len, left);
    if (buf.page === null) k.die('no-bug', 'iter_file_splice_write', 'a slot in use has no page');
    array.push({ page: buf.page, offset: buf.offset, len: n });
    left -= n;
  }
  return len - left;
}

/** The user's pipe has a writer, and is non-blocking; the one of a task has none, so that an empty one is the end. */
export function whenEmpty(k: Kernel, spliced: number): number {
  return k.needs.inodes === true && k.pipe === k.pipes[0] && spliced === 0 ? -EAGAIN : 0;
}

/** What iter_file_splice_write() asks of a ring, in either of its forms. */
export interface Outlet {
  readonly isEmpty: (k: Kernel) => boolean;
  /** Empty slots at the front are released first. */
  readonly eat: (k: Kernel) => void;
  readonly build: (k: Kernel, len: number) => number;
  readonly dismiss: (k: Kernel, bytes: number) => void;
}

/** iter_file_splice_write() over one form of the ring. @kernel 6.1 fs/splice.c splice_from_pipe_next */
export function spliceWrite(k: Kernel, out: OpenFile, ppos: Loff | null, len: number, ring: Outlet): number {
  const by = 'iter_file_splice_write';
  const at = deref(k, ppos, by);
  if (!mayAllocate(k)) return -ENOMEM;
  let ret = 0;
  let spliced = 0;
  while (spliced < len) {
    k.turn(by);
    ring.eat(k);
    if (ring.isEmpty(k)) {
      ret = whenEmpty(k, spliced);
      break;
    }
    const bytes = ring.build(k, len - spliced);
    if (bytes < 0) {
      ret = bytes === -ENODATA ? 0 : bytes;
      break;
    }
    k.fn.iovIterBvec(k, k.iter, WRITE, k.splice.vec, bytes);
    k.splice.kiPos = at.pos;
    ret = k.iter.count === 0 ? 0 : k.fn.callWriteIter(k, out, k.iter);
    k.iter.clear();
    if (ret <= 0) break;
    spliced += ret;
    at.pos = k.splice.kiPos;
    ring.dismiss(k, ret);
  }
  return spliced > 0 ? spliced : ret;
}

const OUTLET: Outlet = {
  isEmpty: (k) => pipeOccupancy(k) === 0,
  eat: eatEmptyBuffers,
  build: (k, len) => buildVector(k, len, false),
  dismiss,
};

/** @kernel 6.1 fs/splice.c iter_file_splice_write */
export const iterFileSpliceWrite: KernelFunctions['iterFileSpliceWrite'] = (k, out, ppos, len) =>
  spliceWrite(k, out, ppos, len, OUTLET);

/**
 * To 5.9 an empty slot is taken for one with bytes: it becomes a bio_vec of none, and stays.
 *
 * @kernel d1a819a2ec2d fs/splice.c eat_empty_buffer: the fix
 */
export const OUTLET_5_8: Outlet = { ...OUTLET, eat: () => {}, build: (k, len) => buildVector(k, len, true) };

/** What splice_from_pipe() asks of a ring. */
export interface Feed {
  readonly isEmpty: (k: Kernel) => boolean;
  readonly oldest: (k: Kernel) => PipeBuffer;
  /** The oldest slot has no byte left. */
  readonly next: (k: Kernel) => void;
}

/** Bytes of a slot, as kernel memory. */
const slot = new Uint8Array(64);

/** write_pipe_buf(): `n` bytes of a slot are written to the pipe A. @kernel 4.8 fs/splice.c write_pipe_buf */
function writePipeBuf(k: Kernel, buf: PipeBuffer, n: number): number {
  const from = k.pipes.indexOf(k.pipe);
  for (let b = 0; b < n; b++) slot[b] = buf.page?.data[buf.offset + b] ?? 0;
  k.usePipe(0);
  const { user } = k;
  user.total = n;
  user.pos = user.mark = 0;
  k.src = slot;
  const ret = k.fn.pipeWrite(k, n, 0);
  k.src = null;
  k.usePipe(from);
  return ret;
}

/**
 * From the task's pipe to a file without a splice_write, a pipe: slot by slot, by writing.
 *
 * @kernel 4.8 fs/splice.c default_file_splice_write, __splice_from_pipe, splice_from_pipe_feed
 */
export function spliceFromPipe(k: Kernel, _out: OpenFile, ppos: Loff | null, len: number, ring: Feed): number {
  const by = 'default_file_splice_write';
  let spliced = 0;
  let ret = 0;
  while (spliced < len && !ring.isEmpty(k)) {
    k.turn(by);
    const buf = ring.oldest(k);
    ret = k.fn.pipeBufConfirm(k, buf);
    if (ret !== 0) {
      ret = ret === -ENODATA ? 0 : ret;
      break;
    }
    ret = writePipeBuf(k, buf, Math.min(buf.len, len - spliced));
    if (ret <= 0) break;
    buf.offset += ret;
    buf.len -= ret;
    spliced += ret;
    if (buf.len === 0) ring.next(k);
  }
  if (spliced > 0) deref(k, ppos, by).pos += spliced;
  return spliced > 0 ? spliced : ret;
}

/** To 5.9. @kernel 5.8 fs/splice.c splice_from_pipe_feed */
export const FEED_5_8: Feed = {
  isEmpty: OUTLET.isEmpty,
  oldest: (k) => pipeBuf(k, k.pipe.tail),
  next(k) {
    k.fn.pipeBufRelease(k, pipeBuf(k, k.pipe.tail));
    k.pipe.tail = slotAdd(k, k.pipe.tail, 1);
  },
};
