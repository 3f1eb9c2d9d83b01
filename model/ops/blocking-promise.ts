/**
 * What a call that may sleep has to return, and when it may sleep: read(2), write(2), pipe(7), from what the step has
 * copied, what is owed, which ends are open, and the signal. `k.out.before` is how far the call was before the step.
 */
import { ASLEEP, EAGAIN, ENOMEM, EPIPE, ERESTARTSYS } from '../errno.js';
import type { Ghost } from '../ghost.js';
import type { Kernel } from '../kernel.js';
import type { World } from '../op.js';
import { owedToRead } from '../owed.js';
import { freeSlots } from '../ring.js';
import { Call } from '../wait.js';

/** Whether the user's buffer holds what was owed to this step. */
export function isStepDelivered(g: Ghost, k: Kernel, bytes: number): boolean {
  const { before } = k.out;
  for (let n = 0; n < bytes; n++) if (n >= g.n || k.user.data[before + n] !== g.tag[n]) return false;
  return true;
}

/** A writer is in the middle of a call: a read that has bytes may wait for what it writes ("syscall merging", to 5.4). */
function isWriterAtWork(k: Kernel): boolean {
  for (const task of k.tasks) if (task.call === Call.Write) return true;
  return false;
}

function promiseReaderSleeps(g: Ghost, k: Kernel, owed: number): string {
  const { out, user } = k;
  if (out.wasNonblock) return 'no sleep: the call has O_NONBLOCK';
  if (g.writers === 0) return `${out.before + owed}: there is no writer to wait for`;
  if (out.hadSignal) return 'no sleep: a signal is pending';
  if (user.pos - out.before < owed) return `${out.before + owed}: there are bytes to read`;
  return user.pos === 0 || isWriterAtWork(k) ? '' : `${user.pos}: bytes were read, and no writer is at work`;
}

/** '' if a read returns, or sleeps, as it may. */
export function promiseReadStep(g: Ghost, k: Kernel, ret: number): string {
  const { out } = k;
  const owed = owedToRead(g, out.size - out.before);
  if (ret === ASLEEP) return promiseReaderSleeps(g, k, owed);
  const total = out.before + owed;
  if (total > 0) return ret === total ? '' : `${total}`;
  if (g.writers === 0) return ret === 0 ? '' : '0: there is no byte, and no writer';
  if (out.hadSignal && ret === -ERESTARTSYS) return '';
  if (out.wasNonblock) return ret === -EAGAIN ? '' : '-EAGAIN: there is no byte, and there is a writer';
  return out.hadSignal ? '-ERESTARTSYS' : 'sleep: there is no byte, and there is a writer';
}

function promiseWriterSleeps(g: Ghost, k: Kernel, isFull: boolean): string {
  const { out, user } = k;
  if (out.wasNonblock) return 'no sleep: the call has O_NONBLOCK';
  if (g.readers === 0) return 'no sleep: there is no reader';
  if (out.hadSignal) return 'no sleep: a signal is pending';
  if (out.size <= k.pageSize && user.pos > 0) return `all ${out.size} bytes or none (PIPE_BUF)`;
  return isFull ? '' : 'no sleep: a slot is free';
}

/** No reader: nothing is written any more, and the writer is told by a signal as well. */
function promiseNoReader(k: Kernel, ret: number): string {
  const { before, hasSigpipe } = k.out;
  const want = before > 0 ? before : -EPIPE;
  if (ret !== want) return before > 0 ? `${before}: no reader is there for more` : '-EPIPE: there is no reader';
  return hasSigpipe ? '' : 'SIGPIPE';
}

/** '' if a write returns, or sleeps, as it may. */
export function promiseWriteStep(g: Ghost, k: Kernel, w: World, ret: number): string {
  const { out, user } = k;
  const isFull = freeSlots(k, w.ring) === 0;
  if (ret === ASLEEP) return promiseWriterSleeps(g, k, isFull);
  if (g.readers === 0) return promiseNoReader(k, ret);
  if (out.hasSigpipe) return 'no SIGPIPE: there is a reader';
  if (ret === out.size) return user.pos === ret ? '' : `${user.pos}, which is what was taken from the user`;
  if (user.pos > 0) {
    if (ret !== user.pos) return `${user.pos}: so many bytes are in the pipe`;
    if (out.size <= k.pageSize) return `all ${out.size} bytes or none (PIPE_BUF)`;
  }
  const isCut = k.isOomHit || (isFull && (out.wasNonblock || out.hadSignal));
  if (user.pos > 0) return isCut ? '' : `${out.size}: nothing is in the way`;
  if (k.isOomHit && ret === -ENOMEM) return '';
  if (isFull && out.wasNonblock && ret === -EAGAIN) return '';
  if (isFull && out.hadSignal && ret === -ERESTARTSYS) return '';
  return isFull ? 'sleep: no slot is free' : `${out.size}: a slot is free`;
}
