/** The result of a search as data for a page: what text.ts prints, and each trace step by step. */
import { boundKeys } from '../../harness/bounds-text.js';
import type { CheckResult, Violation } from '../../harness/result.js';
import { resolveOps } from '../../harness/trace.js';
import { SCENARIOS } from '../../model/scenario.js';
import { plural, where } from '../later.js';
import type { TextOptions } from '../text.js';
import { factsOf, order } from '../text.js';
import { completeText, engineText, lengthText, notClaimed, searchedText } from '../phrases.js';
import { BOUND_WORDS } from './bounds-words.js';
import type { ResultData, ViolationData } from './data.js';
import { patchesAt, patchesOf } from './patch.js';
import { runOf } from './run.js';

export interface TraceFile {
  readonly file: string;
  readonly text: string;
}

export interface PageOptions extends TextOptions {
  /** The trace of each violation, as the file that --traces writes. */
  readonly traceOf: (v: Violation) => TraceFile;
  /** Ops of a run that breaks nothing, where that is what there is to show. */
  readonly quiet?: readonly number[];
  /** The command that comes to the same result. */
  readonly again: string;
}

function violationOf(v: Violation, options: PageOptions): ViolationData {
  const { runner, design } = options;
  const invariant = runner.invariants.find(({ id }) => id === v.class.invariant);
  if (invariant === undefined) throw new Error(`there is no invariant ${v.class.invariant}`);
  const { file, text } = options.traceOf(v);
  const trace = { design: design.id, scenario: runner.w.scenario.name, bounds: runner.w.bounds, ops: v.trace };
  return {
    file: file.replace(/\.trace$/, ''),
    invariant: invariant.id,
    where: where(v),
    statement: invariant.statement,
    why: invariant.why,
    length: lengthText(v),
    minimality: v.minimality,
    explanation: v.explanation,
    facts: factsOf(v, { ...options, invariant }),
    patches: patchesAt(design, v.class.function),
    isMisuse: v.misuse,
    isAfterOthers: v.afterOthers,
    trace: text,
    command: options.command?.(v) ?? options.again,
    run: runOf(runner, resolveOps(runner, trace, 'trace'), v.class),
  };
}

function provedBy({ exhausted, stats, violations, proof, engine, cutShort }: CheckResult): string[] {
  if (!exhausted) {
    const isTraces = engine === 'corpus';
    const why = isTraces
      ? `No search was made: ${cutShort}.`
      : engine === 'exhaustive'
        ? `The search ended early: ${cutShort}.`
        : 'This engine samples.';
    const nothing = violations.length === 0 ? 'Nothing was found, and nothing is proved.' : '';
    return [why, nothing, 'Each trace that is shown replays: what it breaks is really broken.'].filter((s) => s !== '');
  }
  const { states, edges, depth } = stats;
  const rest =
    violations.length === 0
      ? 'No rule is broken in any of them.'
      : `${plural(violations.length, 'kind')} of break ${violations.length === 1 ? 'is' : 'are'} all that there ${violations.length === 1 ? 'is' : 'are'}, each with a shortest run to it.`;
  const visited = `Every state that can be reached within the bounds was visited: ${plural(states, 'state')}, ${plural(edges, 'edge')}, runs of up to ${plural(depth, 'call')}.`;
  const symmetry = proof?.symmetry ?? [];
  const reductions = proof?.reductions ?? [];
  return [
    visited,
    rest,
    ...(proof === undefined ? [] : [`${plural(proof.invariants.length, 'rule')} judged in each state.`]),
    ...(symmetry.length === 0 ? [] : [`Taken for the same: ${symmetry.join('; ')}.`]),
    ...(reductions.length === 0 ? [] : [`Not each order was tried: ${reductions.join('; ')}.`]),
  ];
}

export function pageOf(result: CheckResult, options: PageOptions): ResultData {
  const { design } = options;
  const scenario = SCENARIOS[result.scenario];
  return {
    design: result.design,
    title: design.title,
    scenario: result.scenario,
    scenarioTitle: scenario.title,
    verdict: result.verdict,
    facts: [
      ['engine', engineText(result)],
      ['searched', searchedText(result)],
      ['complete', completeText(result)],
    ],
    bounds: boundKeys(scenario).map((key) => [key, String(result.bounds[key]), BOUND_WORDS[key]]),
    proved: provedBy(result),
    notClaimed: notClaimed(result, design.limits),
    violations: [...result.violations]
      .sort((a, b) => Number(a.afterOthers) - Number(b.afterOthers) || order(a, b))
      .map((v) => violationOf(v, options)),
    ...(options.quiet === undefined ? {} : { quiet: runOf(options.runner, options.quiet) }),
    reached: Object.entries(result.reached).map(([op, row]) => [op, Object.entries(row)]),
    unreached: result.unreached,
    base: design.base?.id ?? '',
    patches: patchesOf(design),
    command: options.again,
  };
}
