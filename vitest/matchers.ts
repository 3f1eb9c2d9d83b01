/** Matchers for designs; importing the plugin adds them to `expect`. */
import { expect } from 'vitest';
import type { CheckOptions, CheckRun, Design, DiffOptions } from '../index.js';
import { check, diff } from '../index.js';
import { differText, failureText, sameText } from './failure.js';
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
  /**
   * A caller can tell the two apart: some calls return, leave or break something else. With `.not` a caller can not,
   * and by the engine `exhaustive` that is proved, within the bounds: a search that does not come to its end fails it.
   * Bounds are `tiny`, and a search may take 10,000,000 steps, unless the options say otherwise.
   */
  toDifferFrom(other: Checkable, options?: DiffOptions): Promise<R>;
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

/** What vitest tells a matcher of how it is called. */
interface Negatable {
  readonly isNot?: boolean;
}

/** Added to `expect` by importing this; for an `expect` of another kind, `expect.extend(matchers)`. */
export const matchers = {
  toSatisfyInvariants: async (design: Checkable, options: CheckOptions = {}) =>
    outcomeOf(await check(design, withDefaults(options)), true),
  toHaveNoCounterexample: async (design: Checkable, options: CheckOptions = {}) =>
    outcomeOf(await check(design, withDefaults(options)), false),
  async toDifferFrom(this: Negatable, design: Checkable, other: Checkable, options: DiffOptions = {}) {
    const run = await diff(other, design, withDefaults(options));
    const text = differText(run);
    // What was not searched to its end speaks for neither.
    const pass = this.isNot === true ? text !== '' : run.differences.length > 0;
    return { pass, message: () => (pass ? text : sameText(run)) };
  },
};

expect.extend(matchers);
