/**
 * What goes wrong in the middle: user memory that faults, a machine check in the source, a
 * hole in the file, an allocation that fails; and copies between pages, whose bytes may not
 * leave their folio.
 */
import type { CopyName, Lab, PageList } from '#iov/index.js';
import { EFAULT, ENOMEM, ITER_DEST, ITER_SOURCE } from '#iov/index.js';
import { expect } from 'vitest';
import type { Case } from './case.js';
import { BUFSIZE, difference, gathered, NPAGES, OTHER, PAGE, patterned, PRIME, scattered, total } from './ranges.js';
import type { Shape } from './shapes.js';
import { IOVEC, ONE_OF_EACH, UBUF } from './shapes.js';

/** Addresses at which memory ends: inside and at the ends of pages, in each larger range. */
const FAULTS = [0x1000, 0x5193, 0x22345, 0x80000, 0xffff0] as const;

/** Bytes of a shape in front of an address; its ranges ascend. */
const inFrontOf = (shape: Shape, fault: number): number =>
  total(shape.spans.map(([at, len]) => [at, Math.max(0, Math.min(len, fault - at))]));

/** A copy is short by what lies behind the fault; what is done again later is the rest. */
function faultIn(lab: Lab, shape: Shape, name: CopyName): void {
  const direction = name === 'copyToIter' ? ITER_DEST : ITER_SOURCE;
  for (const fault of FAULTS) {
    lab.user.write(0, patterned(PRIME));
    const scratch = direction === ITER_DEST ? patterned(OTHER) : new Uint8Array(BUFSIZE);
    const iter = lab.iter(direction, shape.vec(lab));
    const size = iter.count;
    const first = inFrontOf(shape, fault);
    expect(lab.next({ userFault: fault }).copy(name, scratch, size, iter)).toBe(first);
    expect(iter.count).toBe(size - first);
    if (direction === ITER_DEST) expect(difference(lab.user.read(fault), patterned(PRIME).subarray(fault))).toBe('');
    expect(lab.copy(name, scratch.subarray(first), size - first, iter)).toBe(size - first);
    expect(difference(gathered(shape.spans, lab.user.read()), scratch.subarray(0, size))).toBe('');
  }
}

/** Pages up to the one that is not there; an error only where the first one is missing. */
function partialPages(
  lab: Lab,
  take: (lab: Lab, i: ReturnType<Lab['iter']>) => PageList,
  drop: 'putPages' | 'unpinPages',
): void {
  const iter = lab.iter(ITER_DEST, lab.ubuf(0x123, 100 * PAGE));
  const list = take(lab.next({ userFault: 40 * PAGE + 17 }), iter);
  expect([list.ret, list.start]).toEqual([40 * PAGE - 0x123, 0x123]);
  expect(lab.covered(list)).toEqual(lab.user.pages.slice(0, 40));
  expect(lab.held()).toHaveLength(40);
  expect(iter.count).toBe(60 * PAGE + 0x123);
  lab[drop](list);
  expect(take(lab.next({ userFault: 40 * PAGE }), iter).ret).toBe(-EFAULT);
  expect(iter.count).toBe(60 * PAGE + 0x123);
  expect(lab.held()).toEqual([]);
}

/** Touched are the first byte and the first of each page behind it. */
function faultedIn(lab: Lab): void {
  const [at, bytes] = [0x193, 0x80000];
  for (const name of ['iovIterFaultInReadable', 'faultInIovIterWriteable'] as const) {
    for (const fault of FAULTS) {
      const iter = lab.iter(ITER_DEST, lab.ubuf(at, bytes));
      const missed = fault <= at ? at : Math.ceil(fault / PAGE) * PAGE;
      expect(lab.next({ userFault: fault }).call(name, iter, bytes)).toBe(Math.max(0, at + bytes - missed));
      expect(lab.call(name, iter, bytes)).toBe(0);
      expect(iter.count).toBe(bytes);
    }
  }
}

/** What lies before the machine check arrives, in each flavour, and the iterator stands there. */
function machineCheck(lab: Lab, shape: Shape): void {
  for (const poison of [0, 0x333, PAGE, 0x9001]) {
    const memory = shape.memory(lab).clear();
    const scratch = patterned(PRIME);
    const iter = lab.iter(ITER_DEST, shape.vec(lab));
    const size = iter.count;
    const copied = lab.next({ poison }).copy('copyMcToIter', scratch, size, iter);
    expect(copied).toBe(Math.min(poison, size));
    expect(iter.count).toBe(size - copied);
    expect(difference(memory.read(), scattered(shape.spans, scratch.subarray(0, copied)))).toBe('');
  }
}

/** Page by page out of a file into an iterator, at odd places; and the other way. */
function pages(lab: Lab, shape: Shape, isTo: boolean): void {
  const memory = shape.memory(lab).write(0, patterned(PRIME));
  // Pages of a kind that the iterator does not walk over.
  const other = memory === lab.file ? lab.direct : lab.file;
  other.write(0, patterned(OTHER));
  const iter = lab.iter(isTo ? ITER_DEST : ITER_SOURCE, shape.vec(lab));
  const before = gathered(shape.spans, patterned(PRIME));
  const wanted = new Uint8Array(iter.count);
  let done = 0;
  for (let n = 0; iter.count > 0; n++) {
    const [at, bytes] = [(n * 37) % PAGE, Math.min(PAGE - ((n * 37) % PAGE), iter.count)];
    const page = other.pages[n % NPAGES];
    wanted.set(isTo ? page.data.subarray(at, at + bytes) : before.subarray(done, done + bytes), done);
    expect(lab.call(isTo ? 'copyPageToIter' : 'copyPageFromIter', page, at, bytes, iter)).toBe(bytes);
    if (!isTo) expect(difference(page.data.subarray(at, at + bytes), wanted.subarray(done, done + bytes))).toBe('');
    done += bytes;
  }
  expect(difference(gathered(shape.spans, memory.read()), wanted)).toBe('');
}

