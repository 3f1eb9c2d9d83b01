/**
 * Mistakes that nobody made, each in one function of mm/, put into a kernel that has none: what a judge of memory and
 * of pins has to notice.
 */
import { defineDesign } from '#iov/model/design.js';
import type { Design } from '#iov/model/design.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { MmStruct } from '#iov/model/kernel.js';
import { kvfreeArray } from '#iov/model/mm.js';
import { designOf } from '../search.js';

export const linux61 = designOf('linux-6.1');
const linux612 = designOf('linux-6.12');

/** The functions that a mutant changes something of. */
export const fn = linux612.functions;

/** 6.12 without the one thing that it has wrong here: the array of an extraction that got no page. */
export const sound = defineDesign({
  id: 'sound',
  title: 'Linux 6.12, with the array freed where no page is had',
  source: [],
  base: linux612,
  override: {
    iovIterExtractPages(k, i, maxsize, maxpages) {
      const ret = fn.iovIterExtractPages(k, i, maxsize, maxpages);
      if (ret <= 0 && k.pagesArrayMax > 0) kvfreeArray(k, 'iov_iter_extract_pages');
      return ret;
    },
  },
  scenarios: ['fork-dma'],
});

export interface Mutant {
  readonly name: string;
  readonly override: Partial<KernelFunctions>;
  /** Where references are taken, not pins: 6.1, which itself loses data under fork. */
  readonly base?: Design;
  /** Beside vpages=1,files=1. */
  readonly bounds?: string;
  /** The invariants that break, with the length of the shortest trace of each. */
  readonly breaks: Readonly<Record<string, number>>;
}

export function designOfMutant({ name, override, base = sound }: Mutant): Design {
  return defineDesign({ id: name, title: name, source: [], base, override, scenarios: ['fork-dma'] });
}

export const isPresent = (mm: MmStruct, vpage: number): boolean => mm.ptes[vpage].page !== null;

/** Fork of a page: the child has one of its own. */
export const isCopied = (src: MmStruct, dst: MmStruct, v: number): boolean =>
  isPresent(dst, v) && dst.ptes[v].page !== src.ptes[v].page;
