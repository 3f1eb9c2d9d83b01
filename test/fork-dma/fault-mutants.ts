/** Mistakes of faults and of unmapping. */
import type { KernelFunctions } from '#iov/model/functions.js';
import type { Kernel, MmStruct, Page } from '#iov/model/kernel.js';
import { FAULT_FLAG_UNSHARE, Vma } from '#iov/model/kernel.js';
import { pageAnon, pageMapcount } from '#iov/model/memory.js';
import { putPage, putPages } from '#iov/model/mm.js';
import type { Mutant } from './mutant.js';
import { fn, isPresent, linux61 } from './mutant.js';

/** do_wp_page(), and what is done where it has given the process another page than `old`. */
function afterCopy(spoil: (k: Kernel, old: Page, mm: MmStruct, v: number) => void): KernelFunctions['doWpPage'] {
  return (k, mm, v, flags) => {
    const old = mm.ptes[v].page;
    const err = fn.doWpPage(k, mm, v, flags);
    if (old !== null && mm.ptes[v].page !== old) spoil(k, old, mm, v);
    return err;
  };
}

/** do_wp_page() that writes such pages in place. */
function inPlace(isSuch: (page: Page) => boolean): KernelFunctions['doWpPage'] {
  return (k, mm, v, flags) => {
    const { page } = mm.ptes[v];
    if (page === null || !isSuch(page) || (flags & FAULT_FLAG_UNSHARE) !== 0) return fn.doWpPage(k, mm, v, flags);
    mm.ptes[v].isWritable = true;
    return 0;
  };
}

const reuse: readonly Mutant[] = [
  {
    name: 'every page is reused',
    override: { wpCanReuse: () => true },
    breaks: { 'memory-is-private': 4, 'source-data-is-the-callers': 7 },
  },
  { name: 'no page is reused', override: { wpCanReuse: () => false }, breaks: { 'source-data-is-the-callers': 6 } },
  {
    name: 'a page with one reference more is reused',
    override: { wpCanReuse: (k, mm, page) => fn.wpCanReuse(k, mm, page) || page.head.refcount === 2 },
    breaks: { 'memory-is-private': 4, 'source-data-is-the-callers': 7 },
  },
  {
    name: 'reuse counts mappings alone',
    base: linux61,
    bounds: 'cow=refcount',
    override: { wpCanReuse: (k, _mm, page) => pageMapcount(k, page) === 1 },
    breaks: { 'memory-is-private': 4, 'source-data-is-the-callers': 7 },
  },
  {
    name: 'the zero page is written',
    override: { doWpPage: inPlace((page) => page.isZero) },
    breaks: { 'memory-is-private': 3 },
  },
  {
    name: 'a private file is written',
    override: { doWpPage: inPlace((page) => page.isFile) },
    breaks: { 'page-cache-written-only-by-writers': 3, 'memory-is-private': 4, 'source-data-is-the-callers': 9 },
  },
  {
    name: 'a shared file is copied',
    override: {
      doWpPage(k, mm, v, flags) {
        const vma = mm.vma[v];
        if (vma === Vma.SharedFile) mm.vma[v] = Vma.PrivateFile;
        const err = fn.doWpPage(k, mm, v, flags);
        mm.vma[v] = vma;
        return err;
      },
    },
    breaks: { 'page-cache-written-only-by-writers': 3, 'memory-is-private': 3 },
  },
];

const copies: readonly Mutant[] = [
  {
    name: 'a write fault copies no contents',
    override: { doWpPage: afterCopy((_k, _old, mm, v) => mm.ptes[v].page?.data.fill(0)) },
    breaks: { 'memory-is-private': 3 },
  },
  {
    name: 'a write fault keeps the old page',
    override: {
      doWpPage: afterCopy((_k, old) => {
        if (!old.isZero) old.head.refcount++;
      }),
    },
    breaks: { 'refcount-equals-owners': 3, 'pins-balance': 3 },
  },
  {
    name: 'a write fault drops the old page twice',
    override: {
      doWpPage: afterCopy((k, old) => {
        if (!old.isZero) putPage(k, old, 'wp_page_copy');
      }),
    },
    breaks: {
      'refcount-equals-owners': 3,
      'page-cache-written-only-by-writers': 3,
      'pins-balance': 3,
      'memory-is-private': 4,
    },
  },
  {
    name: 'a write fault without memory writes in place',
    override: {
      doWpPage(k, mm, v, flags) {
        if (fn.doWpPage(k, mm, v, flags) !== 0) mm.ptes[v].isWritable = true;
        return 0;
      },
    },
    breaks: { 'memory-is-private': 3, 'page-cache-written-only-by-writers': 3, 'source-data-is-the-callers': 7 },
  },
];

const faults: readonly Mutant[] = [
  {
    name: 'a read fault maps writable',
    override: {
      handleMmFault(k, mm, v, flags) {
        const isFirst = !isPresent(mm, v);
        const err = fn.handleMmFault(k, mm, v, flags);
        if (isFirst && isPresent(mm, v)) mm.ptes[v].isWritable = true;
        return err;
      },
    },
    breaks: { 'memory-is-private': 3, 'page-cache-written-only-by-writers': 3, 'source-data-is-the-callers': 9 },
  },
  {
    name: 'unshare does nothing',
    override: {
      doWpPage: (k, mm, v, flags) => ((flags & FAULT_FLAG_UNSHARE) !== 0 ? 0 : fn.doWpPage(k, mm, v, flags)),
    },
    breaks: { 'every-loop-ends': 4 },
  },
  {
    name: 'the rest of a folio is mapped without a reference',
    bounds: 'vpages=2,order=1,oom=off',
    override: {
      handleMmFault(k, mm, v, flags) {
        const other = mm.ptes[v ^ 1];
        const wasEmpty = other.page === null;
        const err = fn.handleMmFault(k, mm, v, flags);
        if (wasEmpty && other.page !== null) other.page.head.refcount--;
        return err;
      },
    },
    breaks: { 'refcount-equals-owners': 3, 'pins-balance': 3 },
  },
];

const unmapping: readonly Mutant[] = [
  {
    name: 'unmapping forgets the reference',
    override: {
      zapPte(_k, mm, v) {
        mm.ptes[v].page = null;
        mm.ptes[v].isWritable = false;
      },
    },
    breaks: { 'refcount-equals-owners': 3, 'pins-balance': 3 },
  },
  {
    name: 'unmapping drops pins too',
    override: {
      zapPte(k, mm, v) {
        const { page } = mm.ptes[v];
        const isPinned = page !== null && pageAnon(page) && k.fn.folioMaybeDmaPinned(k, page);
        fn.zapPte(k, mm, v);
        if (page !== null && isPinned) putPages(k, page, k.bounds.bias, 'zap_pte_range');
      },
    },
    breaks: { 'pins-balance': 3, 'dma-target-stays-allocated': 3 },
  },
  {
    name: 'unmapping puts the zero page',
    override: {
      zapPte(k, mm, v) {
        const { page } = mm.ptes[v];
        fn.zapPte(k, mm, v);
        if (page?.isZero === true) putPage(k, page, 'zap_pte_range');
      },
    },
    breaks: { 'refcount-equals-owners': 3, 'pins-balance': 3, 'dma-target-stays-allocated': 3 },
  },
];

export const FAULT_MUTANTS: readonly Mutant[] = [...reuse, ...copies, ...faults, ...unmapping];
