/** Other ways to be right: a judge that says anything of them cries wolf. */
import { FAULT_FLAG_WRITE, FOLL_WRITE, Vma } from '#iov/model/kernel.js';
import type { Mutant } from './mutant.js';
import { fn, isPresent } from './mutant.js';

type Right = Omit<Mutant, 'breaks'>;

const forks: readonly Right[] = [
  {
    // The flag saves copies, where so many references are held as a pin takes.
    name: 'fork copies whatever may be pinned',
    bounds: 'bias=2',
    override: { pageNeedsCowForDma: (k, _mm, page) => k.fn.folioMaybeDmaPinned(k, page) },
  },
  { name: 'fork copies everything', override: { pageNeedsCowForDma: () => true } },
  {
    // It has none to fork.
    name: 'a child inherits that its parent has pinned',
    override: {
      dupMmap(k, src, dst) {
        const err = fn.dupMmap(k, src, dst);
        dst.hasPinned = err === 0 && src.hasPinned;
        return err;
      },
    },
  },
  {
    name: 'fork write-protects shared mappings',
    override: {
      dupMmap(k, src, dst) {
        for (let v = 0; v < src.vma.length; v++) if (src.vma[v] === Vma.SharedFile) src.ptes[v].isWritable = false;
        return fn.dupMmap(k, src, dst);
      },
    },
  },
];

const faults: readonly Right[] = [
  // Slower, and since 5.19 wrong: there a pinned page is reused.
  { name: 'every write copies', bounds: 'cow=refcount', override: { wpCanReuse: () => false } },
  {
    name: 'unshare maps writable',
    override: {
      doWpPage(k, mm, v, flags) {
        const err = fn.doWpPage(k, mm, v, flags);
        if (err === 0 && mm.ptes[v].page?.isAnonExclusive === true) mm.ptes[v].isWritable = true;
        return err;
      },
    },
  },
  {
    // The process tries again.
    name: 'a fault without memory says that it succeeded',
    override: {
      handleMmFault(k, mm, v, flags) {
        fn.handleMmFault(k, mm, v, flags);
        return 0;
      },
    },
  },
  {
    name: 'nobody is given the zero page',
    override: {
      handleMmFault: (k, mm, v, flags) =>
        fn.handleMmFault(k, mm, v, !isPresent(mm, v) && mm.vma[v] === Vma.Anon ? FAULT_FLAG_WRITE : flags),
    },
  },
  {
    // mmap(2): whether a private mapping shows what others write to the file is unspecified.
    name: 'a private page of a file is copied at once',
    override: {
      handleMmFault: (k, mm, v, flags) =>
        fn.handleMmFault(k, mm, v, !isPresent(mm, v) && mm.vma[v] === Vma.PrivateFile ? FAULT_FLAG_WRITE : flags),
    },
  },
  {
    // As 5.8 did, for private memory.
    name: 'gup breaks copy-on-write for reads too',
    override: {
      pinUserPagesFast: (k, start, nr, flags) => fn.pinUserPagesFast(k, start, nr, flags | FOLL_WRITE),
    },
  },
];

export const RIGHT: readonly Right[] = [...forks, ...faults];
