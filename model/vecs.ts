/**
 * What iterators may be made of within the bounds: vectors of each flavour, with empty
 * segments, segments that begin or end inside a page, and holes. Addresses are bytes; user
 * memory begins at 0, kernel addresses are page frame number * PAGE_SIZE (the direct map),
 * and from VMALLOC_START on the driver's pages again, last one first.
 */
import type { Bounds, Needs } from './bounds.js';
import type { Kernel, Page } from './kernel.js';
import type { BioVec, FolioQueue, IoVec, Vec } from './uio.js';
import { ITER_BVEC, ITER_DISCARD, ITER_FOLIOQ, ITER_IOVEC, ITER_KVEC, ITER_UBUF, ITER_XARRAY } from './uio.js';

/** Kernel addresses from here on are mapped page by page. */
export const VMALLOC_START = 0x1000000;

/** Offset and bytes within the memory that a flavour walks over. */
type Span = readonly [at: number, len: number];

/** A vector as numbers, before there are pages. */
interface VecSpec {
  readonly flavour: number;
  readonly text: string;
  /** IOVEC, KVEC, BVEC, UBUF. */
  readonly spans: readonly Span[];
  /** KVEC over vmalloc memory. */
  readonly isVmalloc?: boolean;
  /** XARRAY: which pages are there; the start is spans[0][0]. */
  readonly present?: readonly boolean[];
  /** FOLIOQ: bytes of each folio, by segment. */
  readonly folios?: readonly (readonly number[])[];
}

const FLAVOUR_NAMES: Readonly<Record<number, string>> = {
  [ITER_IOVEC]: 'iovec',
  [ITER_UBUF]: 'ubuf',
  [ITER_KVEC]: 'kvec',
  [ITER_BVEC]: 'bvec',
  [ITER_XARRAY]: 'xarray',
  [ITER_FOLIOQ]: 'folioq',
  [ITER_DISCARD]: 'discard',
};

export function flavourName(flavour: number): string {
  return FLAVOUR_NAMES[flavour] ?? 'pipe';
}

const spanText = (spans: readonly Span[]): string => `[${spans.map(([at, len]) => `${at}+${len}`).join(',')}]`;

function unique(values: readonly number[], max: number): number[] {
  return [...new Set(values)].filter((v) => v >= 0 && v <= max).sort((x, y) => x - y);
}

/** One segment: every place and length, or those at the edges of a page. */
function singles(b: Bounds): Span[] {
  const max = b.vpages * b.page;
  const every = Array.from({ length: max + 1 }, (_, i) => i);
  const starts = b.lengths === 'all' ? every : unique([0, 1, b.page - 1, b.page], max);
  const lens = b.lengths === 'all' ? every.slice(1) : unique([1, b.page - 1, b.page, b.page + 1, max], max).slice(0);
  return starts.flatMap((at) => lens.filter((len) => len > 0 && at + len <= max).map((len): Span => [at, len]));
}

/** Two or three segments: empty ones first, last and between, ends inside and at the end of a page. */
function several(b: Bounds): Span[][] {
  const { page } = b;
  const max = b.vpages * page;
  const parts = (
    [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, page - 1],
      [0, page],
      [1, page],
      [page, page],
      [max - 1, 1],
    ] as Span[]
  ).filter(([at, len], n, all) => at + len <= max && all.findIndex(([a, l]) => a === at && l === len) === n);
  const out: Span[][] = [];
  if (b.segs >= 2) for (const x of parts) for (const y of parts) if (x[1] + y[1] > 0) out.push([x, y]);
  if (b.segs >= 3) {
    const full = parts.filter(([, len]) => len > 0);
    for (const x of full) for (const z of full) out.push([x, [0, 0], z]);
  }
  return out;
}

/**
 * What is given to vmsplice(): parts of a page and whole ones, across pages, over the end of memory, and two segments
 * of such; an empty one first and between.
 */
function lendable(b: Bounds): Span[][] {
  const { page } = b;
  const end = b.vpages * page;
  const places: Span[] = [
    [0, 0],
    [0, page],
    [0, 1],
    [page - 1, 1],
    [end - 1, 2],
  ];
  if (b.vpages > 1) places.push([page - 1, 2], [0, 2 * page]);
  const pairs: Span[][] = [
    [
      [page - 1, 1],
      [0, 1],
    ],
    [
      [0, 1],
      [0, page],
    ],
    [
      [0, page],
      [end, 1],
    ],
    [
      [0, 0],
      [page - 1, 1],
    ],
  ];
  return [...places.map((span) => [span]), ...(b.segs > 1 ? pairs : [])];
}

function xarrays(b: Bounds): VecSpec[] {
  const out: VecSpec[] = [];
  const max = b.files * b.page;
  for (let mask = 0; mask < 2 ** b.files; mask++) {
    const present = Array.from({ length: b.files }, (_, n) => (mask & (1 << n)) !== 0);
    for (const at of unique([0, 1, b.page], max - 1)) {
      const pages = present.map((is, n) => (is ? `F${n}` : '-')).join('');
      out.push({ flavour: ITER_XARRAY, text: `xarray:${pages}@${at}`, spans: [[at, max - at]], present });
    }
  }
  return out;
}

