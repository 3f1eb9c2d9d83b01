/** The Lab itself: what it refuses, what it reports, and that a reset leaves nothing behind. */
import type { Vec } from '#iov/index.js';
import { EFAULT, getPage, ITER_DEST, ITER_SOURCE, Lab, LabOops, linux48, linux61, linux612 } from '#iov/index.js';
import { describe, expect, test } from 'vitest';

describe('memory', () => {
  const lab = new Lab(linux612, { pageSize: 16, pages: 4 });

  test('is zeros, and is filled, written and read by place', () => {
    for (const memory of [lab.user, lab.direct, lab.file]) expect(memory.read()).toEqual(new Uint8Array(64));
    lab.user.fill((n) => n).write(15, Uint8Array.of(200, 201, 202));
    expect([...lab.user.read(14, 5)]).toEqual([14, 200, 201, 202, 18]);
    expect(() => lab.user.read(60, 5)).toThrow('bytes 60..65 are not within memory of 64 bytes');
    expect(() => lab.user.write(-1, Uint8Array.of(1))).toThrow('not within');
  });

  test('of the driver has two addresses', () => {
    lab.direct.clear().write(3 * 16 + 2, Uint8Array.of(7));
    expect(lab.vmalloc.read(2, 1)).toEqual(Uint8Array.of(7));
    expect(lab.vmalloc.pages).toEqual([...lab.direct.pages].reverse());
    const scratch = new Uint8Array(1);
    for (const address of [lab.vmalloc.base + 2, lab.direct.base + 3 * 16 + 2]) {
      expect(lab.copy('copyFromIter', scratch, 1, lab.iter(ITER_SOURCE, lab.kvec([[address, 1]])))).toBe(1);
      expect(scratch[0]).toBe(7);
      scratch[0] = 0;
    }
  });

  test('has limits', () => {
    expect(() => new Lab(linux612, { pageSize: 48 })).toThrow('pageSize=48 is no power of two');
    expect(() => new Lab(linux612, { pages: 1366 })).toThrow('give 1 to 1365');
    expect(() => new Lab(linux612, { pages: 0 })).toThrow('give 1 to 1365');
    expect(() => lab.bvec([{ page: 4, offset: 0, len: 1 }])).toThrow("there is no driver's page 4; the last one is 3");
    expect(() => lab.folioq([[24]])).toThrow('give whole pages, e.g. 16');
  });
});

describe('a call', () => {
  test('of a function that the design has not is refused', () => {
    const lab = new Lab(linux48);
    expect(lab.has('iovIterKvec')).toBe(true);
    expect(lab.has('iovIterKvec', 'iovIterUbuf')).toBe(false);
    expect(() => lab.iter(ITER_DEST, lab.ubuf(0, 1))).toThrow('linux-4.8 has no iov_iter_ubuf()');
  });

  test('that the kernel would not come back from throws', () => {
    const lab = new Lab(linux612);
    const iter = lab.iter(ITER_DEST, lab.kvec([[lab.vmalloc.base + lab.vmalloc.bytes - 1, 2]]));
    const call = (): number => lab.copy('copyToIter', new Uint8Array(2), 2, iter);
    expect(call).toThrow(LabOops);
    expect(call).toThrow(/^no-bug: copy_to_iter\(\) touches kernel address/);
  });

  test('that reads past its buffer throws', () => {
    const lab = new Lab(linux612);
    const iter = lab.iter(ITER_DEST, lab.ubuf(0, 10));
    expect(() => lab.copy('copyToIter', new Uint8Array(9), 10, iter)).toThrow(
      'past the end of the memory it was given',
    );
  });

  test('alone has the choices that were made for it', () => {
    const lab = new Lab(linux612);
    const iter = lab.iter(ITER_DEST, lab.ubuf(0, 10));
    const bytes = Uint8Array.from({ length: 10 }, (_, n) => n + 1);
    expect(lab.next({ userFault: 4 }).copy('copyToIter', bytes, 10, iter)).toBe(4);
    expect(lab.copy('copyToIter', bytes.subarray(4), 6, iter)).toBe(6);
    expect(lab.user.read(0, 10)).toEqual(bytes);
  });

  test('that walks over all pages there are has room for them', () => {
    const lab = new Lab(linux612, { pages: 8 });
    const iter = lab.iter(ITER_DEST, lab.kvec([[0, lab.direct.base + lab.direct.bytes]]));
    const list = lab.extractPages(iter, iter.count, 100);
    expect(lab.covered(list)).toEqual(lab.k.pages);
    expect(list.pages).toHaveLength(100);
  });
});

describe('what is held', () => {
  const lab = new Lab(linux61);

  test('is told by page, and gone after a reset', () => {
    lab.getPages(lab.iter(ITER_DEST, lab.ubuf(4095, 2)), 2, 2);
    getPage(lab.k, lab.file.pages[0], 'a test');
    for (let n = 0; n < 2; n++) lab.call('pinUserPagesFast', 0, 1, 0);
    expect(lab.held()).toEqual([
      { page: 'F0', refs: 1, pins: 0 },
      { page: 'U0', refs: 1, pins: 2 },
      { page: 'U1', refs: 1, pins: 0 },
    ]);
    lab.reset();
    expect(lab.held()).toEqual([]);
  });

  test('is told of what was dropped once too often', () => {
    const list = lab.getPages(lab.iter(ITER_DEST, lab.ubuf(0, 1)), 1, 1);
    lab.putPages(list);
    lab.putPages(list);
    expect(lab.held()).toEqual([{ page: 'U0', refs: -1, pins: 0 }]);
    expect(() => lab.putPages(list)).toThrow('no-use-after-free: put_page() on page U0, which is free');
    lab.reset();
  });

  test('of an array is freed once', () => {
    const list = lab.getPagesAlloc(lab.iter(ITER_DEST, lab.ubuf(0, 1)), 1);
    lab.kvfree(list);
    expect(() => lab.kvfree(list)).toThrow('frees a page array that is not allocated');
    const none: Vec = lab.discard(1);
    expect(lab.getPages(lab.iter(ITER_DEST, none), 1, 1)).toMatchObject({ ret: -EFAULT, isAllocated: false });
  });
});
