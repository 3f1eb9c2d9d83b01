/**
 * KTAP version 1 (Documentation/dev-tools/ktap.rst), as kselftest prints it and `kunit.py parse`
 * reads it: a test a search, a subtest a rule. A rule that nothing is proved of is skipped.
 */
import type { Conclusion } from '../harness/verdict.js';
import type { Account } from './account.js';
import { placeOf } from './account.js';
import type { Tested } from './outcome.js';
import { excuseOf, otherFailure, testsOf } from './outcome.js';
import { engineText } from './phrases.js';
import { onOneLine, printable } from './printable.js';

/** One line without a `#`, which would begin a directive. */
const description = (text: string): string => onOneLine(text.replaceAll('#', ' '));

/** Lines that no parser takes for results. */
function diagnostics(text: string): string[] {
  return printable(text)
    .split('\n')
    .map((line) => `# ${line}`.trimEnd());
}

function resultLine(state: Tested['state'], number: number, name: string, why: string): string {
  const skip = state === 'skip' ? ` # SKIP ${description(why)}` : '';
  return `${state === 'fail' ? 'not ok' : 'ok'} ${number} ${description(name)}${skip}`.trimEnd();
}

function ruleLines(tested: Tested, number: number): string[] {
  const excused = tested.excused.map(
    (v) => `${v.where}: not counted (${excuseOf(v.violation)}): ${v.violation.explanation}`,
  );
  return [
    ...tested.failing.flatMap(({ text }) => diagnostics(text)),
    ...excused.flatMap(diagnostics),
    resultLine(tested.state, number, tested.rule.id, tested.why),
  ];
}

/** A test with its subtests, indented by one level. */
function searchLines(account: Account, conclusion: Conclusion, number: number): string[] {
  const { result } = account;
  const tests = testsOf(account, conclusion);
  const inner = [
    'KTAP version 1',
    `# Subtest: ${description(placeOf(account))}`,
    `1..${tests.length}`,
    ...diagnostics(`verdict ${result.verdict}, engine ${engineText(result)}, bounds ${account.bounds}`),
    ...tests.flatMap((tested, n) => ruleLines(tested, n + 1)),
  ];
  const states = new Set(tests.map(({ state }) => state));
  const state = states.has('fail') ? 'fail' : states.has('pass') || tests.length === 0 ? 'pass' : 'skip';
  return [
    ...inner.map((line) => `  ${line}`),
    ...diagnostics(`again: ${account.again}`),
    resultLine(state, number, placeOf(account), `${result.verdict}, nothing is proved`),
  ];
}

export function ktapText(accounts: readonly Account[], conclusion: Conclusion): string {
  const other = otherFailure(conclusion);
  const number = accounts.length + (other === '' ? 0 : 1);
  return `${[
    'KTAP version 1',
    `1..${number}`,
    ...accounts.flatMap((account, n) => searchLines(account, conclusion, n + 1)),
    ...diagnostics([...conclusion.errors, ...conclusion.notes, conclusion.lastLine].join('\n')),
    ...(other === '' ? [] : [resultLine('fail', number, 'exit status', '')]),
  ].join('\n')}\n`;
}
