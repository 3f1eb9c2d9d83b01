import { describe, expect, it } from 'vitest';
import { DEFAULT_BOUNDS } from '#iov/model/bounds.js';
import { EFAULT, EINVAL, ENOMEM } from '#iov/model/errno.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import { gupFunctions, gupFunctions63, gupPinsZeroPage } from '#iov/model/gup.js';
import { FOLL_GET, FOLL_NOFAULT, FOLL_PIN, FOLL_WRITE, Kernel, Vma, Writer } from '#iov/model/kernel.js';
import { memoryFunctions } from '#iov/model/memory.js';
import { putPage } from '#iov/model/mm.js';
import {
  CHILD,
  DESTINATION,
  dies,
  leaked,
  PARENT,
  PINNED_DESTINATION,
  PINNED_SOURCE,
  parentWithPage,
  Processes,
  SOURCE,
} from './processes.js';

describe('what is taken', () => {
  it.each([
    ['a reference', FOLL_GET, 0, 1, 0],
    ['a pin of a single page', FOLL_PIN, 0, 8, 0],
    ['a reference on a larger folio', FOLL_GET, 1, 1, 0],
    ['a pin of a larger folio', FOLL_PIN, 1, 1, 1],
  ])('%s', (_name, flags, order, refs, pins) => {
    const p = parentWithPage({ bias: 8, order });
    const page = p.take(PARENT, flags);
    expect([page.head.refcount, page.head.pincount]).toEqual([1 + refs, pins]);
    expect(p.k.mms[PARENT].hasPinned).toBe(flags === FOLL_PIN);
    expect(p.k.fn.folioMaybeDmaPinned(p.k, page)).toBe(flags === FOLL_PIN);
    p.release(page, flags);
    p.exit(PARENT);
    expect(leaked(p.k)).toEqual([]);
  });

  it('is a reference where the flags name neither', () => {
    const p = parentWithPage();
    expect(p.gup(PARENT, 0)).toBe(1);
    expect(p.page(PARENT).refcount).toBe(2);
  });

  it('outlives the process', () => {
    const p = parentWithPage();
    const page = p.take(PARENT, PINNED_DESTINATION);
    p.exit(PARENT);
    expect([page.refcount, page.data[0]]).toEqual([p.k.bounds.bias, Writer.Parent]);
    p.release(page, FOLL_PIN);
    expect(leaked(p.k)).toEqual([]);
  });
});

