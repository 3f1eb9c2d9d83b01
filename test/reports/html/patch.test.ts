/** The patch of a design: its functions beside those of its base, whatever form either is written in. */
import { describe, expect, test } from 'vitest';
import { guardDesign } from '#iov/harness/guard.js';
import { defineDesign } from '#iov/model/design.js';
import { codeOf, patchOf, patchesAt } from '#iov/reports/html/patch.js';
import { designNamed } from '../../harness/walk.js';

const base = designNamed('linux-6.1');

const mine = defineDesign({
  id: 'mine',
  title: 'a lock that is never taken',
  source: [],
  base,
  override: {
    pipeNpages(_k, _i) {
      // A comment is no part of a patch.
      return 1;
    },
    lastOffset: () => 0,
  },
});

describe('a function', () => {
  test.each([
    [
      'a declaration',
      function f(a: number): number {
        return a;
      },
      'function f(a) {\n\treturn a;\n}',
    ],
    ['an arrow', (a: number): number => a + 1, '(a) => a + 1'],
    [
      'a method',
      {
        m(a: number): number {
          return a;
        },
      }.m,
      'm(a) {\n\treturn a;\n}',
    ],
  ])('that is %s is written as the kernel indents', (_, fn, text) => {
    expect(codeOf(fn)).toBe(text);
  });

  test('that can not be parsed is shown as it is', () => {
    expect(codeOf(Math.max)).toBe('function max() { [native code] }');
  });
});

describe('a patch', () => {
  test('has the lines of both, and none of comments', () => {
    const patch = patchOf(mine, 'pipeNpages');
    expect(patch).toMatchObject({ name: 'pipe_npages()', from: 'linux-6.1', to: 'mine' });
    const added = patch?.lines.filter(({ sign }) => sign === '+').map(({ text }) => text);
    expect(added).toContain('\treturn 1;');
    expect(patch?.lines.some(({ sign }) => sign === '-')).toBe(true);
    expect(patch?.lines.map(({ text }) => text).join('\n')).not.toContain('comment');
  });

  test('of a design that is watched is that of the design', () => {
    expect(patchOf(guardDesign(mine), 'pipeNpages')).toEqual(patchOf(mine, 'pipeNpages'));
  });

  test('of a function that the base lacks is all new', () => {
    const patch = patchOf(designNamed('packet-2012'), 'isPacketized');
    expect(patch?.from).toBe('not there');
    expect(new Set(patch?.lines.map(({ sign }) => sign))).toEqual(new Set(['+']));
  });

  test('is found by the C name, and is none where the function is not the design’s own', () => {
    expect(patchesAt(mine, 'pipe_npages')).toHaveLength(1);
    expect(patchesAt(mine, 'pipe_read')).toEqual([]);
    expect(patchOf(mine, 'pipeRead')).toBeUndefined();
  });
});
