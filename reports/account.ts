/**
 * A result as plain data that any format can be made of: what is said of each violation, in words.
 * It is made where the design is, in a thread, and travels to where reports are written.
 */
import { formatLedger, ledger } from '../harness/ledger.js';
import type { CheckResult, Violation } from '../harness/result.js';
import type { Runner } from '../harness/runner.js';
import { resolveOps } from '../harness/trace.js';
import { formatBounds } from '../harness/bounds-text.js';
import type { Design } from '../model/design.js';
import type { KernelRef } from '../model/source.js';
import { authorOf, refsOf, sources } from './fault.js';
import { where } from './later.js';
import { boundsOption, lengthText, shellWord } from './phrases.js';
import type { Run } from './run.js';
import { runLines, takeRun } from './run.js';
import { NEEDS_LEDGER, factsOf, invariantOf, order, renderOne } from './text.js';

/** Columns of texts and drawings: what a mail takes, quoted or not. */
export const NARROW = 72;

/** A rule that was judged. */
export interface RuleAccount {
  readonly id: string;
  readonly statement: string;
  readonly why: string;
  /** Where it comes from, in words; '' for an invariant of the design. */
  readonly source: string;
  readonly refs: readonly KernelRef[];
}

export interface ViolationAccount {
  readonly violation: Violation;
  /** `pwrite, in pipe_write()` */
  readonly where: string;
  /** `2 steps, shortest (within the bounds there is no shorter one)` */
  readonly length: string;
  readonly run: Run;
  /** The run as it is printed, the state after it at the end. */
  readonly lines: readonly string[];
  /** Who took and who dropped each page, where the rule is about that. */
  readonly ledger: readonly string[];
  /** `at fault`, `rule`, `known`, `fixed by`, each with its text. */
  readonly facts: readonly (readonly [string, string])[];
  /** All of it, as in the text report. */
  readonly text: string;
  /** The kernel's file that the function at fault is in, where the design says so. */
  readonly file: string;
}

export interface Account {
  readonly result: CheckResult;
  /** As a command line names the design: its id, or the path of a user's file. */
  readonly name: string;
  readonly isFile: boolean;
  readonly title: string;
  /** Of a bug that mainline had: the commits that brought it in, and the one that took it out. */
  readonly history?: NonNullable<Design['history']>;
  /** `page=4,ring=1,...` */
  readonly bounds: string;
  /** Each rule that has something to say in the scenario. */
  readonly rules: readonly RuleAccount[];
  /** In the order of the text report: what breaks by itself, then what breaks after something else. */
  readonly violations: readonly ViolationAccount[];
  /** The command that comes to the same result. */
  readonly again: string;
}

/** What the command line said, beyond what is in the result. */
export interface Asked {
  readonly name: string;
  readonly isFile: boolean;
  readonly without: readonly string[];
  /** ` --kernel-tree DIR`, where the C of a tree was run. */
  readonly kernelTree?: string;
  /** As `--budget` takes it; '' for none. */
  readonly budget: string;
}

function rulesOf({ invariants, w }: Runner): RuleAccount[] {
  return invariants
    .filter((rule) => rule.needs?.(w.scenario.needs) !== false)
    .map(({ id, statement, why, source }) => ({ id, statement, why, source: sources(source), refs: source }));
}

/** The file of the function at fault: where its author's sources name it, or name one file only. */
function fileOf(v: Violation, { w: { design } }: Runner): string {
  const { function: fn } = v.class;
  const refs = refsOf(fn, authorOf(fn, design) ?? design).filter(({ file }) => /^[\w-]+\/.*\.[ch]$/.test(file));
  return new Set(refs.map(({ file }) => file)).size === 1 ? refs[0].file : '';
}

function violationAccount(v: Violation, runner: Runner): ViolationAccount {
  const { design, scenario, bounds } = runner.w;
  const ctx = { runner, design, width: NARROW, columns: NARROW, invariant: invariantOf(runner, v) };
  const ops = resolveOps(runner, { design: design.id, scenario: scenario.name, bounds, ops: v.trace }, 'trace');
  const run = takeRun(runner, ops, v, NARROW);
  return {
    violation: v,
    where: where(v),
    length: lengthText(v),
    run,
    lines: runLines(run, (_kind, s) => s, NARROW),
    ledger: NEEDS_LEDGER.has(v.class.invariant) ? formatLedger(ledger(runner, ops)) : [],
    facts: factsOf(v, ctx),
    text: renderOne(v, ctx),
    file: fileOf(v, runner),
  };
}

/** The command that comes to this result again, as short as it can be said. */
export function againText(
  { engine, seed }: CheckResult,
  { w: { bounds, scenario, design } }: Runner,
  asked: Asked,
): string {
  const isOnly = design.scenarios.length === 1 && design.scenarios[0] === scenario.name;
  const sampled = engine === 'random' || engine === 'coverage' ? ` --engine ${engine} --seed ${seed}` : '';
  return [
    `iovcheck check ${shellWord(asked.name)}`,
    isOnly ? '' : ` --scenario ${scenario.name}`,
    boundsOption(bounds, scenario, design),
    asked.kernelTree ?? '',
    ...asked.without.map((fix) => ` --without ${fix}`),
    sampled,
    sampled === '' || asked.budget === '' ? '' : ` --budget ${asked.budget}`,
  ].join('');
}

export function accountOf(result: CheckResult, runner: Runner, asked: Asked): Account {
  const { design, scenario, bounds } = runner.w;
  const sorted = result.violations.toSorted((a, b) => Number(a.afterOthers) - Number(b.afterOthers) || order(a, b));
  return {
    result,
    name: asked.name,
    isFile: asked.isFile,
    title: design.title,
    ...(design.history === undefined ? {} : { history: design.history }),
    bounds: formatBounds(bounds, scenario),
    rules: rulesOf(runner),
    violations: sorted.map((v) => violationAccount(v, runner)),
    again: againText(result, runner, asked),
  };
}

/** `packet-2012, packet`, and by which engine where it is not the first one. */
export function placeOf({ result: { design, scenario, engine } }: Account): string {
  return `${design}, ${scenario}${engine === 'exhaustive' ? '' : `, ${engine}`}`;
}

/** Why a rule that no violation was found of is not proved either; '' where it is. */
export function unprovedText({ result }: Account): string {
  if (result.exhausted) return '';
  const why = result.cutShort === '' ? 'this engine samples' : result.cutShort;
  return `${result.verdict}: ${why}; nothing is proved of this rule`;
}
