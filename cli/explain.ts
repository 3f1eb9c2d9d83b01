/** From the classes that a search found to violations as they are printed: each trace is taken again. */
import type { Heartbeat } from '../check/heartbeat.js';
import { Phase } from '../check/heartbeat.js';
import { realiseBefore } from '../check/realise.js';
import { UsageError } from '../harness/bounds-text.js';
import { replay } from '../harness/replay.js';
import type { CheckResult, Violation } from '../harness/result.js';
import type { Found, ViolationClass } from '../harness/runner.js';
import { classKey, Runner } from '../harness/runner.js';
import type { Trace } from '../harness/trace.js';
import { formatTrace } from '../harness/trace.js';
import { knownFor, verdictOf } from '../harness/verdict.js';
import type { Design } from '../model/design.js';
import { cName } from '../model/functions.js';
import type { Asked } from '../reports/account.js';
import { accountOf, againText } from '../reports/account.js';
import { itfText } from '../reports/itf.js';
import type { PageOptions } from '../reports/html/result.js';
import type { ResultData } from '../reports/html/data.js';
import { Attribution } from './attribute.js';
import type { DeadEnd } from './dead-end.js';
import { closeDeadEnds } from './dead-end.js';
import { fullName } from './load.js';
import type { RawClass, Report, Search, Tally } from './protocol.js';
import { commandFor, renderAlone, renderReport, treeOption } from './render.js';

/** The op that does not return, as a class. */
export function hungClass(runner: Runner, path: readonly number[], isShortest: boolean): RawClass {
  const { spec } = runner.ops[path[path.length - 1]];
  const fn = spec.fn === null ? spec.name : cName(spec.fn);
  return {
    class: { invariant: 'every-loop-ends', op: spec.name, function: fn },
    severity: 'fatal',
    path,
    minimality: isShortest ? 'shortest' : 'raw',
    isAfterOthers: false,
    dead: `${fn}() does not return; it was ended from outside`,
  };
}

/** The same of a search, whose path may go through states that stand for others. */
export function hungIn(search: Search, design: Design, hung: readonly number[]): RawClass {
  const runner = new Runner(design, search.bounds, search.scenario);
  const isExhaustive = search.engine === 'exhaustive';
  return hungClass(runner, isExhaustive ? realiseBefore(runner, hung) : hung, isExhaustive);
}

/** The class among what was found; its function may be told apart less well on replay. */
function pick(found: readonly Found[], raw: RawClass): Found | undefined {
  const same = found.filter((f) => f.invariant === raw.class.invariant && f.op === raw.class.op);
  return same.find((f) => f.function === raw.class.function) ?? same[0];
}

function deadEndOf({ class: cls, path, dead }: RawClass): DeadEnd[] {
  if (dead === undefined) return [];
  const rule = cls.invariant === 'every-loop-ends' ? 'every-loop-ends' : 'no-bug';
  return [{ path, rule, function: cls.function, why: dead }];
}

function explanationOf(runner: Runner, raw: RawClass): { trace: string[]; found: Found } {
  const { steps, stoppedAt } = replay(runner, raw.path);
  const found = pick(steps.at(-1)?.found ?? [], raw);
  const trace = raw.path.map((n) => runner.ops[n].text);
  if (stoppedAt >= 0 || found === undefined) {
    throw new Error(`the trace of ${raw.class.invariant} at ${raw.class.op} does not replay: ${trace.join('; ')}`);
  }
  return { trace, found };
}

function explainOne(
  runner: Runner,
  raw: RawClass,
  { design, before }: { design: Design; before: ReadonlySet<string> },
  attribution: Attribution,
): Violation {
  const { trace, found } = explanationOf(runner, raw);
  const scenario = runner.w.scenario.name;
  return {
    class: raw.class,
    severity: raw.severity,
    misuse: attribution.isMisuse(trace),
    steps: trace.length,
    minimality: raw.minimality,
    trace,
    explanation: found.explanation,
    fixedBy: raw.dead === undefined ? attribution.fixedBy(trace, raw.class) : null,
    known: knownFor(design.expect.known ?? [], raw.class, scenario)?.finding ?? null,
    afterOthers: raw.isAfterOthers,
    ...(attribution.isOfBase(trace, raw.class) ? { ofBase: true } : {}),
    ...(before.has(classKey(raw.class)) ? { isOld: true as const } : {}),
    ...(raw.tried === undefined ? {} : { tried: raw.tried }),
  };
}

interface TraceFile {
  /** Without what says in which form it is. */
  readonly stem: string;
  readonly trace: Trace;
  readonly violation: Violation;
}

