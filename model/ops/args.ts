import { countValues, hasMarks, lengthValues } from '../bounds.js';
import type { Kernel } from '../kernel.js';
import type { ArgSpec, World } from '../op.js';
import { freeSlots } from '../ring.js';

const NONE = -1;

/** 0 .. n-1 */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A byte count of the bounds' list. */
export const lengthArg = (name: string): ArgSpec => ({ name, values: (w) => lengthValues(w.bounds) });

/** A byte count of the list, or 0. */
export const lengthOrZeroArg = (name: string): ArgSpec => ({
  name,
  values: (w) => [0, ...lengthValues(w.bounds)],
});

/** What an iterator is made with. */
export const countArg = (name: string): ArgSpec => ({ name, values: (w) => countValues(w.bounds) });

/** Which byte of the source carries the run's mark; none is left out. */
export const markArg: ArgSpec = {
  name: 'mark',
  omit: NONE,
  values: (w) => (hasMarks(w.bounds) ? [NONE, ...upTo(w.bounds.ring * w.bounds.page)] : [NONE]),
};

/** Which allocation of the call fails, counted from 0; none is left out. */
export const oomArg = (extra = 0): ArgSpec => ({
  name: 'fail_alloc',
  omit: NONE,
  values: (w) => (w.bounds.oom === 'off' ? [NONE] : [NONE, ...upTo(w.bounds.ring + extra)]),
});

/** At which byte the user's buffer faults; none is left out. */
export const faultArg: ArgSpec = {
  name: 'fault_at',
  omit: NONE,
  values: (w) => (w.scenario.faults ? [NONE, ...upTo(w.bounds.ring * w.bounds.page)] : [NONE]),
};

/** Whether the call works on the original iterator or on the struct copy of it. */
export const iterArg: ArgSpec = { name: 'iter', omit: 0, names: { 0: 'orig', 1: 'copy' }, values: () => [0, 1] };

/** A mark is within the bytes of the op. */
export function markIsListed(w: World, mark: number, bytes: number): boolean {
  return mark < 0 || (mark < bytes && (w.bounds.marks === 'all' || mark === 0 || mark === bytes - 1));
}

/** The same, and it may be set once a run. */
export function markFits(w: World, isMarkFree: boolean, mark: number, bytes: number): boolean {
  return mark < 0 || (isMarkFree && markIsListed(w, mark, bytes));
}

/**
 * Allocation number `oom` can only fail where there may be one: a slot for it is free, and
 * the bytes ask for it. `extra`: allocations that are not for a slot (the page array).
 */
export function oomFits(k: Kernel, w: World, oom: number, bytes: number, extra = 0): boolean {
  if (oom < 0) return true;
  const forSlots = oom - extra;
  return forSlots < freeSlots(k, w.ring) && forSlots * w.bounds.page < bytes;
}

/** Bytes that the pipe may still take at most: the free slots, and part of the last page. */
export function spaceMax(k: Kernel, w: World): number {
  return (freeSlots(k, w.ring) + 1) * w.bounds.page;
}

/** Whether the bounds list this byte count. */
export function isListed(w: World, bytes: number): boolean {
  const b = w.bounds;
  if (b.lengths === 'all') return true;
  return bytes === 1 || Math.abs(bytes - b.page) <= 1 || bytes === 2 * b.page || bytes === b.ring * b.page;
}

/** A byte count beyond what the iterator wants is clamped: one such value is enough. */
export function countFits(w: World, bytes: number, left: number): boolean {
  return bytes <= left || bytes === w.bounds.ring * w.bounds.page;
}
