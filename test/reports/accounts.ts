/** Accounts of what was found before: a result for each trace of corpus/regressions, without a search. */
import { readdirSync, readFileSync } from 'node:fs';
import { replay } from '#iov/harness/replay.js';
import type { CheckResult, Violation } from '#iov/harness/result.js';
import { classKey, Runner } from '#iov/harness/runner.js';
import type { Trace } from '#iov/harness/trace.js';
import { parseTrace, resolveOps } from '#iov/harness/trace.js';
import type { Conclusion } from '#iov/harness/verdict.js';
import { conclude } from '#iov/harness/verdict.js';
import type { Account } from '#iov/reports/account.js';
import { accountOf } from '#iov/reports/account.js';
import { designOf } from '../search.js';

const FOLDER = 'corpus/regressions';

export interface Kept {
  readonly name: string;
  readonly trace: Trace;
  readonly runner: Runner;
}

/** The traces whose names match; `one`: the first of each scenario. */
export function kept(which: RegExp | 'one'): Kept[] {
  const seen = new Set<string>();
  return readdirSync(FOLDER).flatMap((name) => {
    if (which !== 'one' && !which.test(name)) return [];
    const trace = parseTrace(readFileSync(`${FOLDER}/${name}`, 'utf8'), name);
    if (which === 'one' && seen.has(trace.scenario)) return [];
    seen.add(trace.scenario);
    return [{ name, trace, runner: new Runner(designOf(trace.design), trace.bounds, trace.scenario) }];
  });
}

/** What a search that had found this one violation would have handed back. */
export function accountOfKept({ trace, runner }: Kept, more: Partial<Violation> = {}): Account {
  const found = replay(runner, resolveOps(runner, trace, 'trace')).steps.at(-1)?.found ?? [];
  const { violates: cls = { invariant: '', op: '', function: '' } } = trace;
  const { severity = 'soft', explanation = '' } = found.find((f) => classKey(f) === classKey(cls)) ?? {};
  const violation: Violation = {
    class: cls,
    severity,
    explanation,
    misuse: false,
    steps: trace.ops.length,
    minimality: 'shortest',
    trace: trace.ops,
    fixedBy: null,
    known: null,
    afterOthers: false,
    ...more,
  };
  const result: CheckResult = {
    design: trace.design,
    scenario: trace.scenario,
    bounds: trace.bounds,
    engine: 'exhaustive',
    seed: 1,
    verdict: 'violated',
    exhausted: true,
    cutShort: '',
    violations: [violation],
    stats: { states: 1, edges: 1, depth: 1, steps: 1 },
    reached: {},
    unreached: [],
  };
  return accountOf(result, runner, { name: trace.design, isFile: false, without: [], budget: '' });
}

/** How a run with these results ends. */
export function conclusionOf(accounts: readonly Account[]): Conclusion {
  const checked = accounts.map(({ result }) => ({ result, known: [] }));
  return conclude({ checked, usageErrors: 0, internalErrors: 0, onlyKnown: false, requireReached: false });
}