describe('faults on the way', () => {
  it('an unmapped page behind the first makes it short; as the first, an error', () => {
    const p = parentWithPage();
    expect(p.gup(PARENT, DESTINATION, 0, 2)).toBe(1);
    expect(p.k.isEntryWritten.slice(0, 2)).toEqual([true, false]);
    expect(p.gup(PARENT, DESTINATION, 1, 1)).toBe(-EFAULT);
    expect(p.gup(PARENT, DESTINATION, 0, 0)).toBe(0);
    expect(p.gup(PARENT, DESTINATION, 0, -1)).toBe(0);
  });

  it('reading maps the zero page, writing a new one', () => {
    const p = new Processes().map(0).map(1);
    const { k } = p;
    expect(p.take(PARENT, SOURCE, 0)).toBe(k.zeroPage);
    expect(k.zeroPage?.refcount).toBe(2);
    const page = p.take(PARENT, DESTINATION, 1);
    expect([page.owner, page.refcount, k.mms[PARENT].ptes[1].isWritable]).toEqual(['', 2, true]);
  });

  it('writing breaks copy-on-write first', () => {
    const p = parentWithPage();
    p.fork();
    const page = p.take(CHILD, PINNED_DESTINATION);
    expect(page).not.toBe(p.page(PARENT));
    expect([p.page(CHILD) === page, page.data[0], page.isAnonExclusive]).toEqual([true, Writer.Parent, true]);
  });

  it('of a read-only pin of a shared page unshare it; a read-only reference leaves it shared', () => {
    const p = parentWithPage();
    p.fork();
    expect(p.take(CHILD, SOURCE)).toBe(p.page(PARENT));
    const pinned = p.take(CHILD, PINNED_SOURCE);
    expect(pinned).not.toBe(p.page(PARENT));
    expect(p.k.mms[CHILD].ptes[0].isWritable).toBe(false);
    expect(pinned.isAnonExclusive).toBe(true);
  });

  it('FOLL_NOFAULT takes only what is there', () => {
    const p = parentWithPage().map(1);
    expect(p.gup(PARENT, DESTINATION | FOLL_NOFAULT, 0, 2)).toBe(1);
    expect(p.gup(PARENT, SOURCE | FOLL_NOFAULT, 1)).toBe(-EFAULT);
    p.fork();
    expect(p.gup(PARENT, SOURCE | FOLL_NOFAULT)).toBe(1);
    expect(p.gup(PARENT, DESTINATION | FOLL_NOFAULT)).toBe(-EFAULT);
    expect(p.gup(PARENT, PINNED_SOURCE | FOLL_NOFAULT)).toBe(-EFAULT);
  });

  it('no writable page of a read-only mapping', () => {
    const p = parentWithPage();
    p.k.mms[PARENT].vma[0] = Vma.ReadOnlyAnon;
    expect(p.gup(PARENT, DESTINATION)).toBe(-EFAULT);
    expect(p.gup(PARENT, PINNED_SOURCE)).toBe(1);
  });

  it('a page that faults for good', () => {
    const p = parentWithPage().map(1);
    p.k.userFault = p.k.pageSize + 1;
    expect(p.gup(PARENT, DESTINATION, 0, 2)).toBe(1);
    expect(p.k.isFaultHit).toBe(true);
    expect(p.gup(PARENT, DESTINATION, 1, 1)).toBe(-EFAULT);
  });

  it('no memory', () => {
    const p = parentWithPage().map(1);
    p.k.oom = 0;
    expect(p.gup(PARENT, DESTINATION, 1)).toBe(-ENOMEM);
    p.k.oom = 0;
    expect(p.gup(PARENT, DESTINATION, 0, 2)).toBe(1);
  });

  it('has nothing to do where page tables never change', () => {
    const fn = { ...gupFunctions, ...memoryFunctions } as KernelFunctions;
    const k = new Kernel({ ...DEFAULT_BOUNDS, vpages: 2 }, fn, { pipe: false, memory: 'fixed', mms: 1 });
    k.pagesArrayMax = 3;
    expect(k.fn.pinUserPagesFast(k, 0, 3, FOLL_WRITE)).toBe(2);
    expect(k.pagesArray.slice(0, 2)).toEqual(k.userPages);
    expect(k.userPages[0].refcount).toBe(1 + k.bounds.bias);
    // Not a part of that scenario's state.
    expect(k.mms[0].hasPinned).toBe(false);
  });
});

describe('flags', () => {
  it.each([
    ['get_user_pages_fast', FOLL_PIN],
    ['get_user_pages_fast', FOLL_PIN | FOLL_GET],
    ['pin_user_pages_fast', FOLL_GET],
    ['pin_user_pages_fast', FOLL_GET | FOLL_PIN],
  ] as const)('%s warns about %i', (name, flags) => {
    const { k } = parentWithPage();
    k.pagesArrayMax = 1;
    const call = name === 'get_user_pages_fast' ? k.fn.getUserPagesFast : k.fn.pinUserPagesFast;
    expect(call(k, 0, 1, flags)).toBe(-EINVAL);
    expect(k.warned).toBe(name);
    expect(k.mms[PARENT].hasPinned).toBe(false);
  });

  it('6.1 takes an explicit FOLL_PIN, 6.3 does not (EX-GUPFLAGS)', () => {
    expect(parentWithPage().gup(PARENT, FOLL_PIN)).toBe(1);
    const p = parentWithPage({}, gupFunctions63);
    const { k } = p;
    expect(p.gup(PARENT, FOLL_PIN)).toBe(-EINVAL);
    expect(k.warned).toBe('pin_user_pages_fast');
    expect(k.fn.pinUserPagesFast(k, 0, 1, 0)).toBe(1);
  });
});

