/**
 * Pages taken from an iterator in steps, as the kernel's tests of iov_iter_extract_pages() do:
 * at most 100 KiB and eight entries a call, each entry the page that the next byte is in, and
 * nothing written behind them. Beyond those tests: each call gives all that it can, user pages
 * are held by a pin and others not at all, and in the end nobody holds anything. And the same
 * for iov_iter_get_pages2(), which takes references.
 */
import type { Held, IovIter, Lab, LabMemory, LabSegment, PageList } from '#iov/index.js';
import { ITER_DEST, ITER_SOURCE } from '#iov/index.js';
import { expect } from 'vitest';
import type { Case, Trait } from './case.js';
import { NPAGES, PAGE, RANGES, total } from './ranges.js';
import type { Shape } from './shapes.js';
import { beginsEmpty, hasEmpty, hasSegs, isUser, SHAPES, SHAPES_WITHOUT_EMPTY, singlePages } from './shapes.js';

/** How much a caller asks for at a time. */
export interface Asked {
  readonly maxsize: number;
  readonly maxpages: number;
}

const KUNIT_ASKED: Asked = { maxsize: 100 * 1024, maxpages: 8 };
const ALL_ASKED: Asked = { maxsize: 0x7fffffff, maxpages: NPAGES + 1 };

export type Take = (i: IovIter, maxsize: number, maxpages: number) => PageList;

/** The places of an iterator's bytes; `at` is where it stands, `left` what is left of that segment. */
interface Place {
  at: number;
  left: number;
  /** Segments behind it. */
  readonly rest: LabSegment[];
}

function placeOf(spans: readonly LabSegment[]): Place {
  const [first = [0, 0], ...rest] = spans.filter(([, len]) => len > 0);
  return { at: first[0], left: first[1], rest };
}

function move(place: Place, bytes: number): void {
  place.at += bytes;
  place.left -= bytes;
  if (place.left > 0) return;
  const next = place.rest.shift();
  if (next !== undefined) [place.at, place.left] = next;
}

/** One list, entry by entry: the pages that the next bytes are in, and not one more. */
function expectPages(list: PageList, memory: LabMemory, at: number): void {
  expect(list.start).toBe(at % PAGE);
  const n = Math.ceil((list.start + list.ret) / PAGE);
  const first = Math.floor(at / PAGE);
  const names = list.pages.map((page) => page?.name);
  const wanted = names.map((_, e) => (e < n ? memory.pages[first + e].name : undefined));
  expect(names).toEqual(wanted);
}

/** Takes all pages of an iterator over `spans`; returns the lists. */
export function takeAll(
  iter: IovIter,
  memory: LabMemory,
  spans: readonly LabSegment[],
  asked: Asked,
  take: Take,
): PageList[] {
  const lists: PageList[] = [];
  const place = placeOf(spans);
  let size = total(spans);
  expect(iter.count).toBe(size);
  while (size > 0) {
    const list = take(iter, asked.maxsize, asked.maxpages);
    const room = asked.maxpages * PAGE - (place.at % PAGE);
    expect(list.ret).toBe(Math.min(asked.maxsize, room, place.left));
    expectPages(list, memory, place.at);
    size -= list.ret;
    expect(iter.count).toBe(size);
    move(place, list.ret);
    lists.push(list);
  }
  return lists;
}

/** One list that may go on from segment to segment: each of its bytes is where the iterator's next byte is. */
function expectRun(list: PageList, memory: LabMemory, place: Place): void {
  for (let n = 0; n < list.ret; ) {
    const at = list.start + n;
    expect(place.at % PAGE).toBe(at % PAGE);
    expect(list.pages[Math.floor(at / PAGE)]?.name).toBe(memory.pages[Math.floor(place.at / PAGE)].name);
    const part = Math.min(PAGE - (at % PAGE), list.ret - n, place.left);
    move(place, part);
    n += part;
  }
}

