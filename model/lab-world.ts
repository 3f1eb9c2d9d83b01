/**
 * The world of a Lab: its sizes, how a call of it fails for good, and who is held in it.
 */
import type { Bounds } from './bounds.js';
import { DEFAULT_BOUNDS } from './bounds.js';
import type { FatalRule, Kernel, Page } from './kernel.js';
import { VMALLOC_START } from './vecs.js';

export interface LabSize {
  /** PAGE_SIZE; a power of two. */
  readonly pageSize?: number;
  /** Pages of each kind: the user's, the driver's, the file's. */
  readonly pages?: number;
  /** 1: the user's and the driver's pages come as folios of two. */
  readonly order?: 0 | 1;
  /** GUP_PIN_COUNTING_BIAS */
  readonly bias?: number;
}

/** What goes wrong in the next call; see the fields of Kernel. */
export type Choices = Partial<Pick<Kernel, 'userFault' | 'poison' | 'xaRetry' | 'oom'>>;

/** Functions whose first argument in C is the address of kernel memory. */
export type CopyName =
  | 'copyToIter'
  | 'copyToIterFull'
  | 'copyMcToIter'
  | 'csumAndCopyToIter'
  | 'copyFromIter'
  | 'copyFromIterFull'
  | 'copyFromIterNocache'
  | 'copyFromIterFullNocache'
  | 'copyFromIterFlushcache'
  | 'csumAndCopyFromIter'
  | 'csumAndCopyFromIterFull';

/** What a call left in the caller's page array. */
export interface PageList {
  /** Bytes, or -errno. */
  readonly ret: number;
  /** *offset0 or *start. */
  readonly start: number;
  /** One for each entry; undefined where nothing was written. */
  readonly pages: readonly (Page | null | undefined)[];
  /** The array is the callee's, and the caller has to kvfree() it. */
  readonly isAllocated: boolean;
}

/** References and pins of a folio beyond the one that its owner has. */
export interface Held {
  readonly page: string;
  readonly refs: number;
  readonly pins: number;
}

/** BUG(), an oops, or a loop without an end: the call did not come back. */
export class LabOops extends Error {
  readonly rule: FatalRule | '';

  constructor(rule: FatalRule | '', why: string) {
    super(`${rule}: ${why}`);
    this.rule = rule;
  }
}

/** One process, the driver's pages and a file; reference counts of 32 bits. */
export function boundsOf({ pageSize = 4096, pages = 256, order = 0, bias = 1024 }: LabSize): Bounds {
  if (pageSize < 2 || (pageSize & (pageSize - 1)) !== 0)
    throw new RangeError(`pageSize=${pageSize} is no power of two`);
  const most = Math.floor(VMALLOC_START / pageSize / 3);
  if (!(pages >= 1 && pages <= most)) {
    throw new RangeError(`pages=${pages} of each kind do not fit below the vmalloc area; give 1 to ${most}`);
  }
  return { ...DEFAULT_BOUNDS, page: pageSize, ring: 1, files: pages, vpages: pages, segs: 1, order, bias, refbits: 32 };
}

/** Folios whose counts are not what they were; `owned` are the counts of all pages as they were. */
export function heldBeyond(k: Kernel, owned: readonly number[]): Held[] {
  const { bias } = k.bounds;
  const out: Held[] = [];
  for (const { name, pfn, head, refcount, pincount, hasTail } of k.pages) {
    const extra = refcount - owned[pfn];
    if (head.pfn !== pfn || (extra === 0 && pincount === 0)) continue;
    const pins = hasTail ? pincount : Math.max(0, Math.floor(extra / bias));
    out.push({ page: name, refs: extra - pins * (hasTail ? 1 : bias), pins });
  }
  return out;
}
