/** What a failing test says: the first counterexamples in full, the others by name. */
import type { CheckRun, Counterexample } from '../index.js';

/** A terminal shows so many at once. */
const IN_FULL = 2;

/** `bytes-in-order at copy_to_iter, in push_pipe(), 3 steps (pipe-iter)` */
export function nameOf({ scenario, violation }: Counterexample): string {
  const { invariant, op, function: fn } = violation.class;
  const place = fn === op || fn === '' ? op : `${op}, in ${fn}()`;
  return `${invariant} at ${place}, ${violation.steps} ${violation.steps === 1 ? 'step' : 'steps'} (${scenario})`;
}

/** Of a run that breaks nothing, what was not searched. */
function cutShortText(run: CheckRun): string {
  return run.cutShort.map((sentence) => `${sentence}; give it a larger budget, or smaller bounds`).join('\n');
}

/** '' where there is nothing to say. */
export function failureText(run: CheckRun, wantsAll: boolean): string {
  const { counterexamples } = run;
  if (counterexamples.length === 0) return wantsAll ? cutShortText(run) : '';
  const rest = counterexamples.slice(IN_FULL);
  return [
    `${counterexamples[0].design} has ${counterexamples.length === 1 ? 'a counterexample' : `${counterexamples.length} counterexamples`}:`,
    ...counterexamples.slice(0, IN_FULL).map(({ text }) => `\n${text.trimEnd()}`),
    ...(rest.length === 0 ? [] : ['\nand these:', ...rest.map((one) => `  ${nameOf(one)}`)]),
  ].join('\n');
}