/** Bytes that leave the folio are refused with a WARN; in a folio of two pages they stay inside. */
function saneCopy(lab: Lab): void {
  const iter = lab.iter(ITER_DEST, lab.ubuf(0, BUFSIZE));
  const inside = lab.k.bounds.order === 1;
  expect(lab.call('copyPageToIter', lab.direct.pages[0], PAGE - 1, 2, iter)).toBe(inside ? 2 : 0);
  expect(lab.warned).toBe(inside ? '' : 'page_copy_sane');
  expect(lab.call('copyPageToIter', lab.direct.pages[1], PAGE - 1, 2, iter)).toBe(0);
  expect(lab.warned).toBe('page_copy_sane');
}

/** A hole ends a list of pages; where the first page is missing there is none. */
function holes(lab: Lab): void {
  const iter = lab.iter(ITER_DEST, lab.xarray({ start: 3 * PAGE + 5, bytes: 100 * PAGE, holes: [50] }));
  const list = lab.getPages(iter, BUFSIZE, NPAGES);
  expect([list.ret, list.start]).toEqual([47 * PAGE - 5, 5]);
  expect(lab.covered(list)).toEqual(lab.file.pages.slice(3, 50));
  lab.putPages(list);
  expect(lab.getPages(iter, BUFSIZE, NPAGES).ret).toBe(0);
  const again = lab.iter(ITER_DEST, lab.xarray({ start: 7 * PAGE, bytes: 3 * PAGE }));
  const retried = lab.next({ xaRetry: 8 }).getPages(again, BUFSIZE, NPAGES);
  expect(lab.covered(retried)).toEqual(lab.file.pages.slice(7, 10));
  lab.putPages(retried);
  expect(lab.held()).toEqual([]);
}

/** No array, no pages, and the iterator has not moved. */
function noMemory(lab: Lab): void {
  const iter = lab.iter(ITER_DEST, lab.ubuf(0, BUFSIZE));
  expect(lab.next({ oom: 0 }).getPagesAlloc(iter, BUFSIZE).ret).toBe(-ENOMEM);
  if (lab.has('iovIterExtractPages')) {
    expect(lab.next({ oom: 0 }).extractPagesAlloc(iter, BUFSIZE, NPAGES).ret).toBe(-ENOMEM);
  }
  expect([iter.count, lab.held(), lab.arrays]).toEqual([BUFSIZE, [], 0]);
}

/** Since 6.2: a copy to a source, or from a destination, is warned about and copies nothing. */
function wrongDirection(lab: Lab, shape: Shape): void {
  for (const [name, direction] of [
    ['copyToIter', ITER_SOURCE],
    ['copyFromIter', ITER_DEST],
  ] as const) {
    const iter = lab.iter(direction, shape.vec(lab));
    expect(lab.copy(name, new Uint8Array(PAGE), PAGE, iter)).toBe(0);
    expect(lab.warned).toBe(name === 'copyToIter' ? 'copy_to_iter' : 'copy_from_iter');
    expect(iter.count).toBe(total(shape.spans));
  }
}

function casesOf(shape: Shape): Case[] {
  const { name, init } = shape;
  return [
    { name: `machine check: ${name}`, needs: [init, 'copyMcToIter'], run: (lab) => machineCheck(lab, shape) },
    { name: `pages to ${name}`, needs: [init, 'copyPageToIter'], run: (lab) => pages(lab, shape, true) },
    { name: `pages from ${name}`, needs: [init, 'copyPageFromIter'], run: (lab) => pages(lab, shape, false) },
    {
      name: `wrong direction: ${name}`,
      needs: [init, 'copyToIter', 'copyFromIter'],
      unless: ['any-direction'],
      run: (lab) => wrongDirection(lab, shape),
    },
  ];
}

const faulting: Case[] = [IOVEC, UBUF].flatMap((shape) =>
  (['copyToIter', 'copyFromIter', 'copyFromIterNocache'] as const).map(
    (name): Case => ({
      name: `fault in ${name}: ${shape.name}`,
      needs: [shape.init, name],
      run: (lab) => faultIn(lab, shape, name),
    }),
  ),
);

export const FAULTY: readonly Case[] = [
  ...ONE_OF_EACH.flatMap(casesOf),
  ...faulting,
  {
    name: 'fault in get_pages2',
    needs: ['iovIterUbuf', 'iovIterGetPages'],
    run: (lab) => partialPages(lab, (l, i) => l.getPages(i, BUFSIZE, NPAGES), 'putPages'),
  },
  {
    name: 'fault in extract_pages',
    needs: ['iovIterUbuf', 'iovIterExtractPages'],
    run: (lab) => partialPages(lab, (l, i) => l.extractPages(i, BUFSIZE, NPAGES), 'unpinPages'),
  },
  { name: 'fault_in_iov_iter', needs: ['faultInIovIterWriteable', 'iovIterUbuf'], run: faultedIn },
  { name: 'bytes within a page', needs: ['copyPageToIter', 'iovIterUbuf'], run: saneCopy },
  { name: 'bytes within a folio', size: { order: 1 }, needs: ['copyPageToIter', 'iovIterUbuf'], run: saneCopy },
  { name: 'holes and retry entries', needs: ['iovIterXarray', 'iovIterGetPages'], run: holes },
  { name: 'no memory for the array', needs: ['iovIterUbuf', 'iovIterGetPagesAlloc'], run: noMemory },
];
