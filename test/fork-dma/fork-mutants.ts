/** Mistakes of fork(). */
import type { KernelFunctions } from '#iov/model/functions.js';
import type { MmStruct } from '#iov/model/kernel.js';
import { Vma } from '#iov/model/kernel.js';
import type { Mutant } from './mutant.js';
import { fn, isCopied, isPresent } from './mutant.js';

/** copy_present_pte(), and what is done to the two page tables after it. */
function after(spoil: (src: MmStruct, dst: MmStruct, v: number) => void): KernelFunctions['copyPresentPte'] {
  return (k, src, dst, v) => {
    const err = fn.copyPresentPte(k, src, dst, v);
    spoil(src, dst, v);
    return err;
  };
}

const rules: readonly Mutant[] = [
  {
    name: 'fork ignores pins',
    override: { pageNeedsCowForDma: () => false },
    breaks: { 'memory-is-private': 4, 'source-data-is-the-callers': 6 },
  },
  {
    name: 'a pin leaves no trace in the mm',
    override: {
      pinUserPagesFast(k, start, nr, flags) {
        const ret = fn.pinUserPagesFast(k, start, nr, flags);
        k.mms[k.current].hasPinned = false;
        return ret;
      },
    },
    breaks: { 'memory-is-private': 4, 'source-data-is-the-callers': 6 },
  },
  {
    name: 'a page looks pinned from two pins on',
    override: { folioMaybeDmaPinned: (k, page) => page.head.refcount >= 2 * k.bounds.bias },
    breaks: { 'memory-is-private': 4, 'source-data-is-the-callers': 6 },
  },
];

const copies: readonly Mutant[] = [
  {
    name: 'fork copies for the parent',
    override: {
      copyPresentPte(k, src, dst, v) {
        const { page } = src.ptes[v];
        const err = fn.copyPresentPte(k, src, dst, v);
        if (err !== 0 || !isCopied(src, dst, v)) return err;
        src.ptes[v].page = dst.ptes[v].page;
        dst.ptes[v].page = page;
        return 0;
      },
    },
    breaks: { 'memory-is-private': 4, 'source-data-is-the-callers': 6 },
  },
  {
    name: 'fork copies no contents',
    override: {
      copyPresentPte: after((src, dst, v) => {
        if (isCopied(src, dst, v)) dst.ptes[v].page?.data.fill(0);
      }),
    },
    breaks: { 'memory-is-private': 3 },
  },
  {
    name: 'fork write-protects a pinned page for good',
    override: {
      copyPresentPte: after((src, dst, v) => {
        const { page } = src.ptes[v];
        if (page === null || !isCopied(src, dst, v)) return;
        src.ptes[v].isWritable = false;
        page.isAnonExclusive = false;
      }),
    },
    breaks: { 'memory-is-private': 5, 'source-data-is-the-callers': 6 },
  },
];

const tables: readonly Mutant[] = [
  {
    name: 'fork leaves the parent writable',
    override: {
      copyPresentPte(k, src, dst, v) {
        const { isWritable } = src.ptes[v];
        const err = fn.copyPresentPte(k, src, dst, v);
        src.ptes[v].isWritable = isWritable;
        return err;
      },
    },
    breaks: { 'memory-is-private': 4 },
  },
  {
    name: 'fork leaves the child writable',
    override: {
      copyPresentPte: after((_src, dst, v) => {
        if (isPresent(dst, v)) dst.ptes[v].isWritable = true;
      }),
    },
    breaks: { 'memory-is-private': 4, 'page-cache-written-only-by-writers': 4, 'source-data-is-the-callers': 9 },
  },
  {
    name: 'fork leaves pages exclusive',
    override: {
      copyPresentPte(k, src, dst, v) {
        const { page } = src.ptes[v];
        const wasExclusive = page?.isAnonExclusive ?? false;
        const err = fn.copyPresentPte(k, src, dst, v);
        if (page !== null) page.isAnonExclusive = wasExclusive;
        return err;
      },
    },
    breaks: { 'memory-is-private': 4, 'source-data-is-the-callers': 7 },
  },
  {
    name: 'fork takes no reference',
    override: {
      copyPresentPte: after((src, dst, v) => {
        const { page } = dst.ptes[v];
        if (page !== null && page === src.ptes[v].page && !page.isZero) page.head.refcount--;
      }),
    },
    breaks: { 'refcount-equals-owners': 3, 'pins-balance': 3 },
  },
  {
    name: 'fork forgets private pages of a file',
    override: {
      copyPresentPte: (k, src, dst, v) => (src.vma[v] === Vma.PrivateFile ? 0 : fn.copyPresentPte(k, src, dst, v)),
    },
    breaks: { 'memory-is-private': 3 },
  },
  {
    name: 'fork makes a private file shared',
    override: {
      dupMmap(k, src, dst) {
        const err = fn.dupMmap(k, src, dst);
        for (let v = 0; v < dst.vma.length; v++) if (dst.vma[v] === Vma.PrivateFile) dst.vma[v] = Vma.SharedFile;
        return err;
      },
    },
    breaks: { 'returns-what-it-promised': 2 },
  },
  {
    name: 'fork gives the child nothing',
    override: {
      dupMmap(_k, _src, dst) {
        dst.isAlive = true;
        return 0;
      },
    },
    breaks: { 'returns-what-it-promised': 2 },
  },
  {
    name: 'fork gives the child the pages in another order',
    bounds: 'vpages=2,oom=off',
    override: {
      dupMmap(k, src, dst) {
        const err = fn.dupMmap(k, src, dst);
        const [first, second] = dst.ptes;
        [first.page, second.page] = [second.page, first.page];
        return err;
      },
    },
    breaks: { 'memory-is-private': 3 },
  },
];

const failures: readonly Mutant[] = [
  {
    name: 'a failed fork leaves a child',
    override: {
      dupMmap(k, src, dst) {
        dst.isAlive = true;
        for (let v = 0; v < src.vma.length; v++) {
          dst.vma[v] = src.vma[v];
          const err = src.vma[v] === Vma.SharedFile ? 0 : k.fn.copyPresentPte(k, src, dst, v);
          if (err !== 0) return err;
        }
        return 0;
      },
    },
    breaks: { 'returns-what-it-promised': 3, 'memory-is-private': 3 },
  },
  {
    name: 'a failed fork keeps its references',
    bounds: 'vpages=2,contents=off',
    override: {
      copyPresentPte(k, src, dst, v) {
        const err = fn.copyPresentPte(k, src, dst, v);
        if (err !== 0) for (const pte of dst.ptes) pte.page = null;
        return err;
      },
    },
    breaks: { 'refcount-equals-owners': 4, 'pins-balance': 5 },
  },
];

export const FORK_MUTANTS: readonly Mutant[] = [...rules, ...copies, ...tables, ...failures];
