/** What a check in a test is told where the test says nothing. */
import type { CheckOptions } from '../index.js';

/** Small on purpose: a test file runs at every save. */
const DEFAULTS = { bounds: 'tiny', budget: '10000000-steps' } as const;

/** Runs are no measure of an exhaustive search, and steps are one of each engine. */
export function withDefaults(options: CheckOptions): CheckOptions {
  return { ...DEFAULTS, ...options };
}
