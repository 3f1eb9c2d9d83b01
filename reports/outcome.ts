/** Rules as tests, for the formats that know tests: which passed, which failed, and which nobody can tell. */
import type { Violation } from '../harness/result.js';
import type { Conclusion } from '../harness/verdict.js';
import { Status } from '../harness/verdict.js';
import type { Account, RuleAccount, ViolationAccount } from './account.js';
import { unprovedText } from './account.js';

export interface Tested {
  readonly rule: RuleAccount;
  /** `pass` is a proof within the bounds; `skip`: no violation, and no proof. */
  readonly state: 'pass' | 'fail' | 'skip';
  /** Violations that make it fail. */
  readonly failing: readonly ViolationAccount[];
  /** Violations that do not: known ones, and misuse that the base allows as well. */
  readonly excused: readonly ViolationAccount[];
  /** Why it is skipped. */
  readonly why: string;
}

/** Each rule of a result, in the order in which rules are listed. */
export function testsOf(account: Account, { failing }: Conclusion): Tested[] {
  const why = unprovedText(account);
  return account.rules.map((rule) => {
    const own = account.violations.filter(({ violation }) => violation.class.invariant === rule.id);
    const bad = own.filter(({ violation }) => failing.has(violation));
    const excused = own.filter(({ violation }) => !failing.has(violation));
    return { rule, state: bad.length > 0 ? 'fail' : why === '' ? 'pass' : 'skip', failing: bad, excused, why };
  });
}

/** Why a violation does not count. */
export function excuseOf(v: Violation): string {
  return v.known === null ? 'misuse that its base allows as well' : `known, ${v.known} in docs/findings.md`;
}

/** What fails the check where no violation does: an error, a known violation that is gone, something never reached; else ''. */
export function otherFailure({ status, failing, notes, errors, lastLine }: Conclusion): string {
  const isOfRules = status === Status.Violated && failing.size > 0;
  return isOfRules || status === Status.Ok || status === Status.CutShort
    ? ''
    : [...errors, ...notes, lastLine].join(' ');
}
