/** What the choices of most ops lie in wait for, by which argument says them. */
import type { Plain, Reach } from '../op.js';

const without = (args: readonly number[], ...choices: number[]): number[] =>
  args.map((arg, n) => (choices.includes(n) ? -1 : arg));

/** Argument `at` is the allocation that fails. */
export const plainOom = (at: number): Plain => ({
  args: (args) => without(args, at),
  isMet: ({ allocations }, args) => args[at] < allocations,
});

/** Argument `at` is the byte of the user's buffer that faults. */
export const plainFault = (at: number): Plain => ({
  args: (args) => without(args, at),
  isMet: ({ wanted }, args) => args[at] < wanted,
});

/** Argument `at` is the byte that carries the mark, of those that were moved. */
export const plainMark = (at: number): Plain => ({
  args: (args) => without(args, at),
  isMet: ({ ret }, args) => args[at] < ret,
});

const returned = ({ ret }: Reach): number => ret;

/** The mark, and the next one the allocation that fails. `moved`: bytes of the call. */
export const plainMarkAndOom = (at: number, moved = returned): Plain => ({
  args: (args) => without(args, at, at + 1),
  isMet: (reach, args) => (args[at + 1] < 0 ? args[at] < moved(reach) : args[at + 1] < reach.allocations),
});

/** The mark, and the next one the byte that faults. */
export const plainMarkAndFault = (at: number): Plain => ({
  args: (args) => without(args, at, at + 1),
  isMet: (reach, args) => (args[at + 1] < 0 ? args[at] < reach.ret : args[at + 1] < reach.wanted),
});

/** Argument `at` says that tasks which are woken look at once. */
export const plainWoken = (at: number): Plain => ({
  args: (args) => args.with(at, 0),
  isMet: ({ woken }) => woken > 0,
});
