/** Mistakes of taking pages and of dropping them. */
import { EFAULT } from '#iov/model/errno.js';
import { FOLL_NOFAULT, FOLL_PIN, FOLL_WRITE } from '#iov/model/kernel.js';
import { putPage } from '#iov/model/mm.js';
import type { Mutant } from './mutant.js';
import { fn, linux61 } from './mutant.js';

const TWO_PAGES = 'vpages=2,contents=off';
const FOLIOS = 'vpages=2,order=1,oom=off';

const writing: readonly Mutant[] = [
  {
    name: 'nothing is unshared',
    override: { gupMustUnshare: () => false },
    breaks: { 'source-data-is-the-callers': 6 },
  },
  {
    name: 'gup takes shared pages for writing',
    override: { pinUserPagesFast: (k, start, nr, flags) => fn.pinUserPagesFast(k, start, nr, flags & ~FOLL_WRITE) },
    breaks: {
      'returns-what-it-promised': 3,
      'memory-is-private': 3,
      'page-cache-written-only-by-writers': 3,
      'source-data-is-the-callers': 8,
    },
  },
  {
    name: 'gup makes pages writable by itself',
    override: {
      pinUserPagesFast(k, start, nr, flags) {
        const { ptes } = k.mms[k.current];
        const at = start / k.pageSize;
        for (let v = at; v < at + nr; v++) {
          if ((flags & FOLL_WRITE) !== 0 && ptes[v].page !== null) ptes[v].isWritable = true;
        }
        return fn.pinUserPagesFast(k, start, nr, flags);
      },
    },
    breaks: {
      'returns-what-it-promised': 3,
      'memory-is-private': 4,
      'page-cache-written-only-by-writers': 4,
      'source-data-is-the-callers': 9,
    },
  },
];

const counting: readonly Mutant[] = [
  {
    name: 'gup takes references for pins',
    override: { pinUserPagesFast: (k, start, nr, flags) => k.fn.getUserPagesFast(k, start, nr, flags) },
    breaks: { 'pins-balance': 2 },
  },
  {
    name: 'gup takes pins for references',
    base: linux61,
    override: { getUserPagesFast: (k, start, nr, flags) => k.fn.pinUserPagesFast(k, start, nr, flags) },
    breaks: { 'refcount-equals-owners': 2 },
  },
  {
    name: 'gup drops a page that it tells of',
    base: linux61,
    override: {
      getUserPagesFast(k, start, nr, flags) {
        const ret = fn.getUserPagesFast(k, start, nr, flags);
        if (ret > 0) putPage(k, k.pagesArray[0], 'get_user_pages_fast');
        return ret;
      },
    },
    breaks: { 'refcount-equals-owners': 2 },
  },
  {
    name: 'gup tells of one page fewer',
    bounds: TWO_PAGES,
    override: {
      pinUserPagesFast(k, start, nr, flags) {
        const ret = fn.pinUserPagesFast(k, start, nr, flags);
        return ret > 1 ? ret - 1 : ret;
      },
    },
    breaks: { 'page-list-complete': 3, 'refcount-equals-owners': 3, 'returns-what-it-promised': 3, 'pins-balance': 3 },
  },
  {
    name: 'gup gives up with pages in hand',
    bounds: TWO_PAGES,
    override: {
      pinUserPagesFast(k, start, nr, flags) {
        const ret = fn.pinUserPagesFast(k, start, nr, flags);
        return ret > 0 && ret < nr ? -EFAULT : ret;
      },
    },
    breaks: { 'refcount-equals-owners': 2, 'returns-what-it-promised': 2 },
  },
  {
    name: 'gup gives the neighbour',
    bounds: TWO_PAGES,
    override: {
      pinUserPagesFast: (k, start, nr, flags) =>
        fn.pinUserPagesFast(k, nr > 1 || start > 0 ? 0 : k.pageSize, nr, flags),
    },
    breaks: { 'returns-what-it-promised': 2, 'page-list-complete': 2 },
  },
  {
    name: 'extraction says that nothing is held',
    override: { iovIterExtractWillPin: () => false },
    breaks: { 'refcount-equals-owners': 2 },
  },
];

const nofault: readonly Mutant[] = [
  {
    name: 'nofault faults',
    override: {
      pinUserPagesFast: (k, start, nr, flags) => fn.pinUserPagesFast(k, start, nr, flags & ~FOLL_NOFAULT),
    },
    breaks: { 'returns-what-it-promised': 2 },
  },
  {
    name: 'nofault gives up on what is there',
    override: {
      pinUserPagesFast: (k, start, nr, flags) =>
        (flags & FOLL_NOFAULT) !== 0 ? -EFAULT : fn.pinUserPagesFast(k, start, nr, flags),
    },
    breaks: { 'returns-what-it-promised': 3 },
  },
];

const dropping: readonly Mutant[] = [
  {
    name: 'unpin drops one reference',
    override: { unpinUserPage: (k, page) => putPage(k, page, 'put_page') },
    breaks: { 'refcount-equals-owners': 3 },
  },
  { name: 'unpin forgets', override: { unpinUserPage() {} }, breaks: { 'refcount-equals-owners': 3 } },
  {
    name: 'unpin drops twice',
    override: {
      unpinUserPage(k, page) {
        fn.unpinUserPage(k, page);
        fn.unpinUserPage(k, page);
      },
    },
    breaks: { 'no-use-after-free': 3 },
  },
];

const folios: readonly Mutant[] = [
  {
    name: 'a pin of a folio is not counted',
    bounds: FOLIOS,
    override: {
      tryGrabFolio(k, page, flags) {
        const { pincount } = page.head;
        const isHad = fn.tryGrabFolio(k, page, flags);
        page.head.pincount = pincount;
        return isHad;
      },
    },
    breaks: { 'pins-balance': 2 },
  },
  {
    name: 'a pin of a folio takes the bias',
    bounds: FOLIOS,
    override: {
      tryGrabFolio(k, page, flags) {
        const isHad = fn.tryGrabFolio(k, page, flags);
        if (isHad && page.isLarge && (flags & FOLL_PIN) !== 0) page.head.refcount += k.bounds.bias - 1;
        return isHad;
      },
    },
    breaks: { 'pins-balance': 2 },
  },
  {
    name: 'unpin of a folio leaves the pin count',
    bounds: FOLIOS,
    override: {
      unpinUserPage(k, page) {
        const { pincount } = page.head;
        fn.unpinUserPage(k, page);
        if (page.isLarge && page.head.refcount > 0) page.head.pincount = pincount;
      },
    },
    breaks: { 'pins-balance': 3 },
  },
];

export const GUP_MUTANTS: readonly Mutant[] = [...writing, ...counting, ...nofault, ...dropping, ...folios];
