import { describe, expect, it } from 'vitest';
import { EFAULT, ENOMEM } from '#iov/model/errno.js';
import { FAULT_FLAG_UNSHARE, FAULT_FLAG_WRITE, Vma, Writer } from '#iov/model/kernel.js';
import { pageMapcount } from '#iov/model/memory.js';
import { CHILD, PARENT, PARENT_LATER, parentWithPage, Processes } from './processes.js';

describe('faults', () => {
  it('refuse what is not mapped, and writes that are not allowed', () => {
    const p = new Processes().map(0, Vma.ReadOnlyAnon);
    expect(p.load(PARENT, 1)).toBe(-EFAULT);
    expect(p.store(PARENT, Writer.Parent, 1)).toBe(-EFAULT);
    expect(p.load(PARENT, 0)).toBe(Writer.Nobody);
    expect(p.store(PARENT, Writer.Parent, 0)).toBe(-EFAULT);
    expect(p.k.fn.handleMmFault(p.k, p.k.mms[CHILD], 0, 0)).toBe(-EFAULT);
    expect(p.k.fn.handleMmFault(p.k, p.k.mms[PARENT], 2, 0)).toBe(-EFAULT);
  });

  it('warn about a write that is to unshare', () => {
    const { k } = parentWithPage();
    expect(k.fn.handleMmFault(k, k.mms[PARENT], 0, FAULT_FLAG_WRITE | FAULT_FLAG_UNSHARE)).toBe(-EFAULT);
    expect(k.warned).toBe('handle_mm_fault');
  });

  it('write the file through a shared mapping, in every process', () => {
    const p = new Processes().map(0, Vma.SharedFile);
    expect(p.load(PARENT)).toBe(Writer.File);
    p.fork();
    p.store(CHILD, Writer.Child);
    expect([p.load(PARENT), p.k.filePages[0].data[0]]).toEqual([Writer.Child, Writer.Child]);
    expect(p.page(CHILD)).toBe(p.k.filePages[0]);
    expect(p.k.filePages[0].refcount).toBe(3);
  });

  it.each([
    ['a first write', (p: Processes) => p.store(PARENT, Writer.Parent, 1)],
    [
      'a copy',
      (p: Processes) => {
        p.fork();
        p.k.oom = 0;
        return p.store(PARENT, PARENT_LATER);
      },
    ],
    [
      'a write of a private page of the file',
      (p: Processes) => {
        p.k.mms[PARENT].vma[1] = Vma.PrivateFile;
        return p.store(PARENT, Writer.Parent, 1);
      },
    ],
  ])('have no memory for %s', (_name, fault) => {
    const p = parentWithPage().map(1);
    p.k.oom = 0;
    expect(fault(p)).toBe(-ENOMEM);
    expect(p.k.isOomHit).toBe(true);
    expect(p.load(PARENT)).toBe(Writer.Parent);
  });

  it('unshare an exclusive page without making it writable, and copy a shared one', () => {
    const p = parentWithPage();
    const { k } = p;
    const x = p.page(PARENT);
    p.fork();
    expect(k.fn.handleMmFault(k, k.mms[CHILD], 0, FAULT_FLAG_UNSHARE)).toBe(0);
    const pte = k.mms[CHILD].ptes[0];
    expect([pte.page === x, pte.isWritable, pte.page?.isAnonExclusive, pte.page?.data[0]]).toEqual([
      false,
      false,
      true,
      Writer.Parent,
    ]);
    // The parent's is the only reference now.
    expect(k.fn.handleMmFault(k, k.mms[PARENT], 0, FAULT_FLAG_UNSHARE)).toBe(0);
    expect([p.page(PARENT) === x, k.mms[PARENT].ptes[0].isWritable, x.isAnonExclusive]).toEqual([true, false, true]);
  });
});

it('there is nothing to unshare in a shared mapping, nor of the zero page (6.1)', () => {
  const p = new Processes().map(0, Vma.SharedFile).map(1);
  const { k } = p;
  const mm = k.mms[PARENT];
  for (const v of [0, 1]) {
    p.load(PARENT, v);
    const page = p.page(PARENT, v);
    expect(k.fn.handleMmFault(k, mm, v, FAULT_FLAG_UNSHARE)).toBe(0);
    expect([p.page(PARENT, v) === page, mm.ptes[v].isWritable]).toEqual([true, false]);
  }
});

it('mappings are counted in living processes', () => {
  const p = parentWithPage();
  const x = p.page(PARENT);
  expect(pageMapcount(p.k, x)).toBe(1);
  p.fork();
  expect(pageMapcount(p.k, x)).toBe(2);
  p.exit(CHILD);
  expect(pageMapcount(p.k, x)).toBe(1);
});

it('a page that is freed loses what it held', () => {
  const p = parentWithPage();
  const x = p.page(PARENT);
  p.munmap(PARENT);
  expect([x.refcount, x.data[0], x.isAnonExclusive]).toEqual([0, 0, false]);
});
