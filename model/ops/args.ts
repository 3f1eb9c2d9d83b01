import { countValues, lengthValues } from '../bounds.js';
import type { ArgSpec, World } from '../op.js';

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
  values: (w) => (w.bounds.contents === 'off' ? [NONE] : [NONE, ...upTo(w.bounds.ring * w.bounds.page)]),
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

/** A mark may be set once a run, within the bytes of the op. */
export function markFits(isMarkFree: boolean, mark: number, bytes: number): boolean {
  return mark < 0 || (isMarkFree && mark < bytes);
}

/** A byte count beyond what the iterator wants is clamped: one such value is enough. */
export function countFits(w: World, bytes: number, left: number): boolean {
  return bytes <= left || bytes === w.bounds.ring * w.bounds.page;
}
