/**
 * iov_iter_get_pages2() beside iov_iter_extract_pages(), on the same iterator: the same pages,
 * held in another way. The one takes a reference of each page, the other a pin of each page of
 * the user's and nothing of the kernel's.
 */
import type { Held, IovIter, Lab, PageList } from '#iov/index.js';
import { EFAULT, FOLL_WRITE, ITER_DEST, ITER_SOURCE } from '#iov/index.js';
import { expect } from 'vitest';
import type { Case } from './case.js';
import { BUFSIZE, NPAGES, PAGE } from './ranges.js';
import type { Shape } from './shapes.js';
import { isUser, SHAPES_WITHOUT_EMPTY } from './shapes.js';

const names = ({ pages }: PageList): (string | undefined)[] => pages.map((page) => page?.name);

/** What is held where each page of a list is held once, so. */
const eachOf = (lab: Lab, list: PageList, refs: number, pins: number): Held[] =>
  lab.covered(list).map((page) => ({ page: page?.name ?? '', refs, pins }));

const standing = ({ count, nrSegs, iovOffset }: IovIter): number[] => [count, nrSegs, iovOffset];

function beside(lab: Lab, shape: Shape, direction: number): void {
  const iter = lab.iter(direction, shape.vec(lab));
  const copy = lab.copyOf(iter);
  const got = lab.getPages(iter, 100 * 1024, 40);
  expect(got.ret).toBeGreaterThan(0);
  expect(byName(lab.held())).toEqual(byName(eachOf(lab, got, 1, 0)));
  const extracted = lab.extractPages(copy, 100 * 1024, 40);
  expect([extracted.ret, extracted.start]).toEqual([got.ret, got.start]);
  expect(names(extracted)).toEqual(names(got));
  expect(standing(copy)).toEqual(standing(iter));
  const pins = isUser(shape) ? 1 : 0;
  expect(byName(lab.held())).toEqual(byName(eachOf(lab, got, 1, pins)));
  lab.putPages(got);
  expect(byName(lab.held())).toEqual(pins === 0 ? [] : byName(eachOf(lab, extracted, 0, 1)));
  if (pins === 1) lab.unpinPages(extracted);
  expect(lab.held()).toEqual([]);
}

const byName = (held: readonly Held[]): Held[] => [...held].sort((a, b) => (a.page < b.page ? -1 : 1));

const besides: Case[] = SHAPES_WITHOUT_EMPTY.filter(({ flavour }) => flavour !== 'kvec').flatMap((shape) =>
  (
    [
      ['destination', ITER_DEST],
      ['source', ITER_SOURCE],
    ] as const
  ).map(
    ([name, direction]): Case => ({
      name: `get_pages2 beside extract_pages on ${shape.name}, a ${name}`,
      needs: [shape.init, 'iovIterGetPages', 'iovIterExtractPages'],
      unless: shape.name === 'bvec of many pages, without empty segments' ? ['bvecs-in-one-list'] : [],
      run: (lab) => beside(lab, shape, direction),
    }),
  ),
);

/** Kernel addresses: the one refuses them, the other lists them. */
function kvecs(lab: Lab): void {
  for (const { base, pages } of [lab.direct, lab.vmalloc]) {
    const iter = lab.iter(ITER_DEST, lab.kvec([[base + 5, 3 * PAGE]]));
    expect(lab.getPages(iter, BUFSIZE, NPAGES).ret).toBe(-EFAULT);
    expect(iter.count).toBe(3 * PAGE);
    const list = lab.extractPages(iter, BUFSIZE, NPAGES);
    expect([list.ret, list.start]).toEqual([3 * PAGE, 5]);
    expect(lab.covered(list)).toEqual(pages.slice(0, 4));
    expect(lab.held()).toEqual([]);
  }
}

function discards(lab: Lab): void {
  const iter = lab.iter(ITER_DEST, lab.discard(BUFSIZE));
  expect(lab.getPages(iter, BUFSIZE, NPAGES).ret).toBe(-EFAULT);
  expect(lab.getPagesAlloc(iter, BUFSIZE).ret).toBe(-EFAULT);
  if (lab.has('iovIterExtractPages')) expect(lab.extractPages(iter, BUFSIZE, NPAGES).ret).toBe(-EFAULT);
  expect([iter.count, lab.arrays]).toEqual([BUFSIZE, 0]);
}

/** 256 pages in one call, each with a reference, in an array that the caller has to free. */
function getAll(lab: Lab): void {
  const iter = lab.iter(ITER_DEST, lab.ubuf(1, BUFSIZE - 1));
  const list = lab.getPagesAlloc(iter, BUFSIZE);
  expect([list.ret, list.start, list.isAllocated, iter.count]).toEqual([BUFSIZE - 1, 1, true, 0]);
  expect(list.pages).toEqual(lab.user.pages);
  expect(lab.held()).toEqual(eachOf(lab, list, 1, 0));
  lab.putPages(list);
  expect([lab.held(), lab.arrays]).toEqual([[], 1]);
  lab.kvfree(list);
  expect(lab.arrays).toBe(0);
}

