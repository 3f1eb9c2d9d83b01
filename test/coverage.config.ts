/**
 * Which tests `npm run coverage` leaves out: V8 counts take these two to five times as long, and
 * they run code that the others run as well, or run it in a process of its own, where c8 does not see it.
 */
import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.js';

const LEFT_OUT = [
  'blocking',
  'blocking-mutants',
  'campaign/scorecard-smoke',
  'cli/bad-input',
  'cli/check-corpus',
  'cli/corpus',
  'cli/corpus-import',
  'cli/coverage',
  'cli/extract-designs',
  'cli/fuzz',
  'cli/jsfuzz',
  'cli/jsfuzz-target',
  'cli/late',
  'cli/user-design',
  'contract/kit',
  'extract-judge',
  'file-splice-mutants',
  'fork-dma',
  'fork-dma-judge',
  'fuzz/coverage',
  'fuzz/deep',
  'fuzz/engines',
  'iov-iter',
  'iov-iter-kernels',
  'model/splice-observed',
  'mutation',
  'sendfile',
  'splice',
  'splice-mutants',
  'vmsplice',
  'vmsplice-judge',
];

export default mergeConfig(
  base,
  defineConfig({
    test: { exclude: [...configDefaults.exclude, ...LEFT_OUT.map((name) => `test/${name}.test.ts`)] },
  }),
);
