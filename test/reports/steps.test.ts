import { OPS } from '#iov/model/ops/ops.js';
import { returned } from '#iov/reports/steps.js';
import { expect, test } from 'vitest';

test('what returns nothing in C returns nothing here, and all else something', () => {
  const isVoid = (spec: (typeof OPS)[number]): boolean => returned({ spec, args: [], text: '' }, -11) === '';
  const shown = [...new Set(OPS.filter(isVoid).map((spec) => spec.name))];
  expect(shown).toEqual([
    'iov_iter_pipe',
    'iov_iter_revert',
    'put_pages',
    'iov_iter_advance',
    'iov_iter_commit',
    'pipe_unlock',
    'generic_file_splice_read',
    'signal',
    'iov_iter_advance_past',
    'iov_iter_advance_zero',
    'iov_iter_pipe_wrong_direction',
    'mmap',
    'munmap',
    'exit',
    'release_pages',
    'iov_iter_init',
    'iov_iter_ubuf',
    'iov_iter_kvec',
    'iov_iter_bvec',
    'iov_iter_xarray',
    'iov_iter_folio_queue',
    'iov_iter_discard',
    'done',
    'bio_release_pages',
    'iov_iter_restore',
  ]);
  expect(returned({ spec: OPS[0], args: [], text: '' }, -11)).toBe('= -EAGAIN');
});