/** The pin of an order-0 page is 1024 references, of a large folio one reference and an exact count. */
function bias(lab: Lab): void {
  const iter = lab.iter(ITER_SOURCE, lab.ubuf(0, 4 * PAGE));
  const before = lab.user.pages.slice(0, 4).map(({ head }) => head.refcount);
  const list = lab.extractPages(iter, 4 * PAGE, 4);
  const taken = lab.user.pages.slice(0, 4).map(({ head }, n) => head.refcount - before[n]);
  const isLarge = lab.k.bounds.order === 1;
  expect(taken).toEqual(isLarge ? [2, 2, 2, 2] : [1024, 1024, 1024, 1024]);
  expect(lab.user.pages.slice(0, 4).map(({ head }) => head.pincount)).toEqual(isLarge ? [2, 2, 2, 2] : [0, 0, 0, 0]);
  lab.unpinPages(list);
  expect(lab.held()).toEqual([]);
}

/** The references of a multi-page bvec are on the folio that each page belongs to. */
function bvecFolios(lab: Lab): void {
  const iter = lab.iter(ITER_DEST, lab.bvec([{ page: 1, offset: 0, len: 4 * PAGE }]));
  const list = lab.getPages(iter, BUFSIZE, NPAGES);
  expect(lab.covered(list)).toEqual(lab.direct.pages.slice(1, 5));
  expect(lab.held()).toEqual([
    { page: 'K0', refs: 1, pins: 0 },
    { page: 'K2', refs: 2, pins: 0 },
    { page: 'K4', refs: 1, pins: 0 },
  ]);
  lab.putPages(list);
  expect(lab.held()).toEqual([]);
}

/** A bvec whose first segment is empty: 0 bytes, and a reference that nobody is told of. */
function emptyBvec(lab: Lab): void {
  const iter = lab.iter(
    ITER_DEST,
    lab.bvec([
      { page: 0, offset: 2, len: 0 },
      { page: 1, offset: 0, len: PAGE },
    ]),
  );
  expect(lab.getPages(iter, PAGE, 8).ret).toBe(0);
  expect(lab.held()).toEqual([{ page: 'K0', refs: 1, pins: 0 }]);
  expect(iter.count).toBe(PAGE);
}

/** What tools/testing/selftests/mm/gup_test.c asks of pin_user_pages_fast(): pinned while pinned, all of 1 MiB. */
function gupTest(lab: Lab): void {
  const { k } = lab;
  const isPinned = (): boolean[] => lab.user.pages.map((page) => lab.call('folioMaybeDmaPinned', page));
  const all = (is: boolean): boolean[] => lab.user.pages.map(() => is);
  k.pagesArrayMax = NPAGES;
  for (const flags of [0, FOLL_WRITE]) {
    expect(lab.call('getUserPagesFast', 0, NPAGES, flags)).toBe(NPAGES);
    expect(k.pagesArray.slice(0, NPAGES)).toEqual(lab.user.pages);
    expect(isPinned()).toEqual(all(false));
    expect(lab.call('pinUserPagesFast', 0, NPAGES, flags)).toBe(NPAGES);
    expect(isPinned()).toEqual(all(true));
    for (const page of lab.user.pages) lab.call('unpinUserPage', page);
    expect(isPinned()).toEqual(all(false));
    const list: PageList = { ret: BUFSIZE, start: 0, pages: lab.user.pages, isAllocated: false };
    lab.putPages(list);
    expect(lab.held()).toEqual([]);
  }
}

export const REFERENCES: readonly Case[] = [
  { name: 'gup_test', needs: ['pinUserPagesFast', 'folioMaybeDmaPinned'], run: gupTest },
  ...besides,
  { name: 'kvec: refused by get_pages2, listed by extract_pages', needs: ['iovIterExtractPages'], run: kvecs },
  { name: 'discard: no pages', needs: ['iovIterDiscard', 'iovIterGetPages'], run: discards },
  { name: 'hundreds of pages in one array', needs: ['iovIterUbuf', 'iovIterGetPagesAlloc'], run: getAll },
  { name: 'a pin is 1024 references', needs: ['iovIterExtractPages', 'iovIterUbuf'], run: bias },
  {
    name: 'a pin of a large folio is counted',
    size: { order: 1 },
    needs: ['iovIterExtractPages', 'iovIterUbuf'],
    run: bias,
  },
  { name: 'references of a bvec over large folios', size: { order: 1 }, needs: ['iovIterGetPages'], run: bvecFolios },
  { name: 'get_pages2 on a bvec that begins with an empty segment', needs: ['iovIterGetPages'], run: emptyBvec },
];
