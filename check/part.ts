/**
 * A part of a space that is too large for one machine. Every part searches all runs of a few ops. Of the
 * states that these come to last, in the order in which they were met, each part goes on from a share of its
 * own: the runs that begin with some of the prefixes.
 *
 * The union of the parts is the whole. Take a state, and a shortest run to it. Where that run is longer than a
 * prefix, the state that it has come to by then is in the share of one part. No state behind that one is as
 * near to the beginning, so none of them was there when the part began, and the part goes along the run to
 * its end. Parts overlap: what can be reached from two shares is searched in both, and their states do not add up.
 */
export interface Part {
  /** Ops of a prefix: at least one. */
  readonly ops: number;
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** Of the states from `first` up to `end`, those that the part goes on from: first, and end. */
export function shareOf({ number, of }: Part, first: number, end: number): [first: number, end: number] {
  const at = (n: number): number => first + Math.floor(((end - first) * n) / of);
  return [at(number - 1), at(number)];
}