/** All pages, each list as long as the kernel will have it, but of a byte at least; with no more than was asked for. */
function extractRuns(lab: Lab, shape: Shape): void {
  const iter = lab.iter(ITER_SOURCE, shape.vec(lab));
  const place = placeOf(shape.spans);
  for (let size = total(shape.spans); size > 0; ) {
    const list = lab.extractPages(iter, KUNIT_ASKED.maxsize, KUNIT_ASKED.maxpages);
    expect(list.ret).toBeGreaterThan(0);
    expect(list.ret).toBeLessThanOrEqual(Math.min(KUNIT_ASKED.maxsize, KUNIT_ASKED.maxpages * PAGE - list.start));
    expectRun(list, shape.memory(lab), place);
    size -= list.ret;
    expect(iter.count).toBe(size);
  }
  expect([lab.held(), lab.arrays]).toEqual([[], 0]);
}

/** What is held where each entry of the lists is one reference, or one pin. */
function heldBy(lab: Lab, lists: readonly PageList[], what: 'refs' | 'pins'): Held[] {
  const entries = new Map<string, number>();
  const add = (name: string): unknown => entries.set(name, (entries.get(name) ?? 0) + 1);
  for (const list of lists) for (const page of lab.covered(list)) add(page?.name ?? 'no page');
  const names = lab.k.pages.map(({ name }) => name).filter((name) => entries.has(name));
  return names.map((page) => ({ page, refs: 0, pins: 0, [what]: entries.get(page) }));
}

/** What is held after extraction is what the flavour is said to hold, and all of it can be dropped again. */
function expectHeld(lab: Lab, iter: IovIter, lists: readonly PageList[], isPinned: boolean): void {
  expect(lab.call('iovIterExtractWillPin', iter)).toBe(isPinned);
  expect(lab.held()).toEqual(isPinned ? heldBy(lab, lists, 'pins') : []);
  if (isPinned) for (const list of lists) lab.unpinPages(list);
  for (const list of lists) lab.kvfree(list);
  expect([lab.held(), lab.arrays]).toEqual([[], 0]);
}

/** iov_iter_get_pages2() the same way: a reference of each page, whoever's it is. */
function getAll(lab: Lab, shape: Shape, direction: number): void {
  const iter = lab.iter(direction, shape.vec(lab));
  const take: Take = (i, maxsize, maxpages) => lab.getPages(i, maxsize, maxpages);
  const lists = takeAll(iter, shape.memory(lab), shape.spans, KUNIT_ASKED, take);
  expect(lab.held()).toEqual(heldBy(lab, lists, 'refs'));
  for (const list of lists) lab.putPages(list);
  expect(lab.held()).toEqual([]);
}

function extractAll(lab: Lab, shape: Shape, direction: number, asked: Asked): void {
  const iter = lab.iter(direction, shape.vec(lab));
  const take: Take = (i, maxsize, maxpages) => lab.extractPages(i, maxsize, maxpages);
  const lists = takeAll(iter, shape.memory(lab), shape.spans, asked, take);
  expect(iter.count).toBe(0);
  if (hasSegs(shape)) expect(iter.nrSegs).toBe(0);
  else if (shape.flavour !== 'folioq') expect(iter.iovOffset).toBe(total(shape.spans));
  expectHeld(lab, iter, lists, isUser(shape));
}

/** The callee allocates: an array of the entries that are needed, which the caller frees. */
function extractAlloc(lab: Lab, shape: Shape): void {
  const iter = lab.iter(ITER_SOURCE, shape.vec(lab));
  const take: Take = (i, maxsize, maxpages) => lab.extractPagesAlloc(i, maxsize, maxpages);
  const lists = takeAll(iter, shape.memory(lab), shape.spans, KUNIT_ASKED, take);
  expect(lab.arrays).toBe(lists.length);
  for (const { pages, start, ret } of lists) expect(pages).toHaveLength(Math.ceil((start + ret) / PAGE));
  expectHeld(lab, iter, lists, isUser(shape));
}

const ENDS: Trait = 'empty-ends-extraction';
const RUNS_ON: Trait = 'bvecs-in-one-list';

/** Segments of a page at most, some of which go on where the last one ends. */
const isOfPages = ({ spans }: Shape): boolean => spans.every(([, len]) => len <= PAGE);

const shapes = [...new Set([...SHAPES, ...SHAPES_WITHOUT_EMPTY])];