function folioqs(b: Bounds): VecSpec[] {
  const folio = b.page << b.order;
  const n = Math.floor((b.vpages * b.page) / folio);
  if (n === 0) return [];
  const one = Array.from({ length: n }, () => folio);
  const all = one.length === 1 ? [[one]] : [[one], one.map((size) => [size])];
  return all.map((folios) => ({
    flavour: ITER_FOLIOQ,
    text: `folioq:${folios.map((slots) => slots.join('+')).join('>')}`,
    spans: [[0, n * folio]],
    folios,
  }));
}

/** Every vector of the bounds, in a fixed order. */
export function vecSpecs(b: Bounds, needs: Needs): VecSpec[] {
  if (needs.memory === 'none') return [];
  const spanned = (flavour: number, spans: readonly Span[]): VecSpec => ({
    flavour,
    text: `${flavourName(flavour)}:${spanText(spans)}`,
    spans,
  });
  if (needs.lends === true) return lendable(b).map((spans) => spanned(ITER_IOVEC, spans));
  const list = singles(b);
  const ubufs = list.map((span) => spanned(ITER_UBUF, [span]));
  if (needs.memory === 'paged')
    return ubufs.filter(({ spans: [[at, len]] }) => at % b.page === 0 && len % b.page === 0);
  const many = [...list.map((span) => [span]), ...several(b)];
  return [
    ...many.map((spans) => spanned(ITER_IOVEC, spans)),
    ...ubufs,
    ...many.map((spans) => spanned(ITER_KVEC, spans)),
    ...list.map((span) => ({
      ...spanned(ITER_KVEC, [span]),
      text: `kvec:vmalloc${spanText([span])}`,
      isVmalloc: true,
    })),
    ...many.map((spans) => spanned(ITER_BVEC, spans)),
    ...xarrays(b),
    ...folioqs(b),
    spanned(ITER_DISCARD, [[0, b.vpages * b.page]]),
  ];
}

/** Names of the vectors as they stand in a trace. */
export function vecTexts(b: Bounds, needs: Needs): string[] {
  return vecSpecs(b, needs).map(({ text }) => text);
}

function bioVecs(k: Kernel, spans: readonly Span[]): BioVec[] {
  // A segment is named by its first page; `1+0` of an empty one keeps its offset.
  return spans.map(([at, len]) => ({
    page: k.driverPages[Math.floor(at / k.pageSize)] ?? k.driverPages[0],
    offset: at % k.pageSize,
    len,
  }));
}

function folioQueues(k: Kernel, folios: readonly (readonly number[])[]): FolioQueue[] {
  let at = 0;
  return folios.map((sizes) => ({
    slots: sizes.map((size) => {
      const page = k.driverPages[at / k.pageSize];
      at += size;
      return { page, size };
    }),
  }));
}

function ioVecs(k: Kernel, spec: VecSpec): IoVec[] {
  const isKernel = spec.flavour === ITER_KVEC;
  const base = !isKernel ? 0 : spec.isVmalloc === true ? VMALLOC_START : k.driverPages[0].pfn * k.pageSize;
  return spec.spans.map(([at, len]) => ({ base: base + at, len }));
}

function makeVec(k: Kernel, spec: VecSpec, index: number): Vec {
  const { flavour, spans, text } = spec;
  const isIov = flavour === ITER_IOVEC || flavour === ITER_KVEC || flavour === ITER_UBUF;
  return {
    index,
    flavour,
    text,
    iov: isIov ? ioVecs(k, spec) : [],
    bvec: flavour === ITER_BVEC ? bioVecs(k, spans) : [],
    xarray: (spec.present ?? []).map((is, n) => (is ? k.filePages[n] : null)),
    xarrayStart: flavour === ITER_XARRAY ? spans[0][0] : 0,
    folioq: spec.folios === undefined ? [] : folioQueues(k, spec.folios),
    bytes: spans.reduce((sum, [, len]) => sum + len, 0),
  };
}

/** The vectors of other bounds, each length and place of which is `scaled`, over the kernel's pages. */
export function makeScaledVecs(k: Kernel, bounds: Bounds, scaled: (n: number) => number): Vec[] {
  return vecSpecs(bounds, k.needs).map((spec, index) => {
    const spans = spec.spans.map(([at, len]): Span => [scaled(at), scaled(at + len) - scaled(at)]);
    const folios = spec.folios?.map((sizes) => sizes.map(scaled));
    return makeVec(k, { ...spec, spans, ...(folios === undefined ? {} : { folios }) }, index);
  });
}

/** The vectors over the kernel's pages; Kernel.vecs. */
export function makeVecs(k: Kernel): Vec[] {
  return vecSpecs(k.bounds, k.needs).map((spec, n) => makeVec(k, spec, n));
}

/** virt_to_page() and vmalloc_to_page(); null where nothing is mapped. */
export function kernelPage(k: Kernel, addr: number): Page | null {
  const n = Math.floor((addr >= VMALLOC_START ? addr - VMALLOC_START : addr) / k.pageSize);
  if (addr >= VMALLOC_START) return k.driverPages[k.driverPages.length - 1 - n] ?? null;
  return k.pages[n] ?? null;
}

/** is_vmalloc_addr() */
export function isVmallocAddr(addr: number): boolean {
  return addr >= VMALLOC_START;
}
