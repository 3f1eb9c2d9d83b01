import { describe, expect, it } from 'vitest';
import { FOLL_PIN, Vma, Writer } from '#iov/model/kernel.js';
import {
  CHILD,
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

describe.each(RULES)('selftests/mm/cow.c under the rule %s', (cow) => {
  /** 6.1 and 5.9 keep what the old rule leaks: CVE-2020-29374. */
  const kept = cow === 'mapcount' ? PARENT_LATER : Writer.Parent;

  it('basic: neither sees what the other writes after fork', () => {
    const p = parentWithPage({ cow });
    p.fork();
    p.store(PARENT, PARENT_LATER);
    expect(p.load(CHILD)).toBe(Writer.Parent);
    p.store(CHILD, Writer.Child);
    expect(p.load(PARENT)).toBe(PARENT_LATER);
  });

  it('vmsplice and munmap in the child, the parent writes: what the child has in its pipe', () => {
    const p = parentWithPage({ cow });
    p.fork();
    const inPipe = p.take(CHILD, SOURCE);
    p.munmap(CHILD);
    p.store(PARENT, PARENT_LATER);
    expect(inPipe.data[0]).toBe(kept);
  });

  it.each(['before', 'after'])('vmsplice %s fork, munmap in the parent, the child writes', (when) => {
    const p = parentWithPage({ cow });
    if (when === 'after') p.fork();
    const inPipe = p.take(PARENT, SOURCE);
    if (when === 'before') p.fork();
    p.munmap(PARENT);
    p.store(CHILD, Writer.Child);
    expect(inPipe.data[0]).toBe(cow === 'mapcount' ? Writer.Child : Writer.Parent);
  });
});

describe.each(RULES)('selftests/mm/cow.c, pins, under the rule %s', (cow) => {
  it('a writable pin sees what the process writes, also after fork', () => {
    const p = parentWithPage({ cow });
    const fixed = p.take(PARENT, PINNED_DESTINATION);
    p.store(PARENT, PARENT_LATER);
    expect(fixed.data[0]).toBe(PARENT_LATER);
    p.fork();
    p.store(PARENT, Writer.Parent);
    expect(fixed.data[0]).toBe(cow === 'mapcount' ? PARENT_LATER : Writer.Parent);
  });

  it.each([
    ['exclusive', true],
    ['shared', cow === 'exclusive'],
    // Of the older rules, this one does not see that the pin is the only other reference.
    ['previously shared', cow !== 'refcount'],
  ] as const)('a read-only pin of a page that is %s sees later writes: %s', (state, sees) => {
    const p = parentWithPage({ cow });
    if (state !== 'exclusive') p.fork();
    if (state === 'previously shared') p.exit(CHILD);
    const pinned = p.take(PARENT, PINNED_SOURCE);
    p.store(PARENT, PARENT_LATER);
    expect(pinned.data[0] === PARENT_LATER).toBe(sees);
    p.release(pinned, FOLL_PIN);
    p.exit(PARENT);
    p.exit(CHILD);
    expect(leaked(p.k)).toEqual([]);
  });
});

describe.each(RULES)('selftests/mm/cow.c, other private mappings, under the rule %s', (cow) => {
  it('the zero page and pages of a file are copied for who writes', () => {
    const p = new Processes({ cow }).map(0).map(1, Vma.PrivateFile);
    const { k } = p;
    expect([p.load(PARENT, 0), p.load(PARENT, 1)]).toEqual([Writer.Nobody, Writer.File]);
    expect([p.page(PARENT, 0), p.page(PARENT, 1)]).toEqual([k.zeroPage, k.filePages[1]]);
    p.fork();
    p.store(CHILD, Writer.Child, 0);
    p.store(CHILD, Writer.Child, 1);
    expect([p.load(PARENT, 0), p.load(PARENT, 1)]).toEqual([Writer.Nobody, Writer.File]);
    expect(k.filePages[1].data[0]).toBe(Writer.File);
    p.exit(CHILD);
    p.exit(PARENT);
    expect(leaked(k)).toEqual([]);
  });

  it.each([0, 1])('a read-only pin of the zero page or of the file does not see later writes (6.1): page %i', (v) => {
    const p = new Processes({ cow }).map(0).map(1, Vma.PrivateFile);
    const pinned = p.take(PARENT, PINNED_SOURCE, v);
    p.store(PARENT, Writer.Parent, v);
    expect(pinned.data[0]).toBe(v === 0 ? Writer.Nobody : Writer.File);
  });
});
