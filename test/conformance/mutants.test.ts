/** Defects: those that nobody ever wrote, and those that kernels really had. The cases that are there to see them do. */
import type { Design, IovIter, Kernel, KernelFunctions, Vec } from '#iov/index.js';
import {
  defineDesign,
  getPage,
  ITER_BVEC,
  ITER_KVEC,
  ITER_UBUF,
  ITER_XARRAY,
  Lab,
  linux612,
  storePage,
} from '#iov/index.js';
import { design as alignedBvecOffset } from '#iov/model/designs/history/aligned-bvec-offset.js';
import { design as discCount } from '#iov/model/designs/history/disc-count.js';
import { design as extractZeroSized } from '#iov/model/designs/history/extract-zero-sized.js';
import { design as xarrayGetpagesMath } from '#iov/model/designs/history/xarray-getpages-math.js';
import { describe, expect, test } from 'vitest';
import { caseNamed } from './cases.js';

const base = linux612.functions;

/** A call on an iterator that points at something else meanwhile. */
function pointingAt<T>(i: IovIter, change: (vec: Vec) => Vec, call: () => T): T {
  const { vec } = i;
  if (vec === null) return call();
  i.vec = change(vec);
  try {
    return call();
  } finally {
    i.vec = vec;
  }
}

/** It reads the page behind the one that it should. */
const nextPage = (k: Kernel, bytes: number, i: IovIter): number =>
  i.flavour !== ITER_XARRAY
    ? base.copyFromIter(k, bytes, i)
    : pointingAt(
        i,
        (vec) => ({ ...vec, xarray: vec.xarray.map((page, n) => vec.xarray[n + 1] ?? page) }),
        () => base.copyFromIter(k, bytes, i),
      );

/** A copy of more than a page loses the byte at its first page end. */
function losesByte(k: Kernel, bytes: number, i: IovIter): number {
  const at = i.vec?.bvec[i.seg]?.page.data;
  const ret = base.copyToIter(k, bytes, i);
  if (i.flavour === ITER_BVEC && ret > k.pageSize && at !== undefined) k.driverPages[3].data[k.pageSize - 1] = 0;
  return ret;
}

/** What was copied before a fault is not taken off. */
function staysAtFault(k: Kernel, bytes: number, i: IovIter): number {
  const { seg, segs, iovOffset, count } = i;
  const ret = base.copyToIter(k, bytes, i);
  if (k.isFaultHit) Object.assign(i, { seg, segs, iovOffset, count });
  return ret;
}

/** The offset in the first segment is forgotten. */
function forgetsOffset(k: Kernel, i: IovIter, size: number): void {
  i.iovOffset = 0;
  base.iovIterIovecAdvance(k, i, size);
}

/** A byte is lost where it comes into another segment. */
function oneOff(k: Kernel, i: IovIter, unroll: number): void {
  const { seg } = i;
  base.iovIterRevert(k, i, unroll);
  if (i.flavour === ITER_KVEC && i.seg < seg && i.iovOffset > 0) i.iovOffset--;
}

/** One entry too many is written, where there is room. */
function oneEntryMore(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const ret = base.iovIterExtractUserPages(k, i, maxsize, maxpages);
  const n = Math.ceil((k.out.start + ret) / k.pageSize);
  if (ret > 0 && n < k.pagesArrayMax) storePage(k, n, k.userPages[0], 'iov_iter_extract_user_pages');
  return ret;
}

/** Pages of the kernel's are referenced, as get_pages2 does. */
function referenced(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const ret = base.iovIterExtractKvecPages(k, i, maxsize, maxpages);
  for (let n = 0; n * k.pageSize < k.out.start + ret; n++) getPage(k, k.pagesArray[n], 'iov_iter_extract_kvec_pages');
  return ret;
}

/** The list begins with the file. */
const fromStart = (k: Kernel, i: IovIter, maxsize: number, maxpages: number): number =>
  pointingAt(
    i,
    (vec) => ({ ...vec, xarrayStart: vec.xarrayStart % k.pageSize }),
    () => base.iovIterExtractXarrayPages(k, i, maxsize, maxpages),
  );

/** Between two calls the iterator goes back by a folio. */
function losesPosition(k: Kernel, i: IovIter, maxsize: number, maxpages: number): number {
  const ret = base.iovIterExtractFolioqPages(k, i, maxsize, maxpages);
  if (i.folioqSlot > 0) i.folioqSlot--;
  return ret;
}

/** The part of the first page is not counted. */
function forgetsStart(k: Kernel, i: IovIter, maxpages: number): number {
  return i.flavour === ITER_UBUF
    ? Math.min(maxpages, Math.ceil(i.count / k.pageSize))
    : base.iovIterNpages(k, i, maxpages);
}

/** The sum of a step begins anew. */
function sumsLastStep(k: Kernel, bytes: number, i: IovIter): number {
  k.out.csum = 0;
  return base.csumAndCopyFromIter(k, bytes, i);
}

/** The byte behind the last one is cleared too. */
function clearsTooMuch(k: Kernel, bytes: number, i: IovIter): number {
  const ret = base.iovIterZero(k, bytes, i);
  const at = (i.vec?.xarrayStart ?? 0) + i.iovOffset;
  if (i.flavour === ITER_XARRAY) k.filePages[Math.floor(at / k.pageSize)].data[at % k.pageSize] = 0;
  return ret;
}

