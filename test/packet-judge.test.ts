/** Mistakes that nobody made, in what the flags of a pipe are for: the judge has to notice each. */
import { EINVAL } from '#iov/model/errno.js';
import { defineDesign } from '#iov/model/design.js';
import { expect, test } from 'vitest';
import { designOf, search } from './search.js';

test('an unknown flag of pipe2() gives -EINVAL, and no other error', () => {
  const base = designOf('linux-3.3');
  const pipe2 = base.functions.pipe2;
  const design = defineDesign({
    id: 'pipe2-error-sign',
    title: 'pipe2() with its error the wrong way round',
    source: [],
    base,
    override: { pipe2: (k, flags) => (pipe2(k, flags) === 0 ? 0 : EINVAL) },
  });
  expect(search(base, 'packet', 'tiny').lines.filter((line) => line.includes(' pipe2 '))).toEqual([]);
  expect(search(design, 'packet', 'tiny').lines).toEqual(['queries-match-their-definition pipe2 pipe2 1']);
});
