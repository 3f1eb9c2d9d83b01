/** A run on which spec and kernel part, made smaller: no op can go, and no argument of those tried can be made simpler. */
import { leaveOutBlocks, leaveOutPairs } from '../../harness/minimize.js';
import type { Lockstep, Row } from './lockstep.js';

/** Taken from the start: the rows up to the first on which the two part; undefined where they do not. */
export function partingOf(lockstep: Lockstep, rows: readonly Row[]): Row[] | undefined {
  lockstep.reset();
  const taken: Row[] = [];
  for (const row of rows) {
    const [n, a, b, c, d] = row;
    if (!lockstep.isAllowed(n, a, b, c, d)) continue;
    taken.push(row);
    if (!lockstep.take(n, a, b, c, d)) return taken;
  }
  return undefined;
}

/** Simpler values of an argument, the simplest first. */
function simpler(lockstep: Lockstep, n: number, at: number, value: number): number[] {
  const { isLength, list, max, min, omit } = lockstep.ops[n].domains[at];
  const { page } = lockstep.bounds;
  const wanted = [omit, min, 0, 1, 2, page - 1, page, page + 1, 2 * page, value >> 1];
  const isKnown = (v: number): boolean => (isLength ? v >= min && v <= max : list.includes(v));
  return [...new Set(wanted)].filter((v): v is number => v !== undefined && v < value && isKnown(v));
}

function shrinkArguments(rows: Row[], lockstep: Lockstep, attempt: (rows: readonly Row[]) => Row[] | undefined): Row[] {
  let best = rows;
  for (let at = 0; at < best.length; at++) {
    const [n] = best[at];
    for (let a = 0; a < lockstep.ops[n].args.length; a++) {
      for (const value of simpler(lockstep, n, a, best[at][a + 1])) {
        const row = best[at].map((old, i) => (i === a + 1 ? value : old)) as unknown as Row;
        const smaller = attempt(best.map((old, i) => (i === at ? row : old)));
        if (smaller === undefined || smaller.length > best.length) continue;
        best = smaller;
        break;
      }
      if (at >= best.length) return best;
    }
  }
  return best;
}

/** Of longer runs pairs of ops are not tried. */
const PAIRS_MAX = 24;

/** `rows` end where the two part. What comes of it ends in the same op. */
export function minimizeRows(lockstep: Lockstep, rows: readonly Row[]): Row[] {
  const name = lockstep.ops[rows[rows.length - 1][0]].spec.name;
  const attempt = (candidate: readonly Row[]): Row[] | undefined => {
    const taken = partingOf(lockstep, candidate);
    return taken !== undefined && lockstep.ops[taken[taken.length - 1][0]].spec.name === name ? taken : undefined;
  };
  let best = [...rows];
  for (;;) {
    const before = best.map((row) => row.join()).join(';');
    best = leaveOutBlocks(best, attempt);
    if (best.length <= PAIRS_MAX) best = leaveOutPairs(best, attempt);
    best = shrinkArguments(best, lockstep, attempt);
    if (best.map((row) => row.join()).join(';') === before) return best;
  }
}
