/**
 * Which tests `npm run coverage` leaves out: V8 counts take these two to five times as long, and
 * they run code that the others run as well, or run it in a process of its own, where c8 does not see it.
 */
import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.js';

const LEFT_OUT = [
  'alike',
  'blocking',
  'blocking-mutants',
  'campaign/handover',
  'campaign/scorecard-smoke',
  'check/checkpoint',
  'check/reach',
  'check/threads',
  'contents-halves',
  'contract/kit',
  'explain',
  'extract',
  'extract-judge',
  'file-splice-mutants',
  'fork-dma',
  'fork-dma-judge',
  'fuzz/coverage',
  'fuzz/deep',
  'fuzz/engines',
  'golden',
  'harness/parts',
  'iov-iter',
  'iov-iter-kernels',
  'model/splice-observed',
  'mutation',
  'reports/html/browser',
  'sendfile',
  'spin',
  'splice',
  'splice-mutants',
  'symmetry',
  'vmsplice',
  'vmsplice-judge',
];

/** Folders whose tests run commands, kernels or browsers in processes of their own. */
const FOLDERS_LEFT_OUT = ['cli', 'diff', 'docs', 'oracle', 'repro', 'vitest'];

export default mergeConfig(
  base,
  defineConfig({
    test: {
      exclude: [
        ...configDefaults.exclude,
        ...LEFT_OUT.map((name) => `test/${name}.test.ts`),
        ...FOLDERS_LEFT_OUT.map((name) => `test/${name}/**`),
      ],
    },
  }),
);
