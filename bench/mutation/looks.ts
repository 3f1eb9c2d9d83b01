/** Survivors that somebody has looked at, and what was found. Keyed by their text, so that lines may move. */
import type { Survivor } from './record.js';

export interface Look {
  readonly file: string;
  readonly function: string;
  readonly original: string;
  /** '' where it is left out. */
  readonly mutated: string;
  /** Where several read alike; 0 if absent. */
  readonly nth?: number;
  readonly verdict: 'hole' | 'scenario' | 'equivalent' | 'mended';
  readonly why: string;
}

export const LOOKS: readonly Look[] = [
  {
    file: 'model/linux/6.18/bio.ts',
    function: 'cutAt',
    original: 'r.off[n] = r.len[n] = 0;',
    mutated: '',
    verdict: 'equivalent',
    why: 'What is left in entries behind the last one of a bio is looked at by nobody.',
  },
  {
    file: 'model/memory.ts',
    function: 'allocAnon',
    original: 'page.isLru = page.isAnonMapped = true;',
    mutated: '',
    verdict: 'hole',
    why: 'Only fuse_check_page() looks at page->mapping, and what goes wrong with a page that it lets through is not modelled: see there.',
  },
  {
    file: 'model/linux/4.8/file_splice.ts',
    function: 'collectPages',
    original: 'spd.flags = 0;',
    mutated: '',
    verdict: 'equivalent',
    why: 'A gift flag of an earlier call stays in what C has on its stack, and goes to a buffer of the page cache, where nobody looks at it.',
  },
  {
    file: 'model/linux/3.3/pipe.ts',
    function: 'pipe2',
    original: '-EINVAL',
    mutated: '+EINVAL',
    verdict: 'mended',
    why: 'Any return but 0 was good enough for a flag that the kernel does not know; now it has to be -EINVAL (test/packet-judge).',
  },
  {
    file: 'model/memory.ts',
    function: 'dupMmap',
    original:
      '{ dst.vma[v] = src.vma[v]; if (src.vma[v] === Vma.SharedFile) continue; const err = k.fn.copyPresentPte(k, src, dst, v); if (err !== 0) { exitMmap(k, dst); r...',
    mutated: '',
    verdict: 'mended',
    why: 'What a process has to find was judged only where it has something mapped, and this child has nothing. fork now promises a child that has mapped what its parent has (test/fork-dma).',
  },
  {
    file: 'model/linux/6.12/folioq.ts',
    function: 'iovIterFolioQueue',
    original: 'direction === READ',
    mutated: 'false',
    verdict: 'mended',
    why: 'Which copies an iterator is good for was taken from the iterator itself. Whoever makes one now promises its vector and its direction (test/planted/moves).',
  },
  {
    file: 'model/linux/4.8/fuse_dev.ts',
    function: 'fuseCopyPages',
    original: 'done % k.pageSize === 0',
    mutated: 'true',
    verdict: 'mended',
    why: 'A page could be moved into the middle of a page of the request. The device now promises to move one only to where a page begins (test/vmsplice).',
  },
  {
    file: 'model/linux/4.8/fuse_dev.ts',
    function: 'fuseCheckPage',
    original: 'page.isAnonMapped || (page.isFile && k.lending.uncached !== page)',
    mutated: 'false',
    verdict: 'hole',
    why: 'What page->mapping of memory that was unmapped does to a page cache is not modelled, so that nothing goes wrong with a page that is moved with it. A rule could forbid the move itself.',
  },
  {
    file: 'model/linux/4.8/fuse_dev.ts',
    function: 'fuseCheckPage',
    original: 'pageMapcount(k, page) === 0 && !hasMapping && page.head.refcount === 1',
    mutated: 'pageMapcount(k, page) === 0 && !hasMapping || page.head.refcount === 1',
    verdict: 'hole',
    why: 'As above: try_steal() has made sure of the count before, and what is left of the check is page->mapping.',
  },
  {
    file: 'model/linux/4.8/fuse_dev.ts',
    function: 'tryToTake',
    original: 'buf.page !== null && k.fn.fuseCheckPage(k, buf.page)',
    mutated: 'buf.page !== null || k.fn.fuseCheckPage(k, buf.page)',
    verdict: 'hole',
    why: 'As above: fuse_check_page() is not asked.',
  },
  {
    file: 'model/linux/6.1/fuse_dev.ts',
    function: 'fuseCheckPage',
    original: 'pageMapcount(k, page) === 0 && !hasMapping',
    mutated: 'true',
    verdict: 'hole',
    why: 'As above.',
  },
  {
    file: 'model/linux/6.1/iov_iter/pipe.ts',
    function: 'pipeGetPages',
    original: 'count === 0',
    mutated: 'false',
    verdict: 'hole',
    why: 'Without memory for the array, -EFAULT instead of -ENOMEM: the promise takes any error where an allocation fails.',
  },
  {
    file: 'model/linux/4.8/splice_direct.ts',
    function: 'defaultFileSpliceRead',
    original: 'spd.nrPages < pipe.buffers',
    mutated: 'spd.nrPages <= pipe.buffers',
    verdict: 'equivalent',
    why: 'One page more is read than the ring has slots, and dropped again: to a caller the same.',
  },
  {
    file: 'model/linux/4.8/splice_direct.ts',
    function: 'defaultFileSpliceRead',
    original: 'len - left',
    mutated: 'len + left',
    verdict: 'equivalent',
    why: 'More is asked of the file than its pages can take; what they hold is what goes into the pipe.',
  },
  {
    file: 'model/linux/4.8/splice_from_pipe.ts',
    function: 'spliceFromPipeFeed',
    original: 'sd.totalLen === 0',
    mutated: 'false',
    verdict: 'equivalent',
    why: 'The next turn finds that nothing is asked for any more, and ends as well.',
  },
  {
    file: 'model/linux/5.8/pipe.ts',
    function: 'wakeAfterRead',
    original: 'wasFull',
    mutated: 'true',
    verdict: 'equivalent',
    why: 'Who is woken for nothing looks and sleeps again. The rules know lost wake-ups, no needless ones.',
  },
  {
    file: 'model/linux/6.18/pipe.ts',
    function: 'pipeRead',
    original: 'false',
    mutated: 'true',
    verdict: 'equivalent',
    why: 'A writer is woken for nothing, as above.',
  },
  {
    file: 'model/linux/6.18/pipe.ts',
    function: 'anonPipeWrite',
    original: 'true',
    mutated: 'false',
    verdict: 'equivalent',
    why: 'Who sleeps again waits among all others and not exclusively: more are woken than have to be.',
  },
  {
    file: 'model/linux/6.1/iov_iter/move.ts',
    function: 'advanceSegs',
    original: 'i.count === 0',
    mutated: 'false',
    verdict: 'equivalent',
    why: 'An iterator without a byte left is moved over empty segments: another place in the fields, the same bytes ahead and behind.',
  },
  {
    file: 'model/linux/6.1/iov_iter/pages.ts',
    function: 'getBvecPages',
    original: 'i.iovOffset === bvecAt(k, i, i.seg, by).len',
    mutated: 'false',
    verdict: 'equivalent',
    why: 'The end of a segment instead of the start of the next: the same place, and every function steps over a segment with nothing left.',
  },
  {
    file: 'model/linux/6.1/iov_iter/query.ts',
    function: 'segsNpages',
    original: 'i.flavour === ITER_BVEC',
    mutated: 'i.flavour !== ITER_BVEC',
    verdict: 'equivalent',
    why: 'Whether an empty segment counts as a page differs by flavour and is nowhere said; the definition allows both (model/ops/vec-query.ts).',
  },
  {
    file: 'model/linux/6.12/iov_iter.ts',
    function: 'segsAlignment',
    original: 'i.flavour === ITER_BVEC',
    mutated: 'i.flavour !== ITER_BVEC',
    verdict: 'equivalent',
    why: 'As for iov_iter_npages(): whether the address of an empty segment counts is nowhere said.',
  },
  {
    file: 'model/linux/6.12/iov_iter.ts',
    function: 'iovIterAlignment',
    original: "vecOf(k, i, 'iov_iter_alignment').xarrayStart + i.iovOffset",
    mutated: "vecOf(k, i, 'iov_iter_alignment').xarrayStart - i.iovOffset",
    verdict: 'scenario',
    why: 'The lowest bit below PAGE_SIZE is what is defined, and what is left counts in it too: at pages of two bytes, and of four with one page of the file, both forms have the same one. Not looked for beyond.',
  },
];

export function lookAt(looks: readonly Look[], s: Survivor): Look | undefined {
  return looks.find(
    (look) =>
      look.file === s.file &&
      look.function === s.function &&
      look.original === s.original &&
      look.mutated === s.mutated &&
      (look.nth ?? 0) === s.nth,
  );
}
