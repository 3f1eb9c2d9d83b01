import { defineConfig } from 'vitest/config';
import { SlowestFirst } from './test/slowest.js';

/*
 * Three of these settings make `c8 vitest run` tell the truth (test/coverage-probe holds
 * them to it): tests import what tsc built, as #iov/*; vitest leaves that code alone; and
 * tests run in threads, because c8 never hears from a forked child that vitest ends.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    pool: 'threads',
    // Each thread loads the model once, and not for each file again: a seventh of the time.
    isolate: false,
    // By default one core is left alone, which is half of a small machine.
    maxWorkers: '100%',
    server: { deps: { external: [/\/dist\//] } },
    sequence: { sequencer: SlowestFirst },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is waited for comes late on a machine that others use as well.
    expect: { poll: { timeout: 30_000 } },
  },
});
