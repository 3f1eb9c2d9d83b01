/**
 * What a run comes to: verdict, exit status and last line. The only place that decides any
 * of the three.
 */
import type { Known } from '../model/design.js';
import type { ScenarioName } from '../model/scenario.js';
import type { CheckResult, Verdict, Violation } from './result.js';

/** Exit statuses of `iovcheck`; of those that apply, the first in this order. */
export const Status = {
  Internal: 70,
  Usage: 2,
  Violated: 1,
  Unreached: 4,
  CutShort: 3,
  Ok: 0,
  /** Ended by a signal. */
  SIGINT: 130,
  SIGTERM: 143,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

export function verdictOf(violations: number, isExhausted: boolean): Verdict {
  if (violations > 0) return 'violated';
  return isExhausted ? 'exhausted' : 'budget-spent';
}

/** One job's result with what else bears on the status. */
export interface Checked {
  readonly result: CheckResult;
  /** The design's `expect.known`. */
  readonly known: readonly Known[];
  /** An exhaustive search that only begins, for the engines after it: that it was cut short says nothing. */
  readonly isPrologue?: boolean;
  /** Classes of the base under careless callers; undefined where callers are correct. */
  readonly base?: readonly Violation[];
}

export interface Run {
  readonly checked: readonly Checked[];
  /** Sentences about misuse, bad files and outputs that can not be written. */
  readonly usageErrors: number;
  readonly internalErrors: number;
  /** What was told of each of them. */
  readonly errors?: readonly string[];
  readonly signal?: 'SIGINT' | 'SIGTERM' | undefined;
  readonly onlyKnown: boolean;
  readonly requireReached: boolean;
  /** What else is to be said before the last line. */
  readonly notes?: readonly string[];
}

export interface Conclusion {
  readonly status: Status;
  /**
   * Violations that make the status 1: with --known those that are not listed, else all that no base has by misuse, and
   * that the tree did not have before its change.
   */
  readonly failing: ReadonlySet<Violation>;
  /** What is to be said before the last line, one sentence each. */
  readonly notes: readonly string[];
  /** What was told already: of a file that can not be used or written, or of iovcheck itself. */
  readonly errors: readonly string[];
  readonly lastLine: string;
}

const PARTS_OF_ALL: ReadonlySet<ScenarioName> = new Set(['pipe-iter', 'packet']);

/** `bytes-in-order at copy_to_iter() in push_pipe()`; the function is left out where it is the op. */
export function classText(v: Violation): string {
  const { invariant, op, function: fn } = v.class;
  return fn === op || fn === '' ? `${invariant} at ${op}` : `${invariant} at ${op}, in ${fn}()`;
}

export function knownFor(known: readonly Known[], v: Violation['class'], scenario: ScenarioName): Known | undefined {
  return known.find((k) => isOf(k, scenario) && k.invariant === v.invariant && (k.op === undefined || k.op === v.op));
}

/** What is known of a part of `all` is known there. */
function isOf(k: Known, scenario: ScenarioName): boolean {
  return k.scenario === scenario || (scenario === 'all' && PARTS_OF_ALL.has(k.scenario));
}

/** The base has the rule broken at the same op: a caller that breaks the protocol can do that anyway. */
export function baseHas(base: readonly Violation[], v: Violation): boolean {
  return base.some((b) => b.class.invariant === v.class.invariant && b.class.op === v.class.op);
}

/** Violations that make the status 1. */
function counted({ result, base }: Checked): Violation[] {
  return result.violations.filter((v) => v.isOld !== true && (!v.misuse || base === undefined || !baseHas(base, v)));
}

/** Runs of one design in one scenario, by whichever engines. */
function byPlace(checked: readonly Checked[]): Checked[][] {
  const out = new Map<string, Checked[]>();
  for (const c of checked) {
    const key = `${c.result.design}, ${c.result.scenario}`;
    out.set(key, [...(out.get(key) ?? []), c]);
  }
  return [...out.values()];
}

/** An engine chose what was done; the traces of a corpus reach what they reach. */
function isSearch({ result }: Checked): boolean {
  return result.engine !== 'corpus';
}

/** The engine went through all it was to go through: what it did not find is not there, or was not met. */
function isWhole({ result }: Checked): boolean {
  return result.exhausted || result.engine !== 'exhaustive';
}

const isCutShort = ({ result, isPrologue }: Checked): boolean =>
  result.engine === 'exhaustive' && !result.exhausted && isPrologue !== true;

/** What is found in one place and not listed; what only follows from another violation needs no entry of its own. */
function unlistedOf(runs: readonly Checked[]): Violation[] {
  const { scenario } = runs[0].result;
  const listed = runs[0].known.filter((k) => isOf(k, scenario));
  return runs.flatMap(counted).filter((v) => !v.afterOthers && knownFor(listed, v.class, scenario) === undefined);
}

/** With --known: what is found and not listed, and what is listed and not found. */
function judgeKnown(checked: readonly Checked[]): string[] {
  return byPlace(checked).flatMap((runs) => {
    const { design, scenario } = runs[0].result;
    const violations = runs.flatMap(counted);
    const listed = runs[0].known.filter((k) => isOf(k, scenario));
    const unlisted = unlistedOf(runs);
    const missing = listed.filter(
      (k) => k.isBeyond !== true && !violations.some((v) => knownFor([k], v.class, scenario) !== undefined),
    );
    return [
      ...new Set(unlisted.map((v) => `${design}, ${scenario}: ${classText(v)} is not among its known violations.`)),
      ...(runs.every(isWhole) ? missing : []).map(
        (k) =>
          `${design}, ${scenario}: the known violation ${k.invariant}${k.op === undefined ? '' : ` at ${k.op}`} (${k.finding}) was not found.`,
      ),
    ];
  });
}

/** What was never reached, by design and scenario: missing for every engine that ran there. */
function judgeReached(checked: readonly Checked[], requireReached: boolean): string[] {
  return byPlace(checked.filter(isSearch)).flatMap((runs) => {
    const [{ result }] = runs;
    const names = result.unreached.filter((name) => runs.every((run) => run.result.unreached.includes(name)));
    const isExhausted = runs.some((run) => run.result.exhausted);
    const counts = requireReached ? names : names.filter((name) => name === 'a quiescent state' && isExhausted);
    return counts.length === 0 ? [] : [`${result.design}, ${result.scenario}: never reached: ${counts.join(', ')}.`];
  });
}

const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

function describe(run: Run, status: Status, violations: number): string {
  const searched = run.checked.filter(isSearch);
  const corpus = searched.length < run.checked.length ? ' and the corpus' : '';
  const searches = `${plural(searched.length, 'search', 'searches')}${corpus}`;
  const cut = run.checked.filter(isCutShort).length;
  const random = searched.filter((c) => c.result.engine !== 'exhaustive').length;
  const parts = [searches, violations === 0 ? 'no violation' : plural(violations, 'violation')];
  if (run.checked.some(({ result }) => result.gone !== undefined))
    parts.push(`${run.checked.flatMap(counted).length} of them new`);
  if (cut > 0) parts.push(`${cut} cut short`);
  if (random > 0) parts.push(`${plural(random, 'budget')} spent, which proves nothing`);
  if (run.usageErrors > 0) parts.push(plural(run.usageErrors, 'error'));
  if (run.internalErrors > 0) parts.push('iovcheck itself failed');
  if (run.signal !== undefined) parts.push('interrupted');
  return `${parts.join(', ')}; exit ${status}.`;
}

type Came = { readonly isViolated: boolean; readonly isUnreached: boolean; readonly isCut: boolean };

function statusOf(run: Pick<Run, 'signal' | 'internalErrors' | 'usageErrors'>, came: Came): Status {
  if (run.signal !== undefined) return Status[run.signal];
  if (run.internalErrors > 0) return Status.Internal;
  if (run.usageErrors > 0) return Status.Usage;
  if (came.isViolated) return Status.Violated;
  if (came.isUnreached) return Status.Unreached;
  return came.isCut ? Status.CutShort : Status.Ok;
}

/** A campaign, counted. */
export interface CampaignRun extends Pick<Run, 'signal' | 'internalErrors' | 'usageErrors'> {
  readonly jobs: number;
  /** Known by now, and not done. */
  readonly left: number;
  readonly findings: number;
  /** Of these, what a careless caller breaks in the base as well. */
  readonly ofBase: number;
  /** Spaces that were searched to the end, those of them in which nothing breaks, and those that were not. */
  readonly whole: number;
  readonly proved: number;
  readonly cut: number;
  /** Searched to the end without a run that comes to rest. */
  readonly restless: number;
}

export function concludeCampaign(run: CampaignRun): Pick<Conclusion, 'status' | 'lastLine'> {
  const { jobs, left, findings, ofBase, whole, proved, cut } = run;
  const status = statusOf(run, { isViolated: findings > ofBase, isUnreached: run.restless > 0, isCut: cut > 0 });
  const parts = [plural(jobs, 'job'), findings === 0 ? 'no violation' : plural(findings, 'violation')];
  if (ofBase > 0) parts.push(`${ofBase} of them misuse that a base allows as well`);
  if (whole > 0) parts.push(`${plural(whole, 'space')} searched to the end, ${proved} without a violation`);
  if (cut > 0) parts.push(`${cut} cut short`);
  if (run.usageErrors > 0) parts.push(plural(run.usageErrors, 'error'));
  if (run.internalErrors > 0) parts.push('iovcheck itself failed');
  if (left > 0) parts.push(`${left} left to do`);
  if (run.signal !== undefined) parts.push('interrupted');
  return { status, lastLine: `${parts.join(', ')}; exit ${status}.` };
}

export function conclude(run: Run): Conclusion {
  const failing = new Set(run.onlyKnown ? byPlace(run.checked).flatMap(unlistedOf) : run.checked.flatMap(counted));
  const known = run.onlyKnown ? judgeKnown(run.checked) : [];
  const unreached = judgeReached(run.checked, run.requireReached);
  const isViolated = run.onlyKnown ? known.length > 0 : failing.size > 0;
  const isCut = run.checked.some(isCutShort);
  const status = statusOf(run, { isViolated, isUnreached: unreached.length > 0, isCut });
  const found = run.checked.flatMap((c) => c.result.violations).length;
  const notes = [...(run.notes ?? []), ...known, ...unreached];
  return { status, failing, notes, errors: run.errors ?? [], lastLine: describe(run, status, found) };
}
