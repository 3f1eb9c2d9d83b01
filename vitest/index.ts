/**
 * `iovcheck/vitest`: keeps designs checked in a test run. `test.design()` is a test of a design, and the matchers
 * `toSatisfyInvariants` and `toHaveNoCounterexample` are for tests of one's own.
 */
export type { Checkable } from './matchers.js';
export { matchers } from './matchers.js';
export type { DesignTestOptions } from './test-design.js';
export { CounterexampleError, test } from './test-design.js';
