/**
 * Extraction that goes on behind a bio_vec that ends with its page, as e4e535bff2bc (6.13) has it; and two of the ways
 * in which that can go wrong.
 */
import type { IovIter, Kernel, KernelFunctions } from '#iov/index.js';
import { ENOMEM } from '#iov/model/errno.js';
import { getPagesArray, storePage } from '#iov/model/mm.js';
import type { Mutant } from './plant.js';
import { EXTRACT, late, planted } from './plant.js';

interface Slip {
  /** bi_size takes in what the iterator has moved past: repaired by 7bc802acf193. */
  readonly countsSkip?: boolean;
  /** It goes on behind a bio_vec that ends inside its page. */
  readonly leavesGaps?: boolean;
}

function toSegment(i: IovIter): void {
  while (i.vec?.bvec[i.seg]?.len === i.iovOffset) {
    i.iovOffset = 0;
    i.seg++;
    i.segs--;
  }
}

function extractBvec(k: Kernel, i: IovIter, maxsize: number, maxpages: number, slip: Slip): number {
  toSegment(i);
  let skip = i.iovOffset;
  let rest = maxsize + (slip.countsSkip === true ? skip : 0);
  let size = 0;
  let n = 0;
  if (k.pagesArrayMax === 0 && !getPagesArray(k, maxpages)) return -ENOMEM;
  for (const { page, offset, len } of i.vec?.bvec.slice(i.seg) ?? []) {
    for (let at = offset + skip; at < offset + len && rest > 0 && n < maxpages; ) {
      const inPage = at % k.pageSize;
      const part = Math.min(k.pageSize - inPage, offset + len - at, rest);
      if (n === 0) k.out.start = inPage;
      else if (inPage !== 0) return moved(k, i, size);
      storePage(k, n++, k.pages[page.pfn + Math.floor(at / k.pageSize)], EXTRACT);
      size += part;
      rest -= part;
      at += part;
      if (at % k.pageSize !== 0 && slip.leavesGaps !== true) return moved(k, i, size);
    }
    skip = 0;
  }
  return moved(k, i, size);
}

function moved(k: Kernel, i: IovIter, size: number): number {
  k.fn.iovIterAdvance(k, i, size);
  return size;
}

const acrossSegments = (slip: Slip): Partial<KernelFunctions> => ({
  iovIterExtractBvecPages: (k, i, maxsize, maxpages) => extractBvec(k, i, maxsize, maxpages, slip),
});

/** Nothing is wrong with this one. */
export const acrossRightly = planted('several segments are listed', late, acrossSegments({}), ['', '', 0]);

export const SEGMENTS: readonly Mutant[] = [
  planted(
    'more is returned than was asked for where the iterator stands inside a segment',
    late,
    acrossSegments({ countsSkip: true }),
    ['returns-what-it-promised', EXTRACT, 3],
    'extract',
    'tiny,vpages=1',
  ),
  planted('a gap between segments is passed over', late, acrossSegments({ leavesGaps: true }), [
    'page-list-complete',
    EXTRACT,
    2,
  ]),
];
