/** A bio, and what get_user_pages is asked for. */
import type { IovIter, Kernel, KernelFunctions } from '#iov/index.js';
import * as K from '#iov/model/kernel.js';
import { putPage } from '#iov/model/mm.js';
import type { Mutant } from './plant.js';
import { BIO, EXTRACT, late, old, planted, rfc } from './plant.js';

const bio = late.functions.bioIovIterGetPages;
const release = late.functions.bioReleasePages;

/** What a bio has got, changed. */
function then(change: (k: Kernel, i: IovIter) => unknown): Partial<KernelFunctions> {
  return {
    bioIovIterGetPages(k, i) {
      const ret = bio(k, i);
      if (ret === 0 && k.request.nr > 0) change(k, i);
      return ret;
    },
  };
}

/** The slow way through `pin_user_pages_fast`, with other flags. */
function pinnedWith(change: (flags: number) => number): Partial<KernelFunctions> {
  return {
    pinUserPagesFast: (k, start, nr, flags) => late.functions.pinUserPagesFast(k, start, nr, change(flags)),
  };
}

export const DEVICES: readonly Mutant[] = [
  planted(
    'a bio puts pinned pages',
    late,
    {
      bioReleasePages: (k) => {
        k.request.hold = K.FOLL_GET;
        release(k);
      },
    },
    ['refcount-equals-owners', 'bio_release_pages', 3],
  ),
  planted(
    'a bio forgets the pages that it trims',
    late,
    {
      bioIovIterGetPages: (k, i) => {
        const { fn } = k;
        let trimmed = 0;
        k.fn = {
          ...fn,
          iovIterRevert: (kk, ii, unroll) => {
            trimmed = unroll;
            fn.iovIterRevert(kk, ii, unroll);
          },
          unpinUserPage: (kk, page) => trimmed === 0 && fn.unpinUserPage(kk, page),
        };
        const ret = bio(k, i);
        k.fn = fn;
        return ret;
      },
    },
    ['refcount-equals-owners', BIO, 2],
  ),
  planted(
    'a bio releases its first page twice',
    late,
    {
      bioReleasePages: (k) => {
        if (k.request.hold === K.FOLL_PIN && k.request.page[0] !== null) k.fn.unpinUserPage(k, k.request.page[0]);
        release(k);
      },
    },
    ['no-use-after-free', 'bio_release_pages', 3],
  ),
  planted(
    'a bio keeps its last page',
    old,
    {
      bioReleasePages: (k) => {
        k.request.nr--;
        old.functions.bioReleasePages(k);
      },
    },
    ['refcount-equals-owners', 'bio_release_pages', 3],
  ),
  planted(
    'a bio counts too much',
    late,
    then((k) => (k.request.bytes += 2)),
    ['returns-what-it-promised', BIO, 2],
  ),
  planted(
    'a bio counts too little',
    late,
    then((k) => (k.request.bytes -= 1)),
    ['returns-what-it-promised', BIO, 2],
  ),
  planted(
    'a bio has an offset wrong',
    late,
    then((k) => (k.request.off[0] ^= 1)),
    ['page-list-complete', BIO, 2],
  ),
  planted(
    'a bio_vec is too long',
    late,
    then((k) => (k.request.len[0] += 1)),
    ['page-list-complete', BIO, 2],
  ),
  planted(
    'a bio has the pages of a segment in the wrong order',
    late,
    then(({ request: r }) => {
      if (r.nr > 1) [r.page[0], r.page[1]] = [r.page[1], r.page[0]];
    }),
    ['page-list-complete', BIO, 2],
  ),
  planted(
    'a bio lists a page twice and holds it once',
    old,
    {
      bioIovIterGetPages(k, i) {
        const ret = old.functions.bioIovIterGetPages(k, i);
        const { request: r } = k;
        if (ret === 0 && r.nr === 1) {
          r.page[1] = r.page[0];
          r.nr = 2;
        }
        return ret;
      },
    },
    ['refcount-equals-owners', BIO, 2],
  ),
  planted(
    'a bio gives back less than it trims',
    late,
    then((k, i) => k.fn.iovIterAdvance(k, i, 1)),
    ['count-consumed-exactly', BIO, 2],
  ),
  planted(
    'a bio says that it has nothing',
    late,
    then((k) => {
      for (let e = 0; e < k.request.nr; e++)
        if (k.request.hold === K.FOLL_PIN) k.fn.unpinUserPage(k, k.request.page[e] as K.Page);
      k.request.nr = 0;
    }),
    ['returns-what-it-promised', BIO, 2],
  ),
  planted(
    'a bio of borrowed pages drops them',
    late,
    {
      bioReleasePages: (k) => {
        if (k.request.hold === 0) putPage(k, k.request.page[0], 'bio_release_pages');
        release(k);
      },
    },
    ['refcount-equals-owners', 'bio_release_pages', 3],
    'extract',
    'tiny,vpages=1,segs=1',
  ),
  planted(
    'FOLL_WRITE is forgotten for a destination',
    late,
    pinnedWith((flags) => flags & ~K.FOLL_WRITE),
    ['memory-is-private', 'device_write', 3],
    'fork-dma',
  ),
  planted(
    'FOLL_NOFAULT is forgotten',
    late,
    pinnedWith((flags) => flags & ~K.FOLL_NOFAULT),
    ['returns-what-it-promised', EXTRACT, 2],
    'fork-dma',
  ),
  planted(
    'the process is not marked as one that pins',
    rfc,
    {
      pinUserPagesFast: (k, start, nr, flags) => {
        const ret = rfc.functions.pinUserPagesFast(k, start, nr, flags);
        k.mms[k.current].hasPinned = false;
        return ret;
      },
    },
    ['memory-is-private', 'device_write', 4],
    'fork-dma',
  ),
];
