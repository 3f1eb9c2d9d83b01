/**
 * The report for a person: each counterexample as a run that a kernel developer can follow
 * op by op, and after all of them what the verdict does not claim. No clock.
 */
import { SCENARIOS } from '../model/scenario.js';
import { UsageError, boundKeys, formatBounds, namedBounds } from '../harness/bounds-text.js';
import { formatLedger, ledger } from '../harness/ledger.js';
import { replay } from '../harness/replay.js';
import type { CheckResult, Violation } from '../harness/result.js';
import type { Found, Runner } from '../harness/runner.js';
import { classKey, Step } from '../harness/runner.js';
import { resolveOps } from '../harness/trace.js';
import type { Invariant } from '../invariants/invariant.js';
import type { Design } from '../model/design.js';
import { NAMED_BOUNDS } from '../model/bounds.js';
import { faultRow, fixText, sources } from './fault.js';
import { PAGES_LEGEND } from './draw-memory.js';
import { COLUMNS, HERE, drawFound, legendOf } from './draw.js';
import type { Colour } from './later.js';
import { laterText, plural, where } from './later.js';
import { MARGIN, STEP, callLine, returned, ringLines, wrap } from './steps.js';

export type { Colour } from './later.js';

export interface TextOptions {
  readonly runner: Runner;
  readonly design: Design;
  /** Columns that prose is broken at; drawings have at most 78. */
  readonly width?: number;
  readonly colour?: Colour;
  /** The command that replays a violation, where its trace was written to a file. */
  readonly command?: (v: Violation) => string;
}

const PLAIN: Colour = (_kind, s) => s;

/** Rules about references: the report adds who took and who dropped them. */
const NEEDS_LEDGER: ReadonlySet<string> = new Set([
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
  return `${[...body(v, ctx), ...fields(rows, width), againLine(ctx.command?.(v) ?? checkCommand(ctx))].join('\n')}\n`;
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
    ...wrap(lengthText(v), width, '  '),
    '',
    ...stepLines(runner, ops, v, colour),
    '',
    ...wrap(v.explanation, width, '  ').map((line) => colour('bad', line)),
    '',
    ...(NEEDS_LEDGER.has(invariant.id) ? ledgerLines(runner, ops) : []),
  ];
}

/** The shortest way to say the same bounds on a command line. */
function boundsOption({ runner, design }: TextOptions): string {
  const { bounds, scenario } = runner.w;
  const full = formatBounds(bounds, scenario);
  if (design.bounds !== undefined) return ` --bounds ${full}`;
  const name = Object.keys(NAMED_BOUNDS).find((key) => formatBounds(namedBounds(key, scenario), scenario) === full);
  if (name !== undefined) return ` --bounds ${name}`;
  const own = namedBounds('default', scenario);
  return ` --bounds ${boundKeys(scenario)
    .filter((key) => bounds[key] !== own[key])
    .map((key) => `${key}=${bounds[key]}`)
    .join(',')}`;
}

export function checkCommand(ctx: TextOptions): string {
  return `iovcheck check ${ctx.design.id} --scenario ${ctx.runner.w.scenario.name}${boundsOption(ctx)}`;
}

/** A sentence that goes on from a colon; names such as I/O and CVE stay as they are. */
export function lowerFirst(s: string): string {
  return /^[A-Z][a-z]/.test(s) || /^A /.test(s) ? s[0].toLowerCase() + s.slice(1) : s;
}

/** Each op, what it returned and the ring after it; the last one with the whole state. */
function stepLines(runner: Runner, ops: readonly number[], v: Violation, colour: Colour): string[] {
  const short: string[][] = [];
  const draw = (r: Runner, found: readonly Found[]): string[] => {
    short.push(ringLines(r, COLUMNS - STEP));
    const own = found.find((f) => classKey(f) === classKey(v.class));
    return drawFound(r, own === undefined ? [] : [own], COLUMNS - DRAWING.length);
  };
  const { steps, stoppedAt } = replay(runner, ops, draw);
  if (stoppedAt >= 0 || steps.length === 0) {
    throw new UsageError(
      `the trace does not replay: step ${stoppedAt + 1}, '${v.trace[stoppedAt]}', can not be taken there`,
    );
  }
  const rets = steps.map((step) =>
    step.step === Step.Fatal ? '(does not return)' : returned(runner.ops[step.op], step.ret),
  );
  const fits = (n: number): boolean => rets[n] !== '' && STEP + steps[n].text.length + 2 + rets[n].length <= COLUMNS;
  const wide = Math.max(0, ...steps.map(({ text }, n) => (fits(n) ? text.length : 0)));
  const calls = steps.map(({ text }, n) => callLine(text, rets[n], n + 1, wide));
  return steps.flatMap((step, n) => {
    const others = step.found.filter((f) => classKey(f) !== classKey(v.class)).map((f) => f.invariant);
    const also =
      others.length === 0
        ? []
        : [
            `${MARGIN}${n === steps.length - 1 ? 'also broken here' : 'broken here'}: ${[...new Set(others)].join(', ')}`,
          ];
    const isLast = n === steps.length - 1;
    if (isLast)
      return [
        colour('bold', calls[n]),
        ...also,
        '',
        ...drawing(step.picture, colour),
        ...legend(runner, step.picture, colour),
      ];
    const isSame = n > 0 && short[n].join('\n') === short[n - 1].join('\n');
    return [colour('bold', calls[n]), ...(isSame ? [] : short[n].map((line) => MARGIN + colour('dim', line))), ...also];
  });
}

