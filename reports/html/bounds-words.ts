/** What each bound means, in the few words that stand beside its value. */
import type { Bounds } from '../../model/bounds.js';

export const BOUND_WORDS: Readonly<Record<keyof Bounds, string>> = {
  page: 'PAGE_SIZE, in bytes',
  ring: 'slots of the pipe',
  slots: 'slots of two pipes together; 0: no limit',
  files: 'page-cache pages of the file',
  lengths: 'byte counts that a call may name',
  segments: 'parts of a file page that a call may name',
  marks: 'bytes of a call that may be the one followed',
  contents: 'kinds of bytes that are told apart; off: none',
  callers: 'whether callers keep to the protocol of the functions',
  stale: 'what a released slot keeps',
  oom: 'whether an allocation may fail',
  headbits: 'width of head and tail in bits; 0: the fewest that serve',
  follow: 'broken steps that a run is followed through',
  vpages: "pages of an address space, and of a driver's own",
  segs: 'segments of a vector, at most',
  order: '1: pages come as folios of two',
  bias: 'references that one pin of a single page takes',
  refbits: 'width of a reference count in bits; 0: as many as are needed',
  cow: 'when a write fault reuses a page',
  tasks: 'tasks that may sleep in a call',
  symmetry: 'whether states that only names tell apart are one',
};
