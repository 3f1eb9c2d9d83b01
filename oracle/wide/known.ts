/** Answers that untouched kernels are known to get wrong: what they say instead. docs/findings.md has the reasons. */
import type { Iter } from './place.js';
import { least, pagesOf, partsOf } from './place.js';
import type { Answer } from './rules.js';

interface Known {
  readonly answer: Partial<Answer>;
  readonly finding: string;
}

const asInt = (n: bigint): bigint => BigInt.asIntN(32, n);

/** Pages are counted in an int, segment by segment where there are segments, and only then compared with maxpages. */
function countedInInt(iter: Iter, maxpages: bigint): bigint {
  let pages = 0n;
  for (const part of partsOf(iter)) {
    pages = asInt(pages + pagesOf(part));
    if (pages > maxpages) return maxpages;
  }
  return least(pages, maxpages);
}

/** The bytes that a faulting copy left are returned as an int, and taken off as such. */
function leftAsInt(iter: Iter, bytes: bigint): Partial<Answer> {
  const n = least(bytes, iter.count);
  const done = BigInt.asUintN(64, n - asInt(n));
  return { ret: done, count: BigInt.asUintN(64, iter.count - done), at: BigInt.asUintN(64, iter.skip + done) };
}

/** What untouched kernels answer, where that is known to be something else. */
export function known(call: string, iter: Iter, args: readonly bigint[], faults: boolean): Known | undefined {
  if (faults && (call === '_copy_to_iter' || call === '_copy_from_iter'))
    return { answer: leftAsInt(iter, args[0]), finding: 'F-91' };
  if (call !== 'iov_iter_npages' || iter.flavour === 'discard') return undefined;
  const pages = partsOf(iter).reduce((sum, part) => sum + pagesOf(part), 0n);
  return pages < 2n ** 31n ? undefined : { answer: { ret: countedInInt(iter, args[0]) }, finding: 'F-90' };
}
