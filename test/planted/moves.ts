/** What is returned, how far the iterator moves, and whose the page array is. */
import { EFAULT } from '#iov/model/errno.js';
import * as K from '#iov/model/kernel.js';
import { getPagesArray, kvfreeArray } from '#iov/model/mm.js';
import type { Mutant } from './plant.js';
import { and, EXTRACT, GET, late, old, planted, rfc } from './plant.js';

const user = late.functions.iovIterExtractUserPages;
const bvec = late.functions.iovIterExtractBvecPages;
const xarray = late.functions.iovIterExtractXarrayPages;
const top = late.functions.iovIterExtractPages;

export const MOVES: readonly Mutant[] = [
  planted(
    'the iterator moves a byte more than is returned',
    late,
    { iovIterExtractUserPages: and(user, (k, i) => k.fn.iovIterAdvance(k, i, 1)) },
    ['count-consumed-exactly', EXTRACT, 2],
  ),
  planted(
    'an iterator over folios is a source whatever was asked for',
    late,
    {
      iovIterFolioQueue: (k, i, _direction, vec, count) => late.functions.iovIterFolioQueue(k, i, K.WRITE, vec, count),
    },
    ['returns-what-it-promised', 'iov_iter_folio_queue', 1],
    'iov-iter',
  ),
  planted(
    'the iterator stays where it was',
    late,
    { iovIterExtractBvecPages: and(bvec, (k, i, ret) => k.fn.iovIterRevert(k, i, ret)) },
    ['count-consumed-exactly', EXTRACT, 2],
  ),
  planted(
    'count falls and the position stays',
    late,
    {
      iovIterExtractXarrayPages: and(xarray, (_k, i, ret) => {
        i.iovOffset -= ret;
      }),
    },
    ['count-consumed-exactly', EXTRACT, 2],
  ),
  planted(
    'bytes past count are returned',
    late,
    {
      iovIterExtractPages: (k, i, maxsize, maxpages) => {
        const { count } = i;
        i.count = Math.max(count, Math.min(maxsize, (i.vec?.bytes ?? count) - i.iovOffset));
        const ret = top(k, i, maxsize, maxpages);
        i.count = Math.max(0, count - Math.max(ret, 0));
        return ret;
      },
    },
    ['returns-what-it-promised', EXTRACT, 2],
  ),
  planted(
    'an iterator without a byte left gives an error',
    late,
    { iovIterExtractPages: (k, i, maxsize, maxpages) => (i.count === 0 ? -EFAULT : top(k, i, maxsize, maxpages)) },
    ['returns-what-it-promised', EXTRACT, 2],
  ),
  planted(
    'the iterator moves where no page is had',
    late,
    {
      iovIterExtractUserPages: (k, i, maxsize, maxpages) => {
        const ret = user(k, i, maxsize, maxpages);
        if (ret < 0) k.fn.iovIterAdvance(k, i, 1);
        return ret;
      },
    },
    ['count-consumed-exactly', EXTRACT, 2],
  ),
  planted(
    'an empty segment ends a walk forward',
    late,
    {
      iovIterIovecAdvance: (k, i, size) => {
        if (i.vec?.iov[i.seg]?.len !== 0) late.functions.iovIterIovecAdvance(k, i, size);
      },
    },
    ['count-consumed-exactly', EXTRACT, 2],
  ),
  planted(
    'a walk back stops at a segment',
    late,
    {
      iovIterRevert: (k, i, unroll) => {
        if (i.flavour !== K.ITER_BVEC || unroll <= i.iovOffset) late.functions.iovIterRevert(k, i, unroll);
        else late.functions.iovIterRevert(k, i, i.iovOffset);
      },
    },
    ['count-consumed-exactly', 'iov_iter_revert', 3],
    'extract',
    'tiny,vpages=1',
  ),
  planted(
    'a walk back over folios goes a byte too far',
    late,
    {
      iovIterFolioqRevert: (k, i, unroll) => {
        late.functions.iovIterFolioqRevert(k, i, unroll);
        if (i.iovOffset > 0) i.iovOffset--;
      },
    },
    ['count-consumed-exactly', 'iov_iter_revert', 3],
    'extract',
    'tiny,segs=1',
  ),
  planted(
    'a source becomes a destination',
    late,
    {
      iovIterExtractUserPages: and(user, (_k, i) => {
        i.type &= ~K.WRITE;
      }),
    },
    ['count-consumed-exactly', EXTRACT, 2],
  ),
  planted(
    'nofault stays set',
    late,
    {
      iovIterExtractUserPages: and(user, (_k, i) => {
        i.nofault = true;
      }),
    },
    ['count-consumed-exactly', EXTRACT, 2],
  ),
  planted(
    'the list of the caller is freed',
    late,
    { iovIterExtractBvecPages: and(bvec, (k) => kvfreeArray(k, EXTRACT)) },
    ['no-use-after-free', EXTRACT, 2],
  ),
  planted(
    'the array is allocated twice',
    late,
    {
      iovIterExtractBvecPages: (k, i, maxsize, maxpages) => {
        if (k.pagesArrayMax === 0) getPagesArray(k, maxpages);
        return bvec(k, i, maxsize, maxpages);
      },
      iovIterExtractFolioqPages: and(late.functions.iovIterExtractFolioqPages, (k) => getPagesArray(k, 1)),
    },
    ['array-has-one-owner', EXTRACT, 2],
  ),
  planted(
    'the array that is handed out is on the stack',
    late,
    {
      iovIterExtractXarrayPages: (k, i, maxsize, maxpages) => {
        if (k.pagesArrayMax === 0) k.pagesArrayMax = maxpages;
        return xarray(k, i, maxsize, maxpages);
      },
    },
    ['array-has-one-owner', EXTRACT, 2],
  ),
  planted(
    'the array is freed before it is handed out',
    rfc,
    {
      iovIterExtractUserPagesAndPin: (k, i, maxsize, maxpages) => {
        const willAlloc = k.pagesArrayMax === 0;
        const ret = rfc.functions.iovIterExtractUserPagesAndPin(k, i, maxsize, maxpages);
        if (willAlloc && k.pagesArrayMax !== 0) kvfreeArray(k, EXTRACT);
        return ret;
      },
    },
    ['array-has-one-owner', EXTRACT, 2],
  ),
  planted(
    'extraction from a pipe takes a byte too much off count',
    rfc,
    {
      iovIterExtractPipePages: and(rfc.functions.iovIterExtractPipePages, (_k, i) => {
        i.count--;
      }),
    },
    ['count-consumed-exactly', 'device_write', 3],
  ),
  planted(
    'the pages of a pipe are handed out in the wrong order',
    rfc,
    {
      iovIterExtractPipePages: and(rfc.functions.iovIterExtractPipePages, (k, _i, _ret, n) => {
        if (n > 1) [k.pagesArray[0], k.pagesArray[1]] = [k.pagesArray[1], k.pagesArray[0]];
      }),
    },
    ['bytes-in-order', 'device_write', 3],
    'extract',
    'tiny,ring=2',
  ),
  planted(
    'what a page of a pipe holds already is not passed over',
    rfc,
    { iovIterExtractPipePages: and(rfc.functions.iovIterExtractPipePages, (k) => (k.out.start = 0)) },
    ['bytes-in-order', 'device_write', 4],
    'extract',
    'tiny,vpages=1,segs=1',
  ),
  planted(
    'get_pages does not look at maxsize',
    old,
    {
      iovIterGetPages: (k, i, maxsize, maxpages) =>
        old.functions.iovIterGetPages(k, i, i.flavour === K.ITER_UBUF ? i.count : maxsize, maxpages),
    },
    ['returns-what-it-promised', GET, 2],
  ),
];
