/** The whole suite, on every kernel that has the functions. Cases are in the files beside this one. */
import type { LabSize } from '#iov/index.js';
import { EFAULT, ITER_DEST, ITER_SOURCE, Lab, linux61, linux612, linux63 } from '#iov/index.js';
import { describe, expect, test } from 'vitest';
import { isExcused, possible, UNDER_TEST } from './case.js';
import { CASES } from './cases.js';
import { BUFSIZE, PAGE } from './ranges.js';
import { KVEC } from './shapes.js';

test('no two cases have one name', () => {
  const names = CASES.map(({ name }) => name);
  expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([]);
});

describe.each(UNDER_TEST)('$design.id', (under) => {
  const labs = new Map<LabSize | undefined, Lab>();
  const cases = possible(under, CASES);

  function labOf(size: LabSize | undefined): Lab {
    const lab = labs.get(size) ?? new Lab(under.design, size);
    labs.set(size, lab);
    lab.reset();
    return lab;
  }

  test.each(cases.filter((c) => !isExcused(under, c)))('$name', ({ run, size }) => run(labOf(size)));

  // A kernel that does it otherwise fails the case; else it would need no excuse.
  for (const { name, run, size } of cases.filter((c) => isExcused(under, c))) {
    test(`fails: ${name}`, () => expect(() => run(labOf(size))).toThrow());
  }
});

describe('what the kernels do otherwise', () => {
  test('6.3 gives no page of a kvec that begins with an empty segment, as before f741bd7178c9', () => {
    const found = [linux63, linux612].map((design) => {
      const lab = new Lab(design);
      const iter = lab.iter(ITER_DEST, KVEC.vec(lab));
      const { ret } = lab.extractPages(iter, 100 * 1024, 8);
      return [ret, iter.nrSegs];
    });
    expect(found).toEqual([
      [0, 0],
      [0x2fd9, 6],
    ]);
  });

  test('6.1 copies in either direction', () => {
    const lab = new Lab(linux61);
    const iter = lab.iter(ITER_SOURCE, lab.ubuf(0, BUFSIZE));
    expect(lab.copy('copyToIter', new Uint8Array(PAGE), PAGE, iter)).toBe(PAGE);
    expect(lab.warned).toBe('');
  });

  test('6.1 has nothing to extract with, and says so', () => {
    const lab = new Lab(linux61);
    const iter = lab.iter(ITER_DEST, lab.ubuf(0, PAGE));
    expect(() => lab.extractPages(iter, PAGE, 1)).toThrow('linux-6.1 has no iov_iter_extract_pages()');
    expect(lab.getPages(lab.iter(ITER_DEST, lab.discard(1)), 1, 1).ret).toBe(-EFAULT);
  });
});
