import { describe, expect, it } from 'vitest';
import { ENOMEM } from '#iov/model/errno.js';
import { FOLL_GET, FOLL_PIN, Vma, Writer } from '#iov/model/kernel.js';
import {
  CHILD,
  DESTINATION,
  leaked,
  PARENT,
  PINNED_DESTINATION,
  PINNED_SOURCE,
  parentWithPage,
  Processes,
  RULES,
  SOURCE,
  PARENT_LATER,
} from './processes.js';

/** What became of page X, which the parent and (unless hold is 0) a device had before the fork. */
interface Fate {
  /** The child's page is X after fork. */
  readonly isShared: boolean;
  /** The parent's write, the child's write: into X, or into a copy. */
  readonly parentWrites: 'X' | 'copy';
  readonly childWrites: 'X' | 'copy';
  /** What the device reads in X at the end. */
  readonly deviceReads: number;
}

function fate(cow: (typeof RULES)[number], order: number, hold: number): Fate {
  const p = parentWithPage({ cow, order });
  const x = p.page(PARENT);
  if (hold !== 0) expect(p.take(PARENT, hold)).toBe(x);
  expect(p.fork()).toBe(0);
  const isShared = p.page(CHILD) === x;
  expect(p.load(CHILD)).toBe(Writer.Parent);
  expect(p.store(PARENT, PARENT_LATER)).toBe(0);
  const parentWrites = p.page(PARENT) === x ? 'X' : 'copy';
  expect(p.store(CHILD, Writer.Child)).toBe(0);
  const childWrites = p.page(CHILD) === x ? 'X' : 'copy';
  const deviceReads = x.data[0];
  // Whatever the device is told, processes never see each other's data.
  expect([p.load(PARENT), p.load(CHILD)]).toEqual([PARENT_LATER, Writer.Child]);
  if (hold !== 0) p.release(x, hold);
  p.exit(PARENT);
  p.exit(CHILD);
  expect(leaked(p.k)).toEqual([]);
  return { isShared, parentWrites, childWrites, deviceReads };
}

const shared = (childWrites: 'X' | 'copy', deviceReads: number): Fate => ({
  isShared: true,
  parentWrites: 'copy',
  childWrites,
  deviceReads,
});
const copiedForTheChild: Fate = {
  isShared: false,
  parentWrites: 'X',
  childWrites: 'copy',
  deviceReads: PARENT_LATER,
};
const inPlace = shared('X', Writer.Child);
const frozen = shared('copy', Writer.Parent);

describe.each([0, 1])('fork, with folios of order %i of which one page is mapped', (order) => {
  it.each([
    ['mapcount', 0, inPlace],
    ['mapcount', DESTINATION, inPlace],
    ['mapcount', SOURCE, inPlace],
    ['mapcount', PINNED_DESTINATION, inPlace],
    ['mapcount', PINNED_SOURCE, inPlace],
    ['refcount', 0, inPlace],
    ['refcount', DESTINATION, frozen],
    ['refcount', SOURCE, frozen],
    ['refcount', PINNED_DESTINATION, copiedForTheChild],
    ['refcount', PINNED_SOURCE, copiedForTheChild],
    ['exclusive', 0, inPlace],
    ['exclusive', DESTINATION, frozen],
    ['exclusive', SOURCE, frozen],
    ['exclusive', PINNED_DESTINATION, copiedForTheChild],
    ['exclusive', PINNED_SOURCE, copiedForTheChild],
  ] as const)('%s, held with flags %i', (cow, hold, expected) => {
    expect(fate(cow, order, hold)).toEqual(expected);
  });

  it.each(RULES)('%s: a page that the device only has a reference on is lost to the parent that writes', (cow) => {
    const p = parentWithPage({ cow, order });
    const x = p.take(PARENT, DESTINATION);
    p.fork();
    p.store(PARENT, PARENT_LATER);
    x.data.fill(Writer.Device);
    expect(p.load(PARENT)).toBe(PARENT_LATER);
    // The child, which never wrote, finds it.
    expect(p.load(CHILD)).toBe(Writer.Device);
  });

  it.each(['refcount', 'exclusive'] as const)('%s: a pinned page stays the parent’s', (cow) => {
    const p = parentWithPage({ cow, order });
    const x = p.take(PARENT, PINNED_DESTINATION);
    p.fork();
    p.store(PARENT, PARENT_LATER);
    x.data.fill(Writer.Device);
    expect([p.load(PARENT), p.load(CHILD)]).toEqual([Writer.Device, Writer.Parent]);
  });
});