describe('PIN-UNBALANCED', () => {
  it('put_page() on a pinned page leaks the rest of the bias, and it still looks pinned', () => {
    const p = parentWithPage({ bias: 8 });
    const page = p.take(PARENT, PINNED_DESTINATION);
    putPage(p.k, page, 'put_page');
    expect(p.k.fn.folioMaybeDmaPinned(p.k, page)).toBe(true);
    p.exit(PARENT);
    expect(leaked(p.k)).toEqual(['p0: 7 references, 0 pins']);
  });

  it('unpin_user_page() of a mere reference is a use after free', () => {
    const p = parentWithPage({ bias: 8 });
    const page = p.take(PARENT, SOURCE);
    expect(dies(p.k, () => p.release(page, FOLL_PIN))).toBe('no-use-after-free');
    expect(p.k.fatalFunction).toBe('unpin_user_page');
  });

  it('on a larger folio the pin count tells', () => {
    const p = parentWithPage({ order: 1 });
    const page = p.take(PARENT, SOURCE);
    expect(dies(p.k, () => p.release(page, FOLL_PIN))).toBe('no-bug');
    const q = parentWithPage({ order: 1 });
    putPage(q.k, q.take(PARENT, PINNED_DESTINATION), 'put_page');
    // What is left is freed with a pin on it.
    expect(dies(q.k, () => q.exit(PARENT))).toBe('no-bug');
  });
});

describe('PIN-ZEROPAGE, with a counter of 5 bits and a bias of 8', () => {
  const bounds = { refbits: 5, bias: 8 };

  it('pins overflow the count of the zero page, and are refused then', () => {
    const p = new Processes(bounds, gupPinsZeroPage).map(0);
    const zero = p.take(PARENT, PINNED_SOURCE);
    expect([zero, zero.refcount]).toEqual([p.k.zeroPage, 9]);
    expect(p.gup(PARENT, PINNED_SOURCE)).toBe(1);
    expect(zero.refcount).toBe(-15);
    expect(p.k.fn.folioMaybeDmaPinned(p.k, zero)).toBe(true);
    expect(p.gup(PARENT, PINNED_SOURCE)).toBe(-ENOMEM);
    expect(p.k.warned).toBe('try_grab_folio');
    p.release(zero, FOLL_PIN);
    p.release(zero, FOLL_PIN);
    expect(zero.refcount).toBe(1);
  });

  it('6.5 and 6.1.y take nothing', () => {
    const p = new Processes(bounds).map(0);
    for (let n = 0; n < 5; n++) expect(p.take(PARENT, PINNED_SOURCE)).toBe(p.k.zeroPage);
    expect([p.k.zeroPage?.refcount, p.k.warned]).toEqual([1, '']);
    p.release(p.take(PARENT, PINNED_SOURCE), FOLL_PIN);
    expect(p.k.zeroPage?.refcount).toBe(1);
    // A reference is one all the same.
    p.take(PARENT, SOURCE);
    expect(p.k.zeroPage?.refcount).toBe(2);
  });

  it('any other page overflows, too', () => {
    const p = parentWithPage(bounds);
    for (let n = 0; n < 15; n++) expect(p.gup(PARENT, SOURCE)).toBe(1);
    expect(p.page(PARENT).refcount).toBe(-16);
    expect(p.gup(PARENT, SOURCE)).toBe(-ENOMEM);
  });
});

describe('try_grab_folio()', () => {
  it('warns where the flags name neither a reference nor a pin', () => {
    const p = parentWithPage();
    expect(p.k.fn.tryGrabFolio(p.k, p.page(PARENT), FOLL_WRITE)).toBe(false);
    expect(p.k.warned).toBe('try_grab_folio');
  });
});
