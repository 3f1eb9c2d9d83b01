/** Iterators of each flavour over real sizes, and the places of their bytes by another way than their own. */
import type { FunctionName, Lab, LabMemory, LabSegment, Vec } from '#iov/index.js';
import type { PagePart } from './ranges.js';
import { BUFSIZE, merged, NPAGES, PAGE, PAGE_PARTS, RANGES } from './ranges.js';

export type Flavour = 'iovec' | 'ubuf' | 'kvec' | 'bvec' | 'xarray' | 'folioq';

export interface Shape {
  readonly name: string;
  readonly flavour: Flavour;
  /** The constructor that a design has to have. */
  readonly init: FunctionName;
  /** Places of its bytes in `memory`, in its order. */
  readonly spans: readonly LabSegment[];
  /** A segment of a bvec runs over several pages. */
  readonly isMultiPage?: boolean;
  memory(lab: Lab): LabMemory;
  vec(lab: Lab): Vec;
}

const isFull = ([, len]: LabSegment): boolean => len > 0;

/** Whether some segment has no byte. */
export const hasEmpty = ({ spans }: Shape): boolean => !spans.every(isFull);

/** Whether the first segment has no byte. */
export const beginsEmpty = ({ spans }: Shape): boolean => !isFull(spans[0]);

const atBase = (memory: LabMemory, spans: readonly LabSegment[]): LabSegment[] =>
  spans.map(([at, len]) => [memory.base + at, len]);

function iovec(name: string, spans: readonly LabSegment[]): Shape {
  const memory = (lab: Lab): LabMemory => lab.user;
  return { name, flavour: 'iovec', init: 'iovIterInit', spans, memory, vec: (lab) => lab.iovec(spans) };
}

function kvec(name: string, area: 'direct' | 'vmalloc', spans: readonly LabSegment[]): Shape {
  const memory = (lab: Lab): LabMemory => lab[area];
  const vec = (lab: Lab): Vec => lab.kvec(atBase(lab[area], spans));
  return { name, flavour: 'kvec', init: 'iovIterKvec', spans, memory, vec };
}

function bvec(name: string, parts: readonly PagePart[]): Shape {
  const spans = parts.map(({ page, offset, len }): LabSegment => [page * PAGE + offset, len]);
  const isMultiPage = parts.some(({ offset, len }) => offset + len > PAGE);
  const memory = (lab: Lab): LabMemory => lab.direct;
  const vec = (lab: Lab): Vec => lab.bvec(parts);
  return { name, flavour: 'bvec', init: 'iovIterBvec', spans, isMultiPage, memory, vec };
}

/** Sizes of folios by segment, all of the driver's pages from the first on. */
function folioq(name: string, folios: readonly (readonly number[])[]): Shape {
  const bytes = folios.flat().reduce((sum, size) => sum + size, 0);
  const memory = (lab: Lab): LabMemory => lab.direct;
  const vec = (lab: Lab): Vec => lab.folioq(folios);
  return { name, flavour: 'folioq', init: 'iovIterFolioQueue', spans: [[0, bytes]], memory, vec };
}

/** `n` single pages, in segments of as many slots as a folio_queue has. */
export function singlePages(n: number, slots = 31): number[][] {
  const segments: number[][] = [];
  for (let at = 0; at < n; at += slots) segments.push(Array.from({ length: Math.min(slots, n - at) }, () => PAGE));
  return segments;
}

/** Segments that begin beyond their first page, and end where others begin. */
const LARGE_PARTS: readonly PagePart[] = [
  { page: 0, offset: 0x20010, len: 0x7fff1 },
  { page: 200, offset: 0xfff, len: 0x2002 },
  { page: 255, offset: 0x800, len: 0 },
  { page: 10, offset: 0, len: 0x15000 },
];

const FOLIOS = [[PAGE, 16 * PAGE, 2 * PAGE], [64 * PAGE], [8 * PAGE, PAGE, PAGE, 32 * PAGE]];

export const IOVEC = iovec('iovec', RANGES);
export const UBUF: Shape = {
  name: 'ubuf',
  flavour: 'ubuf',
  init: 'iovIterUbuf',
  spans: [[0x193, 0xffe00]],
  memory: (lab) => lab.user,
  vec: (lab) => lab.ubuf(0x193, 0xffe00),
};
export const KVEC = kvec('kvec', 'direct', RANGES);
export const KVEC_VMALLOC = kvec('kvec of vmalloc memory', 'vmalloc', RANGES);
export const BVEC = bvec('bvec', PAGE_PARTS);
export const BVEC_MERGED = bvec('bvec of merged pages', merged(PAGE_PARTS));
export const BVEC_LARGE = bvec('bvec of many pages', LARGE_PARTS);
export const XARRAY: Shape = {
  name: 'xarray',
  flavour: 'xarray',
  init: 'iovIterXarray',
  spans: [[0x5193, BUFSIZE - 0x5193 - 5]],
  memory: (lab) => lab.file,
  vec: (lab) => lab.xarray({ start: 0x5193, bytes: BUFSIZE - 0x5193 - 5 }),
};
export const FOLIOQ = folioq('folioq', singlePages(NPAGES));
export const FOLIOQ_LARGE = folioq('folioq of large folios', FOLIOS);

export const SHAPES: readonly Shape[] = [
  IOVEC,
  UBUF,
  KVEC,
  KVEC_VMALLOC,
  BVEC,
  BVEC_MERGED,
  BVEC_LARGE,
  XARRAY,
  FOLIOQ,
  FOLIOQ_LARGE,
];

/** One of each flavour, for what does not depend on how pages lie. */
export const ONE_OF_EACH: readonly Shape[] = [IOVEC, UBUF, KVEC, BVEC_MERGED, XARRAY, FOLIOQ];

/** The same without its empty segments. */
export const SHAPES_WITHOUT_EMPTY: readonly Shape[] = [
  iovec('iovec without empty segments', RANGES.filter(isFull)),
  UBUF,
  kvec('kvec without empty segments', 'direct', RANGES.filter(isFull)),
  kvec('kvec of vmalloc memory, without empty segments', 'vmalloc', RANGES.filter(isFull)),
  bvec(
    'bvec without empty segments',
    PAGE_PARTS.filter(({ len }) => len > 0),
  ),
  bvec(
    'bvec of many pages, without empty segments',
    LARGE_PARTS.filter(({ len }) => len > 0),
  ),
  XARRAY,
  FOLIOQ,
  FOLIOQ_LARGE,
];

export const isUser = ({ flavour }: Shape): boolean => flavour === 'iovec' || flavour === 'ubuf';

/** Flavours whose iterators count segments. */
export const hasSegs = ({ flavour }: Shape): boolean => flavour === 'iovec' || flavour === 'kvec' || flavour === 'bvec';