interface Mutant {
  readonly name: string;
  readonly override: Partial<KernelFunctions>;
  readonly killedBy: readonly string[];
  /** Cases of the kernel's that do not see it. */
  readonly survives?: readonly string[];
}

const MUTANTS: readonly Mutant[] = [
  {
    name: 'a copy reads the page behind the right one',
    override: { copyFromIter: nextPage },
    killedBy: ['copy from xarray: pages that differ', 'copy from ranges of xarray: pages that differ'],
    survives: ["copy from ranges of xarray: the kernel's pattern"],
  },
  {
    name: 'a copy loses the byte at a page end',
    override: { copyToIter: losesByte },
    killedBy: ['copy to bvec of merged pages: pages that differ', "copy to bvec: the kernel's pattern"],
  },
  {
    name: 'a copy that faults does not move the iterator',
    override: { copyToIter: staysAtFault },
    killedBy: ['fault in copyToIter: iovec', 'fault in copyToIter: ubuf'],
  },
  {
    name: 'advance forgets where in the segment it began',
    override: { iovIterIovecAdvance: forgetsOffset },
    killedBy: ['there and back: kvec', 'extract from iovec'],
  },
  {
    name: 'revert loses a byte between segments',
    override: { iovIterRevert: oneOff },
    killedBy: ['advance and revert: kvec', 'there and back: kvec of vmalloc memory'],
  },
  {
    name: 'a copy reports one byte more than it has copied, in the last step',
    override: {
      copyFromIter: (k, bytes, i) => base.copyFromIter(k, bytes, i) + (bytes > i.count && i.count > 0 ? 1 : 0),
    },
    killedBy: ['copy from ubuf in steps of 4097'],
  },
  {
    name: 'extraction writes one entry too many',
    override: { iovIterExtractUserPages: oneEntryMore },
    killedBy: ['extract from iovec', 'extract from ranges of ubuf'],
  },
  {
    name: 'extraction takes references of user pages in place of pins',
    override: { pinUserPagesFast: (k, start, n, flags) => base.getUserPagesFast(k, start, n, flags) },
    killedBy: ['extract from ubuf', 'get_pages2 beside extract_pages on ubuf, a source', 'a pin is 1024 references'],
  },
  {
    name: 'extraction takes references of kernel pages',
    override: { iovIterExtractKvecPages: referenced },
    killedBy: ['extract from kvec', 'kvec: refused by get_pages2, listed by extract_pages', 'scatter kvec'],
  },
  {
    name: 'extraction of an xarray begins with the file',
    override: { iovIterExtractXarrayPages: fromStart },
    killedBy: ['extract from xarray', 'extract from ranges of xarray'],
  },
  {
    name: 'extraction of a folio_queue loses its position',
    override: { iovIterExtractFolioqPages: losesPosition },
    killedBy: ['extract from ranges of folioq'],
  },
  {
    name: 'get_pages2 takes no references',
    override: { tryGrabFolio: (k, page, flags) => (flags & 1) !== 0 || base.tryGrabFolio(k, page, flags) },
    killedBy: [
      'get_pages2 beside extract_pages on iovec without empty segments, a source',
      'hundreds of pages in one array',
    ],
  },
  {
    name: 'npages forgets the part of the first page',
    override: { iovIterNpages: forgetsStart },
    killedBy: ['npages and alignment: ubuf'],
  },
  {
    name: 'a sum begins anew with each step',
    override: { csumAndCopyFromIter: sumsLastStep },
    killedBy: ['csum_and_copy_from_iter, 4097 at a time: iovec'],
  },
  { name: 'zeroing clears too much', override: { iovIterZero: clearsTooMuch }, killedBy: ['zero: xarray'] },
];

const planted = ({ name, override }: Mutant): Design =>
  defineDesign({ id: 'mutant', title: name, source: [], base: linux612, override });

describe('a kernel in which', () => {
  test.each(MUTANTS)('$name is found', (mutant) => {
    for (const name of mutant.killedBy) {
      const { run, size } = caseNamed(name);
      run(new Lab(linux612, size));
      expect(() => run(new Lab(planted(mutant), size)), name).toThrow();
    }
    for (const name of mutant.survives ?? []) caseNamed(name).run(new Lab(planted(mutant)));
  });
});

interface Historical {
  readonly design: Design;
  readonly killedBy: readonly string[];
  readonly survives: readonly string[];
}

const HISTORY: readonly Historical[] = [
  {
    design: alignedBvecOffset,
    killedBy: ['npages and alignment: bvec', 'npages and alignment: bvec of merged pages'],
    survives: ['npages and alignment: kvec'],
  },
  { design: discCount, killedBy: ['discard'], survives: ['pages to iovec'] },
  {
    design: extractZeroSized,
    killedBy: [
      'extract from kvec',
      'extract from kvec of vmalloc memory',
      'extract from bvec',
      'extract from bvec of merged pages',
    ],
    survives: ['extract from iovec', 'extract from kvec without empty segments', 'extract from bvec of many pages'],
  },
  {
    design: xarrayGetpagesMath,
    killedBy: ['get pages of xarray', 'get pages of xarray, a source'],
    survives: ['get pages of ubuf'],
  },
];

describe('of the bugs that kernels had', () => {
  test.each(HISTORY)('$design.id is found', ({ design, killedBy, survives }) => {
    for (const name of killedBy) {
      caseNamed(name).run(new Lab(design.base ?? linux612));
      expect(() => caseNamed(name).run(new Lab(design)), name).toThrow();
    }
    for (const name of survives) caseNamed(name).run(new Lab(design));
  });
});