function casesOf(shape: Shape): Case[] {
  const rest = {
    needs: [shape.init, 'iovIterExtractPages'],
    unless: [
      ...(beginsEmpty(shape) && (shape.flavour === 'kvec' || shape.flavour === 'bvec') ? [ENDS] : []),
      ...(shape.flavour === 'bvec' && isOfPages(shape) ? [RUNS_ON] : []),
    ],
  } satisfies Partial<Case>;
  return [
    { name: `extract from ${shape.name}`, ...rest, run: (lab) => extractAll(lab, shape, ITER_DEST, KUNIT_ASKED) },
    {
      name: `extract from ${shape.name}, a source`,
      ...rest,
      run: (lab) => extractAll(lab, shape, ITER_SOURCE, KUNIT_ASKED),
    },
    {
      name: `extract from ${shape.name}, as much as there is`,
      ...rest,
      run: (lab) => extractAll(lab, shape, ITER_DEST, ALL_ASKED),
    },
    {
      name: `extract from ${shape.name} into an array of the callee's`,
      ...rest,
      unless: shape.flavour === 'bvec' ? [...new Set([...rest.unless, RUNS_ON])] : rest.unless,
      run: (lab) => extractAlloc(lab, shape),
    },
  ];
}

type Over = (lab: Lab, range: LabSegment) => IovIter;

/** The kernel's ranges one by one, each with an iterator of its own. */
function extractRanges(lab: Lab, memory: LabMemory, isPinned: boolean, over: Over): void {
  for (const range of RANGES) {
    const iter = over(lab, range);
    const take: Take = (i, maxsize, maxpages) => lab.extractPages(i, maxsize, maxpages);
    // An empty range is one call that gives nothing.
    if (range[1] === 0) expect(take(iter, KUNIT_ASKED.maxsize, KUNIT_ASKED.maxpages).ret).toBe(0);
    const lists = takeAll(iter, memory, [range], KUNIT_ASKED, take);
    expectHeld(lab, iter, lists, isPinned);
  }
}

const RANGED: readonly Case[] = [
  {
    name: 'extract from ranges of ubuf',
    needs: ['iovIterUbuf', 'iovIterExtractPages'],
    run: (lab) => extractRanges(lab, lab.user, true, (_, [at, len]) => lab.iter(ITER_SOURCE, lab.ubuf(at, len))),
  },
  {
    name: 'extract from ranges of xarray',
    needs: ['iovIterXarray', 'iovIterExtractPages'],
    run: (lab) =>
      extractRanges(lab, lab.file, false, (_, [at, len]) =>
        lab.iter(ITER_SOURCE, lab.xarray({ start: at, bytes: len })),
      ),
  },
  {
    name: 'extract from ranges of folioq',
    needs: ['iovIterFolioQueue', 'iovIterExtractPages'],
    run: (lab) =>
      extractRanges(lab, lab.direct, false, (_, [at, len]) => {
        const iter = lab.iter(ITER_SOURCE, lab.folioq(singlePages(NPAGES)), at + len);
        lab.call('iovIterAdvance', iter, at);
        return iter;
      }),
  },
];

const got: Case[] = shapes
  .filter((shape) => shape.flavour !== 'kvec' && !(shape.flavour === 'bvec' && hasEmpty(shape)))
  .flatMap((shape): Case[] => {
    const needs = [shape.init, 'iovIterGetPages'] as const;
    return [
      { name: `get pages of ${shape.name}`, needs, run: (lab) => getAll(lab, shape, ITER_DEST) },
      { name: `get pages of ${shape.name}, a source`, needs, run: (lab) => getAll(lab, shape, ITER_SOURCE) },
    ];
  });

const runs: Case[] = shapes
  .filter(({ flavour }) => flavour === 'bvec')
  .map((shape) => ({
    name: `extract from ${shape.name}, in lists of any length`,
    needs: [shape.init, 'iovIterExtractPages'],
    unless: beginsEmpty(shape) ? [ENDS] : [],
    run: (lab) => extractRuns(lab, shape),
  }));

export const EXTRACTION: readonly Case[] = [...shapes.flatMap(casesOf), ...RANGED, ...got, ...runs];
