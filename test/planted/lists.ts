/** How many pages are listed, and which. */
import { storePage } from '#iov/model/mm.js';
import * as K from '#iov/model/kernel.js';
import type { Mutant } from './plant.js';
import { and, entry, EXTRACT, late, planted } from './plant.js';

const user = late.functions.iovIterExtractUserPages;
const kvec = late.functions.iovIterExtractKvecPages;
const bvec = late.functions.iovIterExtractBvecPages;

export const LISTS: readonly Mutant[] = [
  planted(
    'one page too few is taken',
    late,
    { iovIterExtractUserPages: (k, i, maxsize, maxpages) => user(k, i, maxsize, Math.max(1, maxpages - 1)) },
    ['returns-what-it-promised', EXTRACT, 2],
  ),
  planted(
    'one page too many is pinned',
    late,
    {
      pinUserPagesFast: (k, start, nr, flags) => {
        const v = start / k.pageSize + nr;
        if (v < k.userPages.length) k.fn.tryGrabFolio(k, k.userPages[v], K.FOLL_PIN);
        return late.functions.pinUserPagesFast(k, start, nr, flags);
      },
    },
    ['refcount-equals-owners', EXTRACT, 2],
  ),
  planted(
    'the page behind the right one is listed',
    late,
    {
      iovIterExtractKvecPages: and(kvec, (k, _i, _ret, n) => {
        for (let e = 0; e < n; e++) k.pagesArray[e] = k.pages[entry(k, e).pfn + 1] ?? null;
      }),
    },
    ['page-list-complete', EXTRACT, 2],
  ),
  planted(
    'the offset in the first page is 0',
    late,
    { iovIterExtractUserPages: and(user, (k) => void (k.out.start = 0)) },
    ['page-list-complete', EXTRACT, 2],
  ),
  planted('maxpages is ignored', late, { iovIterExtractBvecPages: (k, i, maxsize) => bvec(k, i, maxsize, 100) }, [
    'no-bug',
    EXTRACT,
    2,
  ]),
  planted(
    'one entry is written past the list',
    late,
    { iovIterExtractUserPages: and(user, (k, _i, _ret, n) => storePage(k, n, entry(k, 0), 'extract')) },
    ['page-list-complete', EXTRACT, 2],
  ),
  planted(
    'an entry is NULL',
    late,
    { iovIterExtractBvecPages: and(bvec, (k, _i, _ret, n) => void (k.pagesArray[n - 1] = null)) },
    ['page-list-complete', EXTRACT, 2],
  ),
  planted(
    'a bio_vec of two pages has its first one listed twice',
    late,
    { iovIterExtractBvecPages: and(bvec, (k, _i, _ret, n) => n > 1 && void (k.pagesArray[1] = k.pagesArray[0])) },
    ['page-list-complete', EXTRACT, 2],
  ),
  planted(
    'a retry entry of the xarray is listed as a page',
    late,
    {
      iovIterExtractXarrayPages: (k, i, maxsize, maxpages) => {
        const at = k.xaRetry;
        const ret = late.functions.iovIterExtractXarrayPages(k, i, maxsize, maxpages);
        if (at >= 0 && k.xaRetry < 0 && ret > 0) k.pagesArray[0] = null;
        return ret;
      },
    },
    ['page-list-complete', EXTRACT, 2],
  ),
  planted(
    'vmalloc memory is taken for the direct map',
    late,
    {
      iovIterExtractKvecPages: and(kvec, (k, i, _ret, n) => {
        if (i.vec?.text.startsWith('kvec:vmalloc') !== true) return;
        for (let e = 0; e < n; e++) k.pagesArray[e] = k.driverPages[e];
      }),
    },
    ['page-list-complete', EXTRACT, 2],
  ),
  planted(
    'a folio is passed over',
    late,
    {
      iovIterExtractFolioqPages: and(late.functions.iovIterExtractFolioqPages, (k, _i, _ret, n) => {
        for (let e = 1; e < n; e++) k.pagesArray[e] = k.driverPages[e + 1] ?? k.driverPages[0];
      }),
    },
    ['page-list-complete', EXTRACT, 2],
  ),
  planted(
    'bytes of the next segment are counted to the pages of the first',
    late,
    {
      iovIterExtractUserPages: (k, i, maxsize, maxpages) => {
        const ret = user(k, i, maxsize, maxpages);
        const more = Math.min(maxsize - ret, i.count, i.vec?.iov[i.seg]?.len ?? 0);
        if (ret <= 0 || more <= 0) return ret;
        k.fn.iovIterAdvance(k, i, more);
        return ret + more;
      },
    },
    ['page-list-complete', EXTRACT, 2],
  ),
];
