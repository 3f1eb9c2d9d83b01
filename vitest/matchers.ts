/** Matchers for designs; importing the plugin adds them to `expect`. */
import { expect } from 'vitest';
import type { CheckOptions, CheckRun, Design } from '../index.js';
import { check } from '../index.js';
import { failureText } from './failure.js';
import { withDefaults } from './options.js';

/** What can be checked: what defineDesign() made, an id of iovcheck's own, or the path or URL of a file. */
export type Checkable = Design | string | URL;

interface DesignMatchers<R = unknown> {
  /**
   * Each search comes to its end, and no rule is broken: a proof, within the bounds. Bounds are `tiny`, and a search
   * may take 10,000,000 steps, unless the options say otherwise.
   */
  toSatisfyInvariants(options?: CheckOptions): Promise<R>;
  /** No rule is seen broken, however far the searches came; for the engines that sample, and for budgets. */
  toHaveNoCounterexample(options?: CheckOptions): Promise<R>;
}

declare module 'vitest' {
  // The type parameter has to be that of the interface that this adds to, with its default.
  // biome-ignore lint/suspicious/noExplicitAny: the other declaration has it
  interface Matchers<T = any> extends DesignMatchers<T> {} // oxlint-disable-line typescript/no-explicit-any
}

interface Outcome {
  readonly pass: boolean;
  message(): string;
}

function outcomeOf(run: CheckRun, wantsAll: boolean): Outcome {
  const text = failureText(run, wantsAll);
  const of = run.results.map(({ design, scenario }) => `${design}, ${scenario}`).join('; ');
  return { pass: text === '', message: () => (text === '' ? `no rule is broken by ${of}` : text) };
}

/** Added to `expect` by importing this; for an `expect` of another kind, `expect.extend(matchers)`. */
export const matchers = {
  toSatisfyInvariants: async (design: Checkable, options: CheckOptions = {}) =>
    outcomeOf(await check(design, withDefaults(options)), true),
  toHaveNoCounterexample: async (design: Checkable, options: CheckOptions = {}) =>
    outcomeOf(await check(design, withDefaults(options)), false),
};

expect.extend(matchers);
