/** JUnit XML, as CI servers read it: a suite a search, a test a rule. No clock, unless times were asked for. */
import junitModule from 'junit-report-builder';
import type { Builder, TestCase } from 'junit-report-builder';
import type { Conclusion } from '../harness/verdict.js';
import { Status } from '../harness/verdict.js';
import type { Account, ViolationAccount } from './account.js';
import { placeOf } from './account.js';
import { plural } from './later.js';
import type { Tested } from './outcome.js';
import { excuseOf, otherFailure, testsOf } from './outcome.js';
import { engineText, searchedText } from './phrases.js';
import { printable } from './printable.js';

/** Its types say that it has a default export; it is the builder itself. */
const junit = junitModule as unknown as Builder;

/** CDATA has no escapes: a section that would end too early is kept apart. */
const inCdata = (text: string): string => printable(text).replaceAll(']]>', ']] >');

const titleOf = ({ violation, where }: ViolationAccount): string => `${violation.class.invariant}: ${where}`;

function fillRule(test: TestCase, { state, failing, excused, why }: Tested): void {
  if (state === 'fail') {
    const message =
      failing.length === 1
        ? `${failing[0].where}: ${failing[0].violation.explanation}`
        : failing.map(titleOf).join('; ');
    test.failure(printable(message), 'violation');
    test.stacktrace(inCdata(failing.map(({ text }) => text).join('\n\n')));
  }
  if (state === 'skip') test.skipped();
  const said = [
    ...(state === 'skip' ? [why] : []),
    ...excused.map((v) => `${titleOf(v)}: not counted (${excuseOf(v.violation)})\n${v.text}`),
  ];
  if (said.length > 0) test.standardOutput(inCdata(said.join('\n\n')));
}

/** The exit status, where no rule says it. */
function fillExit(test: TestCase, { status }: Conclusion, why: string): void {
  const isOfRules = status === Status.Violated || status === Status.Unreached;
  if (isOfRules) test.failure(printable(why), 'violation');
  else test.error(printable(why), `exit ${status}`);
}

export function junitText(accounts: readonly Account[], conclusion: Conclusion): string {
  const builder = junit.newBuilder().name('iovcheck');
  for (const account of accounts) {
    const { result } = account;
    const suite = builder.testSuite().name(printable(placeOf(account)));
    const properties: Readonly<Record<string, string>> = {
      verdict: result.verdict,
      violations: plural(result.violations.length, 'class', 'classes'),
      design: `${account.name}: ${account.title}`,
      bounds: account.bounds,
      engine: engineText(result),
      seed: String(result.seed),
      searched: searchedText(result),
      again: account.again,
      exit: String(conclusion.status),
    };
    for (const [name, value] of Object.entries(properties)) suite.property(name, printable(value));
    if (result.timing !== undefined) suite.time(result.timing.seconds);
    for (const tested of testsOf(account, conclusion)) {
      const test = suite.testCase().name(printable(tested.rule.id));
      fillRule(test.className(printable(`${result.design}.${result.scenario}`)), tested);
    }
  }
  const other = otherFailure(conclusion);
  if (other !== '') {
    fillExit(
      builder.testSuite().name('iovcheck').testCase().className('iovcheck').name('exit status'),
      conclusion,
      other,
    );
  }
  return `${builder.build()}\n`;
}
