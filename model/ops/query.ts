/** Questions about an iterator: they return something and change nothing. */
import { FREE, may } from '../callers/callers.js';
import { Call } from '../callers/caller.js';
import type { Ghost } from '../ghost.js';
import type { Kernel } from '../kernel.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { freeSlots, roomInLast } from '../ring.js';
import { upTo } from './args.js';
import { hasAllPrimitives } from './iter.js';

interface Query {
  readonly name: string;
  readonly help: string;
  readonly fn: OpSpec['fn'];
  readonly args?: readonly ArgSpec[];
  /** Only careless callers ask it of a pipe. */
  readonly isCareless?: boolean;
  /** Designs in which it exists, if not all. */
  only?(w: World): boolean;
  ask(k: Kernel, a: number): number;
  /** '' if the answer follows the query's definition. */
  defined?(g: Ghost, k: Kernel, w: World, ret: number, a: number): string;
}

function query(q: Query): OpSpec {
  return {
    name: q.name,
    help: q.help,
    args: q.args ?? [],
    fn: q.fn,
    isQuery: true,
    mayBug: q.isCareless === true,
    exists: (w) =>
      hasAllPrimitives(w) &&
      q.only?.(w) !== false &&
      q.fn !== null &&
      w.design.present.has(q.fn) &&
      (q.isCareless !== true || w.bounds.callers === 'careless'),
    ready: (k) => k.caller.kind === FREE && may(k, Call.Query),
    apply: (k, _w, a) => q.ask(k, a),
    promise: (g, k, w, ret, a) => q.defined?.(g, k, w, ret, a) ?? '',
  };
}

/** Whether this iterator has put the last slot there, so that it may go on filling it. */
const mayAppend = (g: Ghost): boolean => g.n > g.start;

/** Where in a page the next byte would go: the free part of the last slot, or a new page. */
function nextOffset(g: Ghost, k: Kernel, w: World): number {
  const room = mayAppend(g) ? roomInLast(k, w.ring) : 0;
  return room === 0 ? 0 : k.pageSize - room;
}

const is = (want: number, ret: number): string => (ret === want ? '' : `${want}`);

export const QUERY_OPS: readonly OpSpec[] = [
  query({
    name: 'iov_iter_npages',
    help: 'how many pages a get_pages could return at most',
    fn: 'iovIterNpages',
    args: [{ name: 'maxpages', values: (w) => upTo(w.bounds.ring + 2).slice(1) }],
    ask: (k, maxpages) => k.fn.iovIterNpages(k, k.iter, maxpages),
    defined(g, k, w, ret, maxpages) {
      // Where get_pages goes on filling the last slot, that one counts; in seed 001 it takes new ones.
      const isLastUsed = w.design.contract.lengthAtGet === 'asked' && nextOffset(g, k, w) > 0;
      const pages = freeSlots(k, w.ring) + (isLastUsed ? 1 : 0);
      return is(g.left === 0 ? 0 : Math.min(pages, maxpages), ret);
    },
  }),
  query({
    name: 'iov_iter_alignment',
    help: 'which low bits of addresses and lengths are set',
    fn: 'iovIterAlignment',
    ask: (k) => k.fn.iovIterAlignment(k, k.iter),
    defined(g, k, w, ret) {
      if (w.design.contract.alignment === 'zero') return is(0, ret);
      const low = k.pageSize - 1;
      const want = g.left === 0 ? 0 : (g.left | nextOffset(g, k, w)) & low;
      return (ret & low) === want ? '' : `${want} in the bits below PAGE_SIZE`;
    },
  }),
  query({
    name: 'iov_iter_single_seg_count',
    help: 'bytes left in the current segment',
    fn: 'iovIterSingleSegCount',
    ask: (k) => k.fn.iovIterSingleSegCount(k, k.iter),
    defined: (g, _k, _w, ret) => is(g.left, ret),
  }),
  query({
    name: 'iter_is_iovec',
    help: 'whether the iterator walks user memory',
    fn: 'iterIsIovec',
    ask: (k) => (k.fn.iterIsIovec(k, k.iter) ? 1 : 0),
    defined: (_g, _k, _w, ret) => is(0, ret),
  }),
  query({
    name: 'iov_for_each',
    help: 'how often the body of iov_for_each() runs',
    fn: 'iovForEach',
    ask: (k) => k.fn.iovForEach(k, k.iter),
    defined: (_g, _k, _w, ret) => is(0, ret),
  }),
  query({
    name: 'iov_iter_gap_alignment',
    help: 'alignment of the gaps between segments; not for pipes',
    fn: 'iovIterGapAlignment',
    isCareless: true,
    ask: (k) => k.fn.iovIterGapAlignment(k, k.iter) | 0,
  }),
  query({
    name: 'dup_iter',
    help: 'duplicate the iterator; not for pipes',
    fn: 'dupIter',
    isCareless: true,
    ask(k) {
      const ret = k.fn.dupIter(k, k.iterCopy, k.iter);
      k.out.isCopied = k.iterCopy.active;
      k.iterCopy.clear();
      return ret;
    },
    defined: (_g, k, _w, ret) =>
      ret === 0 && k.out.isCopied ? 'a copy, since it has made one (NULL reads as -ENOMEM)' : '',
  }),
  query({
    name: 'copy_from_iter',
    help: 'read out of the iterator; not for pipes',
    fn: 'copyFromIter',
    isCareless: true,
    ask: (k) => k.fn.copyFromIter(k, 1, k.iter),
  }),
  query({
    name: 'copy_from_iter_nocache',
    help: 'read out of the iterator past the cache; not for pipes',
    fn: 'copyFromIterNocache',
    isCareless: true,
    ask: (k) => k.fn.copyFromIterNocache(k, 1, k.iter),
  }),
  query({
    name: 'copy_page_from_iter',
    help: 'read out of the iterator into a page; not for pipes',
    fn: 'copyPageFromIter',
    isCareless: true,
    ask: (k) => k.fn.copyPageFromIter(k, k.filePages[0], 0, 1, k.iter),
  }),
  query({
    name: 'iov_iter_copy_from_user_atomic',
    help: 'read out of the iterator without sleeping; not for pipes',
    fn: 'iovIterCopyFromUserAtomic',
    isCareless: true,
    ask: (k) => k.fn.iovIterCopyFromUserAtomic(k, k.filePages[0], 0, 1, k.iter),
  }),
  query({
    name: 'csum_and_copy_to_iter',
    help: 'copy into the pipe and sum, where the design only warns',
    fn: 'csumAndCopyToIter',
    isCareless: true,
    only: (w) => w.design.contract.csum !== 'copies',
    ask: (k) => k.fn.csumAndCopyToIter(k, 1, k.iter),
  }),
  query({
    name: 'csum_and_copy_from_iter',
    help: 'read out of the iterator and sum; not for pipes',
    fn: 'csumAndCopyFromIter',
    isCareless: true,
    ask: (k) => k.fn.csumAndCopyFromIter(k, 1, k.iter),
  }),
  query({
    name: 'iov_iter_fault_in_readable',
    help: 'touch the user pages behind the iterator',
    fn: 'iovIterFaultInReadable',
    isCareless: true,
    ask: (k) => k.fn.iovIterFaultInReadable(k, k.iter, 1),
    defined: (_g, _k, _w, ret) => is(0, ret),
  }),
];
