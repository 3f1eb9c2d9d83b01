/**
 * The report for a person: each counterexample as a run that a kernel developer can follow
 * op by op, and after all of them what the verdict does not claim. No clock.
 */
import { SCENARIOS } from '../model/scenario.js';
import { formatBounds } from '../harness/bounds-text.js';
import { formatLedger, ledger } from '../harness/ledger.js';
import type { CheckResult, Violation } from '../harness/result.js';
import type { Runner } from '../harness/runner.js';
import { resolveOps } from '../harness/trace.js';
import type { Invariant } from '../invariants/invariant.js';
import type { Design } from '../model/design.js';
import { changeText, restText } from './change.js';
import { faultRow, fixText, sources } from './fault.js';
import { COLUMNS } from './draw.js';
import type { Colour } from './later.js';
import { laterText, plural, where } from './later.js';
import { boundsOption, completeText, engineText, lengthText, lowerFirst, notClaimed, searchedText } from './phrases.js';
import { runLines, takeRun } from './run.js';
import { wrap } from './wrap.js';

export type { Colour } from './later.js';

export interface TextOptions {
  readonly runner: Runner;
  readonly design: Design;
  /** Columns that prose is broken at. */
  readonly width?: number;
  /** The most that runs and drawings have; 78 where absent. */
  readonly columns?: number;
  readonly colour?: Colour;
  /** The command that replays a violation, where its trace was written to a file; '' where there is none. */
  readonly command?: (v: Violation) => string;
}

const PLAIN: Colour = (_kind, s) => s;

/** Rules about references: the report adds who took and who dropped them. */
export const NEEDS_LEDGER: ReadonlySet<string> = new Set([
  'refcount-equals-owners',
  'pins-balance',
  'dma-target-stays-allocated',
  'no-use-after-free',
]);

/** Lines of `name  text`, the text broken and set under itself. */
function field(name: string, text: string, width: number): string[] {
  const indent = ' '.repeat(FIELD);
  const [first, ...rest] = wrap(text, width, indent);
  return [`  ${name}`.padEnd(FIELD) + first.trimStart(), ...rest];
}

const FIELD = 14;

export function renderViolation(v: Violation, ctx: TextOptions & { readonly invariant: Invariant }): string {
  const width = ctx.width ?? COLUMNS;
  const rows: [string, string][] = [
    ...factsOf(v, ctx),
    ['design', `${ctx.design.id}: ${ctx.design.title}`],
    ['bounds', formatBounds(ctx.runner.w.bounds, ctx.runner.w.scenario).replaceAll(',', ', ')],
  ];
  const command = ctx.command?.(v) ?? checkCommand(ctx);
  const again = command === '' ? [] : [againLine(command)];
  return `${[...body(v, ctx), ...fields(rows, width), ...again].join('\n')}\n`;
}

/** The command that finds it; `name` is what the design is named by. */
export function checkCommand({ design, runner: { w } }: TextOptions, name = design.id): string {
  const bounds = boundsOption(w.bounds, w.scenario, design) || ' --bounds default';
  return `iovcheck check ${name} --scenario ${w.scenario.name}${bounds}`;
}

/** The command is one line, whatever its length: it is there to be copied. */
function againLine(command: string): string {
  return `  ${'again'.padEnd(FIELD - 2)}${command}`;
}

/** The counterexample itself: the rule, the run, what is wrong at its end. */
function body(v: Violation, ctx: TextOptions & { readonly invariant: Invariant }): string[] {
  const { runner, invariant } = ctx;
  const width = ctx.width ?? COLUMNS;
  const colour = ctx.colour ?? PLAIN;
  const trace = { design: ctx.design.id, scenario: runner.w.scenario.name, bounds: runner.w.bounds, ops: v.trace };
  const ops = resolveOps(runner, trace, 'trace');
  return [
    `${colour('bad', invariant.id)}: ${where(v)}${v.misuse ? '; misuse by a careless caller' : ''}`,
    '',
    ...wrap(invariant.statement, width, '  ').map((line) => colour('bold', line)),
    ...wrap(`Where it is broken: ${lowerFirst(invariant.why)}`, width, '  '),
    '',
    ...wrap(`${lengthText(v)}:`, width, '  '),
    '',
    ...runLines(takeRun(runner, ops, v, ctx.columns), colour, ctx.columns),
    '',
    ...wrap(v.explanation, width, '  ').map((line) => colour('bad', line)),
    '',
    ...(NEEDS_LEDGER.has(invariant.id) ? ledgerLines(runner, ops) : []),
  ];
}

