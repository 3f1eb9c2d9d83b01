/**
 * The callers, one automaton each: who may make which call of the protocol now. The
 * kernel calls between them are ops, so that stopping early, failing midway and a short
 * device are choices of the search. While one runs, the pipe is locked.
 */
import type { Kernel } from '../kernel.js';
import { buffered } from './buffered.js';
import { copying } from './copying.js';
import { direct } from './direct.js';
import { extracting } from './extracting.js';
import { free } from './free.js';
import type { Call, Caller } from './caller.js';
import { zeroing } from './zeroing.js';

/** Index = `k.caller.kind`; 0 is nobody. */
export const CALLERS: readonly (Caller | null)[] = [null, free, buffered, copying, zeroing, direct, extracting];

export const FREE = CALLERS.indexOf(free);

export const EXTRACTING = CALLERS.indexOf(extracting);

/** Indices and names of the read_iter callers, for the op generic_file_splice_read. */
export const READ_ITERS: Readonly<Record<number, string>> = Object.fromEntries(
  CALLERS.flatMap((caller, n) => (caller === null || caller === free || caller === extracting ? [] : [[n, caller.id]])),
);

/** Whether the running caller may make this call now. */
export function may(k: Kernel, call: Call): boolean {
  const caller = CALLERS[k.caller.kind];
  return caller !== null && caller.may(k, call);
}

/** Pages were asked for, and the original iterator does not yet say what became of them. */
export function isPending(k: Kernel): boolean {
  return k.request.on !== 0 && !k.request.isCommitted;
}