/** Before each line of the drawing. */
const DRAWING = ' '.repeat(4);

/** Whether a line of a drawing carries the mark. */
function isMarkedLine(line: string): boolean {
  return line.endsWith(HERE) || line.endsWith('<==');
}

function drawing(picture: readonly string[], colour: Colour): string[] {
  return picture.map((line) => DRAWING + (isMarkedLine(line) ? colour('bad', line) : line));
}

function ledgerLines(runner: Runner, ops: readonly number[]): string[] {
  return ['  who holds what, step by step:', ...formatLedger(ledger(runner, ops)).map((line) => `    ${line}`), ''];
}

/** What the letters of a drawing mean. */
function legend(runner: Runner, picture: readonly string[], colour: Colour): string[] {
  if (picture.length > 0 && picture[0].startsWith('pipe')) {
    return picture.some((line) => line.startsWith('readable')) ? [DRAWING + colour('dim', legendOf(runner))] : [];
  }
  return picture.some((line) => /^(parent|child) .*, [pFZ]/.test(line)) ? [DRAWING + colour('dim', PAGES_LEGEND)] : [];
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

const MINIMALITY: Readonly<Record<Violation['minimality'], string>> = {
  shortest: 'within the bounds there is no shorter one',
  '1-minimal': 'no op can go, and no argument can shrink',
  raw: 'as it was found, not minimised',
};

export function lengthText(v: Violation): string {
  const tried = v.tried === undefined ? '' : `; every run of ${plural(v.tried, 'step')} or fewer was tried`;
  return `${plural(v.steps, 'step')}, ${v.minimality} (${MINIMALITY[v.minimality]})${tried}:`;
}

export function order(a: Violation, b: Violation): number {
  return Number(a.misuse) - Number(b.misuse) || a.steps - b.steps;
}

/** A whole result: the verdict, each kind of violation, what was not reached, and what is not claimed. */
export function renderResult(result: CheckResult, ctx: TextOptions): string {
  const colour = ctx.colour ?? PLAIN;
  const width = ctx.width ?? COLUMNS;
  const sorted = [...result.violations].sort(order);
  const primary = sorted.filter((v) => !v.afterOthers);
  const later = sorted.filter((v) => v.afterOthers);
  const kinds = result.violations.length === 0 ? '' : `: ${plural(result.violations.length, 'class', 'classes')}`;
  const head: [string, string][] = [
    ['design', ctx.design.title],
    ...searchFacts(result),
    ['bounds', formatBounds(result.bounds, SCENARIOS[result.scenario]).replaceAll(',', ', ')],
  ];
  const title = `${result.design}, ${result.scenario}: ${result.verdict}${kinds}`;
  const parts = [
    [colour(result.verdict === 'violated' ? 'bad' : 'bold', title), ...fields(head, width)].join('\n'),
    ...primary.map((v, n) => `${rule(n + 1, primary.length, colour)}\n${renderOne(v, ctx)}`.trimEnd()),
    laterText(later, width, colour),
    unreachedText(result, width),
    notClaimed(result, width).join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** How it was searched, and how far. */
export function searchFacts(result: CheckResult): [name: string, text: string][] {
  const { states, edges, depth, steps } = result.stats;
  const all = `${plural(states, 'state')}, ${plural(edges, 'edge')}, ${plural(steps, 'step')}, depth ${depth}`;
  return [
    ['engine', result.engine === 'corpus' ? 'none: traces were taken again' : `${result.engine}, seed ${result.seed}`],
    ['searched', result.engine === 'exhaustive' ? all : plural(steps, 'step')],
    ['complete', completeText(result)],
  ];
}

function completeText(result: CheckResult): string {
  const isClean = result.violations.length === 0;
  if (result.exhausted)
    return `yes: the frontier is empty${isClean ? ', and no rule is broken within the bounds' : ''}`;
  return `no: ${result.cutShort === '' ? 'this engine samples' : result.cutShort}${isClean ? '; nothing was found, and nothing is proved' : ''}`;
}

function rule(n: number, of: number, colour: Colour): string {
  const head = `--- ${n} of ${of} `;
  return colour('dim', head.padEnd(COLUMNS, '-'));
}

function renderOne(v: Violation, ctx: TextOptions): string {
  const invariant = ctx.runner.invariants.find((i) => i.id === v.class.invariant);
  if (invariant === undefined) throw new Error(`there is no invariant ${v.class.invariant}`);
  const full = { ...ctx, invariant };
  const again = ctx.command === undefined ? [] : [againLine(ctx.command(v))];
  return [...body(v, full), ...fields(factsOf(v, full), ctx.width ?? COLUMNS), ...again].join('\n');
}

function unreachedText(result: CheckResult, width: number): string {
  return result.unreached.length === 0
    ? ''
    : ['never reached:', ...wrap(result.unreached.join(', '), width, '  ')].join('\n');
}

/** The limits of what was said above, as sentences. */
export function limitsOf(result: CheckResult): string[] {
  const within = result.exhausted
    ? 'This holds within the bounds above, and says nothing about larger pages, rings or counts.'
    : 'The search was not complete: what it did not find may be there all the same.';
  const races =
    'Callers interleave where the pipe lock is dropped; races under a lock, and memory ordering, are outside the model.';
  return [within, races];
}

function notClaimed(result: CheckResult, width: number): string[] {
  return ['not claimed:', ...limitsOf(result).flatMap((sentence) => wrap(sentence, width, '  '))];
}
