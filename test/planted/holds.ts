/** Who holds which page, and by what. */
import { EFAULT } from '#iov/model/errno.js';
import * as K from '#iov/model/kernel.js';
import { freeFolio, getPage, putPage } from '#iov/model/mm.js';
import type { Mutant } from './plant.js';
import { and, entry, EXTRACT, late, old, planted, rfc } from './plant.js';

const user = late.functions.iovIterExtractUserPages;
const kvec = late.functions.iovIterExtractKvecPages;

export const HOLDS: readonly Mutant[] = [
  planted(
    'a reference is taken beside the pin',
    late,
    {
      iovIterExtractUserPages: and(user, (k, _i, _ret, n) => {
        for (let e = 0; e < n; e++) getPage(k, entry(k, e), 'extract');
      }),
    },
    ['pins-balance', EXTRACT, 2],
  ),
  planted(
    'kernel pages are pinned',
    late,
    {
      iovIterExtractKvecPages: and(kvec, (k, _i, _ret, n) => {
        for (let e = 0; e < n; e++) k.fn.tryGrabFolio(k, entry(k, e), K.FOLL_PIN);
      }),
    },
    ['refcount-equals-owners', EXTRACT, 2],
  ),
  planted(
    'the last page of several is not pinned',
    late,
    {
      iovIterExtractUserPages: and(user, (k, _i, _ret, n) => n > 1 && k.fn.unpinUserPage(k, entry(k, n - 1))),
    },
    ['pins-balance', EXTRACT, 2],
  ),
  planted(
    'what was pinned before a fault is forgotten',
    late,
    {
      iovIterExtractUserPages: (k, i, maxsize, maxpages) => {
        const ret = user(k, i, maxsize, maxpages);
        if (ret <= 0 || !k.isFaultHit) return ret;
        k.fn.iovIterRevert(k, i, ret);
        return -EFAULT;
      },
    },
    ['refcount-equals-owners', EXTRACT, 2],
  ),
  planted(
    'the mode says pin and references are taken',
    late,
    {
      pinUserPagesFast: (k, start, nr, flags) => late.functions.getUserPagesFast(k, start, nr, flags),
    },
    ['pins-balance', EXTRACT, 2],
  ),
  planted(
    'the mode says reference and pins are taken',
    rfc,
    {
      iovIterExtractMode: (_k, i) => (K.ITER_UBUF === i.flavour ? K.FOLL_GET : rfc.functions.iovIterExtractMode(_k, i)),
    },
    ['returns-what-it-promised', EXTRACT, 2],
  ),
  planted('will_pin says no', late, { iovIterExtractWillPin: (_k, i) => i.flavour === K.ITER_IOVEC }, [
    'queries-match-their-definition',
    'iov_iter_extract_will_pin',
    2,
  ]),
  planted(
    'unpin_user_page drops one reference',
    late,
    { unpinUserPage: (k, page) => putPage(k, page, 'unpin_user_page') },
    ['refcount-equals-owners', 'release_pages', 3],
  ),
  planted(
    'a pinned tail page has its own count',
    late,
    { unpinUserPage: (k, page) => page.head === page && late.functions.unpinUserPage(k, page) },
    ['pins-balance', 'release_pages', 3],
    'extract',
    'tiny,order=1,segs=1',
  ),
  planted(
    'revert drops the references of the caller',
    old,
    {
      iovIterRevert: (k, i, unroll) => {
        old.functions.iovIterRevert(k, i, unroll);
        if (k.request.hold === K.FOLL_GET && k.request.nr > 0) putPage(k, k.request.page[0], 'iov_iter_revert');
      },
    },
    ['refcount-equals-owners', 'iov_iter_revert', 3],
  ),
  planted(
    'an xarray page is referenced',
    late,
    {
      iovIterExtractXarrayPages: and(late.functions.iovIterExtractXarrayPages, (k) =>
        getPage(k, entry(k, 0), 'extract'),
      ),
    },
    ['refcount-equals-owners', EXTRACT, 2],
  ),
  planted(
    'only the first page of a pipe is referenced',
    rfc,
    {
      iovIterExtractPipePages: and(rfc.functions.iovIterExtractPipePages, (k, _i, _ret, n) => {
        for (let e = 1; e < n; e++) putPage(k, entry(k, e), 'extract');
      }),
    },
    ['refcount-equals-owners', EXTRACT, 2],
    'extract',
    'tiny,ring=2',
  ),
  planted(
    'a page is freed under the one who holds it',
    late,
    {
      iovIterExtractUserPages: and(user, (k) => {
        entry(k, 0).refcount = 0;
        freeFolio(k, entry(k, 0), 'extract');
      }),
    },
    ['dma-target-stays-allocated', EXTRACT, 2],
  ),
];
