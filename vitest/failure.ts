/** What a failing test says: the first counterexamples in full, the others by name. */
import type { CheckRun, Counterexample, DesignDifference, DiffRun } from '../index.js';

/** A terminal shows so many at once. */
const IN_FULL = 2;

/** `bytes-in-order at copy_to_iter, in push_pipe(), 3 steps (pipe-iter)` */
export function nameOf({ scenario, violation }: Counterexample): string {
  const { invariant, op, function: fn } = violation.class;
  const place = fn === op || fn === '' ? op : `${op}, in ${fn}()`;
  return `${invariant} at ${place}, ${violation.steps} ${violation.steps === 1 ? 'step' : 'steps'} (${scenario})`;
}

/** Of a run that breaks nothing, what was not searched. */
function cutShortText(run: Pick<CheckRun, 'cutShort'>): string {
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

/** `error at pread, 2 steps (packet)` */
function partingOf({ scenario, difference }: DesignDifference): string {
  const { op, kind } = difference.class;
  return `${kind} at ${op}, ${difference.steps} ${difference.steps === 1 ? 'step' : 'steps'} (${scenario})`;
}

/** Who was compared, and where: `a and b, packet; a and b, splice` */
function comparedText({ results }: DiffRun): string {
  return results.map(({ a, b, scenario }) => `${a} and ${b}, ${scenario}`).join('; ');
}

/** Of two designs that were to be the same to a caller; '' where there is nothing to say. */
export function differText(run: DiffRun): string {
  const { differences, results } = run;
  if (differences.length === 0) return cutShortText(run);
  const rest = differences.slice(IN_FULL);
  const count = differences.length === 1 ? 'a difference' : `${differences.length} differences`;
  return [
    `${results[0].a} and ${results[0].b} have ${count}:`,
    ...differences.slice(0, IN_FULL).map(({ text }) => `\n${text.trimEnd()}`),
    ...(rest.length === 0 ? [] : ['\nand these:', ...rest.map((one) => `  ${partingOf(one)}`)]),
  ].join('\n');
}

/** Of two designs that were to differ. */
export function sameText(run: DiffRun): string {
  const short = cutShortText(run);
  return `no difference was found: ${comparedText(run)}${short === '' ? '' : `\n${short}`}`;
}
