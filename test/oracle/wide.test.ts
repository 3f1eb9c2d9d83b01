/** `iovcheck overflow`: the trees of Debian as they are, and with mistakes of a kind that 32 bits can not show. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openTree } from '#iov/oracle/tree/source.js';
import { whyNotWide } from '#iov/oracle/tree/toolchain.js';
import type { Asked } from '#iov/oracle/wide/ask.js';
import { askTree } from '#iov/oracle/wide/ask.js';
import { sizeText } from '#iov/oracle/wide/place.js';
import { Folder, iovcheck } from '../cli/run.js';
import { absent, edit, scratchTree, treeOf } from './trees.js';

const FILE = 'lib/iov_iter.c';
const folder = new Folder();
afterAll(() => folder.remove());

/** How many questions of which call and flavour are not right, as what. */
function tally(asked: readonly Asked[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { question, judgement } of asked) {
    if (judgement === 'right') continue;
    const key = `${question.call} ${question.iter.flavour} ${judgement}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const NPAGES = {
  'iov_iter_npages ubuf known': 16,
  'iov_iter_npages iovec known': 19,
  'iov_iter_npages kvec known': 19,
  'iov_iter_npages xarray known': 30,
};

describe('what is asked', () => {
  test('is named by the power of two that it lies beside', () => {
    const sizes = [4096n, 2n ** 31n - 4096n, 2n ** 32n + 5n, -(2n ** 31n), 1n - 2n ** 31n, 2n ** 64n - 1n];
    expect(sizes.map(sizeText)).toEqual(['4096', '2^31-4096', '2^32+5', '-2^31', '-(2^31-1)', '2^64-1']);
  });

  test('is not asked where nothing of 64 bits runs', () => {
    expect(whyNotWide('arm')).toBe('this machine (arm) runs no programs of 64 bits');
  });

  test('needs a tree', async () => {
    const { status, err } = await iovcheck(['overflow']);
    expect(status).toBe(2);
    expect(err).toContain('name the top folder of its source: --kernel-tree DIR');
  });
});

describe.skipIf(absent('6.1') !== '')(`the C of 6.1 on 64 bits${absent('6.1')}`, () => {
  test('is right but for F-90 and F-91', () => {
    const asked = askTree(treeOf('6.1'));
    expect(asked).toHaveLength(6755);
    expect(tally(asked)).toEqual({
      ...NPAGES,
      '_copy_to_iter ubuf known': 50,
      '_copy_from_iter ubuf known': 50,
    });
  });

  test('that does not come back, or dies, is told so, and the rest is asked', () => {
    const dir = scratchTree('6.1');
    edit(
      dir,
      FILE,
      'unsigned long iov_iter_gap_alignment(const struct iov_iter *i)\n{',
      'unsigned long iov_iter_gap_alignment(const struct iov_iter *i)\n{\n\tfor (; i->count == 1UL << 43;)\n\t\tbarrier();\n\tBUG_ON(i->count == 1UL << 31);\n\tif (i->count == 1UL << 62)\n\t\treturn *(volatile int *)8;',
    );
    const outcomes = askTree(openTree(dir)).filter(({ judgement }) => judgement === 'wrong');
    expect(
      outcomes.map(
        ({ question, outcome }) => `${question.iter.flavour} ${typeof outcome === 'string' ? outcome : 'answered'}`,
      ),
    ).toEqual([
      'ubuf bug',
      'ubuf endless',
      'ubuf oops',
      'iovec bug',
      'iovec endless',
      'iovec unasked',
      'iovec unasked',
      'iovec unasked',
    ]);
  });
});

describe.skipIf(absent('6.12') !== '')(`the C of 6.12 on 64 bits${absent('6.12')}`, () => {
  test('is right but for F-90', () => {
    const asked = askTree(treeOf('6.12'));
    expect(asked).toHaveLength(8501);
    expect(tally(asked)).toEqual({ ...NPAGES, 'iov_iter_npages folioq known': 10 });
  });

  test('with a patch that narrows a size is told what that makes wrong', async () => {
    const dir = scratchTree('6.12');
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: dir, encoding: 'utf8' });
    git('init', '-q');
    git('add', '.');
    const from = 'static void iov_iter_bvec_advance(struct iov_iter *i, size_t size)';
    edit(dir, FILE, from, from.replace('size_t', 'unsigned int'));
    const patch = join(folder.path, 'narrow.patch');
    writeFileSync(patch, git('diff'));
    git('checkout', '-q', '.');
    const { status, out, err } = await iovcheck(['overflow', '--kernel-tree', dir, '--patch', patch]);
    expect(err).toBe('');
    expect(status).toBe(1);
    const [, shown] = /```text\n(iov_iter_advance, bvec: new[\s\S]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? [];
    expect(out).toContain(shown);
    expect(out).toContain('the change makes 9 answers worse, and 0 better');
    expect(out).not.toContain('F-90 of docs/findings.md has it');
  });
});
