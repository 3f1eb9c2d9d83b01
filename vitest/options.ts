/** What a check in a test is told where the test says nothing. */

/** Small on purpose: a test file runs at every save. */
const DEFAULTS = { bounds: 'tiny', budget: '10000000-steps' } as const;

/** Runs are no measure of an exhaustive search, and steps are one of each engine. */
export function withDefaults<Options extends { bounds?: string; budget?: string }>(options: Options): Options {
  return { ...DEFAULTS, ...options };
}
