import { bitsFor } from './cint.js';

/**
 * The size of the world. Every value is part of what a verdict claims, so every
 * value is printed with it. Lengths, offsets and counts are in bytes.
 */
export interface Bounds {
  /** PAGE_SIZE of the model; a power of two, 2 to 16. */
  readonly page: number;
  /** Slots of the pipe ring; a power of two, 1 to 16. */
  readonly ring: number;
  /** Slots of two pipes together, at most; 0: as many as both rings may have. */
  readonly slots: number;
  /** Page-cache pages of the one file; 1 to 4. */
  readonly files: number;
  /** Byte counts that an op may name: `all` is every one from 1 to ring * page. */
  readonly lengths: 'all' | 'edge';
  /** Segments (offset, bytes) of a file page: `all`, or those that touch an edge of the page. */
  readonly segments: 'all' | 'edge';
  /** Which byte of an op may carry the run's mark: any, or the first and the last. */
  readonly marks: 'all' | 'edge';
  /**
   * Content tags: `3` is never written, plain, marked; `written` tells only the first from the others, `marked` only
   * the last; `off` models no contents. See model/README.md.
   */
  readonly contents: '3' | 'written' | 'marked' | 'off';
  /** `careless` callers also break the protocol; what they find is `misuse`. */
  readonly callers: 'correct' | 'careless';
  /** What a released slot keeps: nothing, only its flags, or every field. See model/README.md. */
  readonly stale: 'none' | 'flags' | 'all';
  /** Whether an allocation may fail. */
  readonly oom: 'on' | 'off';
  /** Bits of head and tail in a free-running ring; they wrap at 2^bits. 0: the fewest that serve. */
  readonly headbits: number;
  /** Violating steps that a path is followed through: what breaks after that many is not looked for. */
  readonly follow: number;
  /** Virtual pages of an address space, and pages of a driver's own; scenarios with memory. */
  readonly vpages: number;
  /** Segments of an iovec, kvec or bvec, at most. */
  readonly segs: number;
  /** 1: pages come as folios of two. */
  readonly order: number;
  /** References that one pin of an order-0 page takes: GUP_PIN_COUNTING_BIAS, 1024 in the kernel. */
  readonly bias: number;
  /** Bits of a reference count, the sign among them; 0: as many as the bounds can fill. */
  readonly refbits: number;
  /** Which write fault reuses a page: `mapcount` to 5.7, `refcount` 5.9 to 5.18, `exclusive` since 5.19; see memory.ts. */
  readonly cow: 'mapcount' | 'refcount' | 'exclusive';
  /** Tasks that may sleep in a call, beside one that never does; scenarios with tasks. */
  readonly tasks: number;
  /** Names that do not matter: all of them, those that no op names, or none. See symmetry.ts. */
  readonly symmetry: 'on' | 'ring+anon' | 'off';
}

/** Pages of two bytes are the smallest that can be partly filled: two slots of them close in seconds. */
export const DEFAULT_BOUNDS: Bounds = {
  page: 2,
  ring: 2,
  slots: 0,
  files: 2,
  lengths: 'all',
  segments: 'all',
  marks: 'all',
  contents: '3',
  callers: 'correct',
  stale: 'flags',
  oom: 'on',
  headbits: 0,
  follow: 1,
  vpages: 2,
  segs: 2,
  order: 0,
  bias: 16,
  refbits: 0,
  cow: 'exclusive',
  tasks: 2,
  symmetry: 'on',
};

/** Which parts of the state a scenario has at all; the rest costs it nothing. */
export interface Needs {
  /** The ring, its readers and writers. */
  readonly pipe: boolean;
  /** How many pipes there are; one where absent. */
  readonly pipes?: number;
  /** `fixed`: one address space whose page tables never change. `paged`: two, that do. */
  readonly memory: 'none' | 'fixed' | 'paged';
  /** Address spaces. */
  readonly mms: number;
  /** Pages that a pipe keeps for its next writes; one where absent. */
  readonly tmpPages?: 2;
  /** Open files that are no pipes, beside the pipe that is the task's own; see files.ts. */
  readonly openFiles?: true;
  /** Processes lend pages of their memory to pipes; what a page holds is no state, see lent.ts. */
  readonly lends?: true;
  /** Tasks that sleep, and ends of the pipe that close; see wait.ts. */
  readonly tasks?: true;
  /** Two files with a page cache of their own, and the task's own pipe behind the pipe A; see inode.ts. */
  readonly inodes?: true;
}

export const PIPE_NEEDS: Needs = { pipe: true, memory: 'none', mms: 0 };

/** Pipes of a scenario. */
export function pipeCount(needs: Needs): number {
  return needs.pipe ? (needs.pipes ?? 1) : 0;
}

