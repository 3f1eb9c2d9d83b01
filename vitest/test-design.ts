/** `test.design()`: one test that keeps a design checked. */
import type { TestContext } from 'vitest';
import { test as base } from 'vitest';
import type { CheckOptions, CheckRun } from '../index.js';
import { check } from '../index.js';
import { failureText, nameOf } from './failure.js';
import type { Checkable } from './matchers.js';
import { withDefaults } from './options.js';

export interface DesignTestOptions extends CheckOptions {
  /** Milliseconds for the whole test, 120,000 where absent. */
  readonly timeout?: number;
}

/** The test fails with the first counterexamples, and each is attached as a trace for `iovcheck replay`. */
export class CounterexampleError extends Error {
  override readonly name = 'Counterexample';
}

async function attach(run: CheckRun, { annotate }: TestContext): Promise<void> {
  for (const one of run.counterexamples) {
    const body = new TextEncoder().encode(one.trace);
    await annotate(`${one.file}: ${nameOf(one)}`, 'counterexample', { contentType: 'text/plain', body });
  }
}

/**
 * A test that fails where the design breaks a rule, and, by the engine `exhaustive`, where the search did not come to
 * its end. Bounds are `tiny`, and a search may take 10,000,000 steps, unless the options say otherwise. `more` is
 * given what the search came to, for what else the test wants to know.
 */
function design(
  title: string,
  checked: Checkable,
  options: DesignTestOptions = {},
  more: (run: CheckRun) => void | Promise<void> = () => {},
): void {
  const { timeout = 120_000, ...rest } = options;
  base(title, { timeout }, async (context) => {
    const run = await check(checked, withDefaults(rest));
    await attach(run, context);
    const text = failureText(run, true);
    if (text !== '') {
      const error = new CounterexampleError(text);
      // The frames of this file say nothing about the design.
      error.stack = `${error.name}: ${text}`;
      throw error;
    }
    await more(run);
  });
}

/** The test of vitest, with `test.design()`. */
export const test: typeof base & { readonly design: typeof design } = Object.assign(base.extend({}), { design });
