/** Everything that is in the pipes is read: what a run has left there, and no return value has shown, shows now. */
import type { Lockstep, Row } from './lockstep.js';

/** The ops that read a pipe to its end and count its bytes, for each pipe. */
export function settlingRows(lockstep: Lockstep): Row[] {
  const { bounds, ops, reference } = lockstep;
  const all = bounds.ring * bounds.page;
  const pread = ops.findIndex(({ spec }) => spec.name === 'pread');
  const fionread = ops.findIndex(({ spec }) => spec.name === 'fionread');
  const isNamed = ops[pread].args[0].name === 'pipe';
  return reference.k.pipes.flatMap((_, p): Row[] => {
    if (reference.k.needs.inodes === true && p > 0) return [];
    const count: Row[] = fionread < 0 ? [] : [[fionread, p, 0, 0, 0]];
    // Each packet needs a read of its own, and the last one finds nothing.
    const read: Row = isNamed ? [pread, p, all, 0, 0] : [pread, all, -1, 0, 0];
    return [...count, ...Array.from({ length: bounds.ring + 2 }, () => read)];
  });
}