/** Bounds that only scenarios with memory have; others do not print them. */
export const MEMORY_BOUNDS: ReadonlySet<keyof Bounds> = new Set(['vpages', 'segs', 'order', 'bias', 'refbits', 'cow']);

/** Bounds that only scenarios with a pipe have. */
export const PIPE_BOUNDS: ReadonlySet<keyof Bounds> = new Set(['ring', 'segments', 'marks', 'stale', 'headbits']);

/** Bounds that only scenarios with two pipes have, beside those of one. */
export const PIPES_BOUNDS: ReadonlySet<keyof Bounds> = new Set(['slots', 'refbits']);

/** Bounds that only scenarios with tasks have. */
export const TASK_BOUNDS: ReadonlySet<keyof Bounds> = new Set(['tasks']);

/** Slots that pipe `p` begins with. */
export function firstSlots(b: Bounds, p: number): number {
  return p === 0 || b.slots === 0 ? b.ring : Math.min(b.ring, Math.max(1, b.slots - b.ring));
}

/** Named bounds of `--bounds`. */
export const NAMED_BOUNDS: Readonly<Record<string, Bounds>> = {
  tiny: { ...DEFAULT_BOUNDS, page: 4, ring: 1, files: 1 },
  default: DEFAULT_BOUNDS,
  deep: { ...DEFAULT_BOUNDS, page: 4, files: 1 },
};

/** Whether one byte of a run is followed. */
export const hasMarks = ({ contents }: Bounds): boolean => contents === '3' || contents === 'marked';

/** Whether a byte that nobody wrote is told from others. */
export const tellsWritten = ({ contents }: Bounds): boolean => contents === '3' || contents === 'written';

/** Every byte count that an op may name, ascending. */
export function lengthValues(b: Bounds): number[] {
  const max = b.ring * b.page;
  const all = Array.from({ length: max }, (_, i) => i + 1);
  if (b.lengths === 'all') return all;
  const edge = new Set([1, b.page - 1, b.page, b.page + 1, 2 * b.page, max]);
  return all.filter((n) => edge.has(n));
}

/** Counts that an iterator may be made with, up to one byte more than the ring holds. */
export function countValues(b: Bounds): number[] {
  const max = b.ring * b.page;
  if (b.lengths === 'all') return [...lengthValues(b), max + 1];
  const edge = new Set([1, b.page, b.page + 1, max, max + 1]);
  return [...edge].sort((x, y) => x - y);
}

/** Most bytes that a `count` can be. */
export function countMax(b: Bounds): number {
  return b.ring * b.page + 1;
}

/** Segments of a file page as [offset, bytes]. */
export function segmentValues(b: Bounds): [number, number][] {
  const out: [number, number][] = [];
  for (let offset = 0; offset < b.page; offset++) {
    for (let bytes = 1; offset + bytes <= b.page; bytes++) {
      const edge = offset === 0 || offset + bytes === b.page || bytes === 1;
      if (b.segments === 'all' || edge) out.push([offset, bytes]);
    }
  }
  return out;
}

/** Width of head and tail, in bits. */
export function headBits(b: Bounds): number {
  const least = bitsFor(b.ring);
  return Math.max(b.headbits, least);
}

/** Most bytes that an iterator can describe. */
export function lengthMax(b: Bounds, needs: Needs): number {
  const pipe = countMax(b);
  if (needs.memory === 'none') return pipe;
  const memory = Math.max(b.segs * b.vpages, b.files) * b.page + 1;
  return needs.pipe ? Math.max(pipe, memory) : memory;
}

/** Entries of a page array: every slot, and the partly filled page once more after a second get. */
export function requestEntries(b: Bounds, needs: Needs = PIPE_NEEDS): number {
  if (needs.memory === 'none') return b.ring + 1;
  const memory = Math.max(b.vpages, b.files) + 1;
  return needs.pipe ? Math.max(b.ring + 1, memory) : memory;
}

/**
 * Anonymous pages that can be alive at once: the ring, the pages of one request that
 * left the ring while the caller still holds them, tmp_page, and one being allocated; or
 * what each address space maps, what a request still holds, and one being allocated.
 */
export function poolPages(b: Bounds, needs: Needs): number {
  let n = 0;
  const kept = needs.tmpPages ?? 1;
  if (needs.inodes === true) return pipeCount(needs) * (b.ring + kept) + b.ring + b.files + 1;
  if (pipeCount(needs) > 1) n += pipeCount(needs) * (b.ring + kept) + 1;
  else if (needs.pipe) n += b.ring + requestEntries(b, needs) + kept + 1;
  if (needs.memory === 'paged') {
    const pages = (needs.mms + 1) * b.vpages + 1;
    n += b.order === 0 ? pages : 2 * pages;
  }
  return n;
}
