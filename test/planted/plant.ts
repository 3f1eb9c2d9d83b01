/**
 * Kernels in which somebody has made a mistake about pages: one defect each, planted in a
 * function that is right otherwise. What has to find it, and in how many steps, is beside it.
 */
import type { Design } from '#iov/model/design.js';
import { defineDesign } from '#iov/model/design.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { IovIter, Kernel, Page } from '#iov/model/kernel.js';
import { ITER_BVEC } from '#iov/model/kernel.js';
import { kvfreeArray } from '#iov/model/mm.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { designOf } from '../search.js';

/** The iterator on its first bio_vec that has a byte left. */
function skipEmpty(i: IovIter): void {
  while (i.flavour === ITER_BVEC && i.count > 0 && i.vec?.bvec[i.seg]?.len === i.iovOffset) {
    i.iovOffset = 0;
    i.seg++;
    i.segs--;
  }
}

/** The kernel without the defects that docs/findings.md has of it: F-17 to F-19. */
function mended(base: Design): Design {
  const { functions, present } = base;
  const getPages: Partial<KernelFunctions> = {
    iovIterGetPages(k, i, maxsize, maxpages) {
      skipEmpty(i);
      return functions.iovIterGetPages(k, i, maxsize, maxpages);
    },
    iovIterGetPagesAlloc(k, i, maxsize) {
      skipEmpty(i);
      return functions.iovIterGetPagesAlloc(k, i, maxsize);
    },
  };
  const extract: Partial<KernelFunctions> = {
    iovIterExtractPages(k, i, maxsize, maxpages) {
      const willAlloc = k.pagesArrayMax === 0;
      const ret = functions.iovIterExtractPages(k, i, maxsize, maxpages);
      if (ret <= 0 && willAlloc && k.arrays > 0) {
        kvfreeArray(k, EXTRACT);
        k.pagesArrayMax = 0;
      }
      return ret;
    },
    iovIterExtractXarrayPages(k, i, maxsize, maxpages) {
      const at = ((i.vec?.xarrayStart ?? 0) + i.iovOffset) / k.pageSize;
      const isThere = (i.vec?.xarray[Math.floor(at)] ?? null) !== null;
      return isThere ? functions.iovIterExtractXarrayPages(k, i, maxsize, maxpages) : 0;
    },
  };
  return defineDesign({
    id: `${base.id}-mended`,
    title: 'without what is known to be wrong',
    source: [],
    base,
    override: { ...getPages, ...(present.has('iovIterExtractPages') ? extract : {}) },
  });
}

export const EXTRACT = 'iov_iter_extract_pages';
export const GET = 'iov_iter_get_pages2';
export const BIO = 'bio_iov_iter_get_pages';

export const late = mended(designOf('linux-6.12'));
export const rfc = mended(designOf('extract-rfc-2022-repaired'));
export const old = mended(designOf('linux-6.1'));

export interface Mutant {
  readonly about: string;
  readonly design: Design;
  readonly scenario: ScenarioName;
  readonly bounds: string;
  /** Invariant, op and steps of the shortest trace. */
  readonly killed: readonly [invariant: string, op: string, steps: number];
}

type Take = (k: Kernel, i: IovIter, maxsize: number, maxpages: number) => number;

export function planted(
  about: string,
  base: Design,
  override: Partial<KernelFunctions>,
  killed: Mutant['killed'],
  scenario: ScenarioName = 'extract',
  bounds = 'tiny',
): Mutant {
  const design = defineDesign({ id: about.replaceAll(' ', '-'), title: about, source: [], base, override });
  return { about, design, scenario, bounds, killed };
}

/** Pages in the list of a call that has returned `ret`. */
export function listed(k: Kernel, ret: number): number {
  return ret <= 0 ? 0 : Math.ceil((k.out.start + ret) / k.pageSize);
}

export function entry(k: Kernel, n: number): Page {
  return k.pagesArray[n] ?? k.pages[0];
}

/** `base`, and something more where it has listed `n` pages. */
export function and(base: Take, more: (k: Kernel, i: IovIter, ret: number, n: number) => unknown): Take {
  return (k, i, maxsize, maxpages) => {
    const ret = base(k, i, maxsize, maxpages);
    if (ret > 0) more(k, i, ret, listed(k, ret));
    return ret;
  };
}
