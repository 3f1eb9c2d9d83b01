/**
 * read() and write() of fs/pipe.c as entries of the table that a design overrides. The user's
 * buffer is an ITER_UBUF that the C makes for itself: no scenario sees it, and what is copied and
 * where it faults is k.user, as for the function of the model.
 */
import type { Design } from '../../model/design.js';
import type { KernelFunctions } from '../../model/functions.js';
import type { Kernel } from '../../model/kernel.js';
import { O_DIRECT } from '../../model/kernel.js';
import type { MachineOf } from './calls.js';
import type { Machine } from './machine.js';
import { USER_BUFFER } from './memory.js';

/** O_NONBLOCK and O_DIRECT of the C, by c/include/iov/vfs.h. */
const C_NONBLOCK = 0o4000;
const C_DIRECT = 0o40000;

type PipeFunctions = Pick<KernelFunctions, 'pipeRead' | 'pipeWrite'>;

function call(m: Machine, entry: string, by: string, size: number, flags: number): number {
  m.beginPipe(by);
  let ret = 0;
  try {
    ret = m.c[entry](m.layout.pipe, USER_BUFFER, size, flags);
  } catch (error) {
    m.caught(error);
  }
  m.endPipe();
  return ret;
}

/**
 * Where the module has them, and the base a ring of their form. A call by a task that may sleep stays with the base: its frame, which
 * is part of the state, would lie on the stack of the C.
 */
export function pipeCallsOf(
  exported: ReadonlySet<string>,
  machineOf: MachineOf,
  { functions: base, ring, tmpPages }: Design,
): Partial<PipeFunctions> {
  if (!exported.has('iov_pipe_read') || ring !== 'head-tail' || tmpPages !== 1) return {};
  const flagsOf = (k: Kernel, filp: number): number =>
    C_NONBLOCK | ((k.files[filp].fFlags & O_DIRECT) === 0 ? 0 : C_DIRECT);
  return {
    pipeRead: (k, size) =>
      k.task === null ? call(machineOf(k), 'iov_pipe_read', 'pipe_read', size, C_NONBLOCK) : base.pipeRead(k, size),
    pipeWrite: (k, size, filp) =>
      k.task === null
        ? call(machineOf(k), 'iov_pipe_write', 'pipe_write', size, flagsOf(k, filp))
        : base.pipeWrite(k, size, filp),
  };
}