function tracesOf(search: Search, result: CheckResult): TraceFile[] {
  const { scenario, bounds, engine, seed, part = 1 } = search;
  const by = part === 1 ? engine : `${engine}-${part}`;
  return result.violations.map((violation, n) => {
    const { class: violates, minimality, trace: ops } = violation;
    const number = String(n + 1).padStart(2, '0');
    const name = [result.design, scenario, by, number, violates.invariant, violates.op].join('.');
    const trace = { design: fullName(search.ref), scenario, bounds, ops, violates, minimality, engine, seed };
    return { stem: name.replace(/[^\w.-]/g, '_'), trace, violation };
  });
}

/** Each violation with all its states. */
function itfOf(runner: Runner, files: readonly TraceFile[]): NonNullable<Report['itf']> {
  return files.map(({ stem, trace, violation: v }) => ({
    file: `${stem}.itf.json`,
    text: itfText(runner, trace, `${v.class.invariant}: ${v.explanation}`),
  }));
}

/** Shortest first; among equals in the order in which they were found. */
function inOrder(classes: readonly RawClass[]): RawClass[] {
  return classes.toSorted((a, b) => a.path.length - b.path.length);
}

/** Makes what a page is drawn from; loaded only where one is wanted. */
export type PageMaker = (result: CheckResult, options: PageOptions) => ResultData;

export function explain(
  search: Search,
  design: Design,
  classes: readonly RawClass[],
  tally: Tally,
  heartbeat: Heartbeat,
  makePage?: PageMaker,
): Report {
  heartbeat.enter(Phase.Replaying);
  const runner = new Runner(design, search.bounds, search.scenario);
  heartbeat.follow(runner);
  closeDeadEnds(runner, classes.flatMap(deadEndOf));
  let violations: Violation[];
  try {
    const attribution = new Attribution(
      design,
      search.onBase ? [] : search.ref.without,
      search.bounds,
      search.scenario,
    );
    const before = new Set(search.before?.map(classKey));
    violations = inOrder(classes).map((raw) => explainOne(runner, raw, { design, before }, attribution));
  } catch (error) {
    if (search.ref.url === null || !(error instanceof Error)) throw error;
    throw new UsageError(`${search.ref.name}: ${error.message}; does a function keep state outside Kernel?`, {
      cause: error,
    });
  }
  const result = resultOf(search, design, tally, violations);
  const found = tracesOf(search, result);
  const traces = found.map(({ stem, trace }) => ({ file: `${stem}.trace`, text: formatTrace(trace) }));
  const files = new Map(result.violations.map((v, n) => [v, traces[n].file]));
  const text = renderReport(result, runner, search, files);
  const asked = askedOf(search);
  const traceOf = (v: Violation): Report['traces'][number] => traces[result.violations.indexOf(v)];
  const again = againText(result, runner, asked);
  const page = makePage?.(result, { runner, design, traceOf, again, ...commandFor(search, files) });
  return {
    result,
    text,
    traces,
    ...(search.isTold ? { account: accountOf(result, runner, asked) } : {}),
    ...(page === undefined ? {} : { page }),
    ...(search.hasStates ? { itf: itfOf(runner, found) } : {}),
    ...(search.wantsTexts ? { texts: violations.map((v) => renderAlone(v, runner, search)) } : {}),
  };
}

/** What was there before a change, and was not found after it. */
function goneOf(before: readonly ViolationClass[], violations: readonly Violation[]): ViolationClass[] {
  const found = new Set(violations.map((v) => classKey(v.class)));
  return before.filter((cls) => !found.has(classKey(cls)));
}

function resultOf(search: Search, design: Design, tally: Tally, violations: readonly Violation[]): CheckResult {
  const { stats, isExhausted, seconds } = tally;
  return {
    design: design.id,
    scenario: search.scenario,
    bounds: search.bounds,
    engine: search.engine,
    seed: search.seed,
    verdict: verdictOf(violations.length, isExhausted),
    exhausted: isExhausted,
    cutShort: tally.cutShort,
    violations,
    ...(search.before === undefined ? {} : { gone: goneOf(search.before, violations) }),
    stats,
    reached: tally.reached,
    unreached: tally.unreached,
    ...(tally.proof === undefined ? {} : { proof: tally.proof }),
    ...(search.timing ? { timing: { seconds, edgesPerSecond: Math.round(stats.steps / seconds) } } : {}),
  };
}

/** What the command line said of this search. */
function askedOf({ ref, steps, runs = Number.POSITIVE_INFINITY }: Search): Asked {
  const budget = Number.isFinite(runs) ? `${runs}-runs` : Number.isFinite(steps) ? `${steps}-steps` : '';
  const tree = ref.tree === undefined ? {} : { kernelTree: treeOption(ref.tree) };
  return { name: ref.name, isFile: ref.url !== null, without: ref.without, budget, ...tree };
}