function ledgerLines(runner: Runner, ops: readonly number[]): string[] {
  return ['  who holds what, step by step:', ...formatLedger(ledger(runner, ops)).map((line) => `    ${line}`), ''];
}

export function factsOf(
  v: Violation,
  { design, invariant }: TextOptions & { readonly invariant: Invariant },
): [string, string][] {
  const rows: [string, string][] = [
    faultRow(v, design),
    ['rule', sources(invariant.source) || 'an invariant of the design'],
  ];
  if (v.known !== null) rows.push(['known', `${v.known} in docs/findings.md`]);
  if (v.fixedBy !== null) rows.push(['fixed by', fixText(v.fixedBy, design)]);
  return rows;
}

function fields(rows: readonly (readonly [string, string])[], width: number): string[] {
  return rows.flatMap(([name, text]) => field(name, text, width));
}

/** Those of careless callers last, and the shortest first. */
export function order(a: Violation, b: Violation): number {
  return Number(a.misuse) - Number(b.misuse) || a.steps - b.steps;
}

/** A whole result: the verdict, each kind of violation, what was not reached, and what is not claimed. */
export function renderResult(result: CheckResult, ctx: TextOptions): string {
  const colour = ctx.colour ?? PLAIN;
  const width = ctx.width ?? COLUMNS;
  const sorted = [...result.violations].sort(order);
  const news = sorted.filter((v) => v.isOld !== true);
  const primary = news.filter((v) => !v.afterOthers);
  const later = news.filter((v) => v.afterOthers);
  const change = changeText(result);
  const kinds = result.violations.length === 0 ? '' : `: ${plural(result.violations.length, 'class', 'classes')}`;
  const head: [string, string][] = [
    ['design', ctx.design.title],
    ...(change === '' ? [] : [['the change', change] as [string, string]]),
    ['engine', engineText(result)],
    ['searched', searchedText(result)],
    ['complete', completeText(result)],
    ['bounds', formatBounds(result.bounds, SCENARIOS[result.scenario]).replaceAll(',', ', ')],
  ];
  const title = `${result.design}, ${result.scenario}: ${result.verdict}${kinds}`;
  const parts = [
    [colour(result.verdict === 'violated' ? 'bad' : 'bold', title), ...fields(head, width)].join('\n'),
    ...primary.map((v, n) => `${rule(n + 1, primary.length, colour)}\n${renderOne(v, ctx)}`.trimEnd()),
    laterText(later, width, colour),
    restText(result, width, colour),
    unreachedText(result, width),
    ['not claimed:', ...notClaimed(result, ctx.design.limits).flatMap((text) => wrap(text, width, '  '))].join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function rule(n: number, of: number, colour: Colour): string {
  const head = `--- ${n} of ${of} `;
  return colour('dim', head.padEnd(COLUMNS, '-'));
}

export function invariantOf({ invariants }: Runner, v: Violation): Invariant {
  const invariant = invariants.find(({ id }) => id === v.class.invariant);
  if (invariant === undefined) throw new Error(`there is no invariant ${v.class.invariant}`);
  return invariant;
}

/** One counterexample of several, from its rule to the command that takes it again. */
export function renderOne(v: Violation, ctx: TextOptions): string {
  const full = { ...ctx, invariant: invariantOf(ctx.runner, v) };
  const again = ctx.command === undefined ? [] : [againLine(ctx.command(v))];
  return [...body(v, full), ...fields(factsOf(v, full), ctx.width ?? COLUMNS), ...again].join('\n');
}

function unreachedText(result: CheckResult, width: number): string {
  return result.unreached.length === 0
    ? ''
    : ['never reached:', ...wrap(result.unreached.join(', '), width, '  ')].join('\n');
}