describe('a folio of two, both pages mapped', () => {
  it('is one allocation, one reference for each mapping', () => {
    const p = new Processes({ order: 1 }).map(0).map(1);
    p.store(PARENT, Writer.Parent, 1);
    const head = p.page(PARENT, 0);
    expect(p.page(PARENT, 1).head).toBe(head);
    expect(head.refcount).toBe(2);
    expect([head.isAnonExclusive, p.page(PARENT, 1).isAnonExclusive]).toEqual([true, true]);
    p.munmap(PARENT, 0);
    expect([head.refcount, p.load(PARENT, 1)]).toEqual([1, Writer.Parent]);
    p.munmap(PARENT, 1);
    expect(leaked(p.k)).toEqual([]);
  });

  it.each(RULES)('%s: a write copies while the other page is shared', (cow) => {
    const p = new Processes({ order: 1, cow }).map(0).map(1);
    p.store(PARENT, Writer.Parent, 0);
    const x = p.page(PARENT, 0);
    p.fork();
    p.store(PARENT, PARENT_LATER, 0);
    p.store(CHILD, Writer.Child, 0);
    expect(p.page(CHILD, 0)).not.toBe(x);
    expect(p.page(CHILD, 1)).toBe(p.page(PARENT, 1));
    p.exit(PARENT);
    p.exit(CHILD);
    expect(leaked(p.k)).toEqual([]);
  });

  it('a pin of one page has fork copy both', () => {
    const p = new Processes({ order: 1 }).map(0).map(1);
    p.store(PARENT, Writer.Parent, 0);
    const x = p.take(PARENT, PINNED_DESTINATION, 1);
    expect([x.head.refcount, x.head.pincount]).toEqual([3, 1]);
    p.fork();
    expect(p.page(CHILD, 0).head).not.toBe(x.head);
    expect(p.page(CHILD, 1).head).not.toBe(x.head);
    p.release(x, FOLL_PIN);
    expect([x.head.refcount, x.head.pincount]).toEqual([2, 0]);
  });
});

describe('fork', () => {
  it('leaves a shared mapping of the file to the faults of the child', () => {
    const p = new Processes().map(0, Vma.SharedFile).map(1, Vma.PrivateFile);
    p.store(PARENT, Writer.Parent, 0);
    p.load(PARENT, 1);
    p.fork();
    expect([p.k.mms[CHILD].ptes[0].page, p.page(CHILD, 1)]).toEqual([null, p.k.filePages[1]]);
    expect(p.k.mms[PARENT].ptes[0].isWritable).toBe(true);
    expect(p.load(CHILD, 0)).toBe(Writer.Parent);
  });

  it('that has no memory for a copy leaves no child, and the parent what it had', () => {
    const p = parentWithPage().map(1);
    p.store(PARENT, Writer.Parent, 1);
    p.take(PARENT, PINNED_DESTINATION, 1);
    p.k.oom = 0;
    expect(p.fork()).toBe(-ENOMEM);
    expect([p.k.mms[CHILD].isAlive, p.page(PARENT, 0).refcount]).toEqual([false, 1]);
    expect(p.k.mms[CHILD].vma).toEqual([Vma.None, Vma.None]);
    // Shared for a moment, no longer known as exclusive: the next write finds the only reference, and keeps the page.
    const x = p.page(PARENT, 0);
    p.store(PARENT, PARENT_LATER, 0);
    expect(p.page(PARENT, 0)).toBe(x);
  });

  it('gives the child no pins, and writable copies only of what may be written', () => {
    const p = parentWithPage();
    p.take(PARENT, PINNED_DESTINATION);
    p.k.mms[PARENT].vma[0] = Vma.ReadOnlyAnon;
    p.k.mms[CHILD].hasPinned = true;
    p.fork();
    expect([p.k.mms[PARENT].hasPinned, p.k.mms[CHILD].hasPinned]).toEqual([true, false]);
    expect(p.k.mms[CHILD].ptes[0].isWritable).toBe(false);
  });

  it('5.9 copies a pinned page of a file, 5.19 shares it', () => {
    for (const [cow, isShared] of [
      ['refcount', false],
      ['exclusive', true],
    ] as const) {
      const p = new Processes({ cow }).map(0, Vma.PrivateFile);
      const file = p.take(PARENT, PINNED_SOURCE);
      p.fork();
      expect(p.page(CHILD) === file).toBe(isShared);
    }
  });

  it('takes as many references for a pin (PIN-FALSEPOS), but only of a process that has ever pinned', () => {
    for (const hasPinned of [false, true]) {
      const p = parentWithPage({ bias: 4 }).map(1);
      const x = p.page(PARENT);
      for (let n = 0; n < 3; n++) p.take(PARENT, FOLL_GET);
      expect(p.k.fn.folioMaybeDmaPinned(p.k, x)).toBe(true);
      if (hasPinned) p.release(p.take(PARENT, PINNED_SOURCE, 1), FOLL_PIN);
      p.fork();
      expect(p.page(CHILD) === x).toBe(!hasPinned);
    }
  });

  it('never takes references for a pin of a larger folio', () => {
    const p = parentWithPage({ bias: 2, order: 1 });
    for (let n = 0; n < 3; n++) p.take(PARENT, FOLL_GET);
    expect(p.k.fn.folioMaybeDmaPinned(p.k, p.page(PARENT))).toBe(false);
  });
});
