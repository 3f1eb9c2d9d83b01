/**
 * A trace as text: a head that says what it is a run of, then one op a line in C spelling,
 * then `end`, so that a file that was cut off is seen to be. What formatTrace() writes,
 * parseTrace() reads back to the last byte; comments (`#`) may be added by hand.
 */
import type { Bounds } from '../model/bounds.js';
import { SCENARIOS } from '../model/scenario.js';
import type { ScenarioName } from '../model/scenario.js';
import { UsageError, formatBounds, parseBounds } from './bounds-text.js';
import type { Line } from './itf-trace.js';
import { isItf, readItf } from './itf-trace.js';
import { nearest } from './nearest.js';
import { resolveOp } from './op-text.js';
import type { EngineName, Minimality } from './result.js';
import type { Runner, ViolationClass } from './runner.js';

export interface Trace {
  /** Id of a design, or the path of a file that exports one. */
  readonly design: string;
  readonly scenario: ScenarioName;
  readonly bounds: Bounds;
  /** Ops from the initial state, in C spelling. */
  readonly ops: readonly string[];
  /** The class that the last op violates. */
  readonly violates?: ViolationClass;
  readonly minimality?: Minimality;
  readonly engine?: EngineName;
  readonly seed?: number;
}

const VERSION = 1;
const FIRST_LINE = `# iovcheck trace v${VERSION}`;
const HEADERS = ['design', 'scenario', 'bounds', 'violates', 'minimality', 'engine', 'seed'] as const;
type Header = (typeof HEADERS)[number];
const REQUIRED: readonly Header[] = ['design', 'scenario', 'bounds'];
const MINIMALITIES: readonly Minimality[] = ['shortest', '1-minimal', 'raw'];
const ENGINES: readonly EngineName[] = ['exhaustive', 'random', 'coverage', 'corpus'];

/** Line numbers of the ops of a trace that was read from a file. */
const linesOf = new WeakMap<readonly string[], readonly number[]>();

export function formatTrace(t: Trace): string {
  const v = t.violates;
  const head: [Header, string | undefined][] = [
    ['design', t.design],
    ['scenario', t.scenario],
    ['bounds', formatBounds(t.bounds, SCENARIOS[t.scenario])],
    ['violates', v === undefined ? undefined : `${v.invariant} ${v.op} ${v.function}`],
    ['minimality', t.minimality],
    ['engine', t.engine],
    ['seed', t.seed === undefined ? undefined : String(t.seed)],
  ];
  const lines = head.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]));
  return `${[FIRST_LINE, ...lines, '', ...t.ops, 'end'].join('\n')}\n`;
}

/** Where a message points to: `file.trace:7`. */
type Fail = (at: number, message: string) => never;

/** A trace in its text form, or in ITF (itf-trace.ts). `isReal`: pages may be as large as a machine's, which no search takes. */
export function parseTrace(text: string, name: string, { isReal = false } = {}): Trace {
  const fail: Fail = (at, message) => {
    throw new UsageError(`${name}:${at}: ${message}`);
  };
  if (isItf(text)) return parseItf(text, name, isReal, fail);
  const raw = text.split(/\r?\n/);
  checkFirstLine(raw[0], text, fail);
  const lines = raw.map((line, n) => ({ text: line.replace(/(^|\s)#.*$/, '').trim(), at: n + 1 }));
  const isComment = (n: number): boolean => raw[n].trim().startsWith('#');
  // The head ends at the first empty line; a line that held only a comment is not one.
  let n = 1;
  const head: Line[] = [];
  for (; n < lines.length && (lines[n].text !== '' || isComment(n)); n++) if (lines[n].text !== '') head.push(lines[n]);
  const body = lines.slice(n).filter((line) => line.text !== '');
  const end = body.findIndex((line) => line.text === 'end');
  // Without the empty line all of it is head, and the first op there is what is wrong.
  if (head.some((line) => line.text === 'end')) parseHead(head, fail);
  if (end < 0)
    fail(
      raw.length,
      "the trace was cut off: there is no line 'end' after the last op; copy it again, or write 'end' there",
    );
  const headers = parseHead(head, fail);
  if (end < body.length - 1)
    fail(body[end + 1].at, "something follows 'end'; put it before that line, or behind a '#'");
  if (end === 0) fail(body[0].at, "there is no op before 'end'; write one a line, e.g. pwrite fd=w size=1");
  const ops = body.slice(0, end);
  return traceOf(headers, lines[n - 1].at, ops, isReal, fail);
}

function traceOf(
  headers: ReadonlyMap<Header, Line>,
  endOfHead: number,
  ops: readonly Line[],
  isReal: boolean,
  fail: Fail,
): Trace {
  const texts = ops.map((op) => op.text.replace(/\s+/g, ' '));
  const trace = readHead(headers, endOfHead, texts, isReal, fail);
  linesOf.set(
    trace.ops,
    ops.map((op) => op.at),
  );
  return trace;
}

function parseItf(text: string, name: string, isReal: boolean, fail: Fail): Trace {
  const { head, ops } = readItf(text, name);
  for (const [key, { at }] of head) checkHeader(key, at, fail);
  return traceOf(new Map(head as readonly (readonly [Header, Line])[]), 1, ops, isReal, fail);
}

function checkHeader(key: string, at: number, fail: Fail): void {
  if (!HEADERS.includes(key as Header))
    fail(at, `there is no header '${key}'; did you mean '${nearest(key, HEADERS)}'? There are ${HEADERS.join(', ')}`);
}

function checkFirstLine(line: string, text: string, fail: Fail): void {
  if (text.trim() === '') fail(1, `the file is empty; a trace begins with the line '${FIRST_LINE}'`);
  const version = /^# iovcheck trace v(\d+)\s*$/.exec(line)?.[1];
  if (version === undefined) fail(1, `this is no trace; its first line has to be '${FIRST_LINE}'`);
  if (Number(version) > VERSION)
    fail(1, `this trace is version ${version}, and this iovcheck reads version ${VERSION}; use a newer iovcheck`);
  if (Number(version) < VERSION)
    fail(1, `there was never a version ${version} of traces; the first line has to be '${FIRST_LINE}'`);
}

function parseHead(lines: readonly Line[], fail: Fail): Map<Header, Line> {
  const out = new Map<Header, Line>();
  for (const { text, at } of lines) {
    const [, key, value] = /^([A-Za-z-]+):\s*(.*)$/.exec(text) ?? [];
    if (key === undefined) {
      if (text === 'end' || /^\w+( |$)/.test(text))
        fail(at, 'ops come after the head; put an empty line before the first one');
      fail(at, `'${text}' is no header; write 'name: value', with one of ${HEADERS.join(', ')}`);
    }
    checkHeader(key, at, fail);
    if (out.has(key as Header)) fail(at, `the header '${key}' stands here twice; keep one`);
    if (value === '') fail(at, `the header '${key}' is empty; write a value after the colon`);
    out.set(key as Header, { text: value, at });
  }
  return out;
}

/** One of a list of words. */
function word<T extends string>(line: Line | undefined, words: readonly T[], what: string, fail: Fail): T | undefined {
  if (line === undefined) return undefined;
  const found = words.find((w) => w === line.text);
  return found ?? fail(line.at, `there is no ${what} '${line.text}'; write ${words.join(' or ')}`);
}

/** The page of a running kernel, which only a trace of one has. */
const REAL_PAGE = /(^|,)page=4096(?=,|$)/;

function readBounds(line: Line, isReal: boolean, fail: Fail): Bounds {
  try {
    const page = REAL_PAGE.exec(line.text);
    if (page === null) return parseBounds(line.text);
    if (isReal) return { ...parseBounds(line.text.replace(REAL_PAGE, '$1page=16')), page: 4096 };
    fail(line.at, 'page=4096 is that of a running kernel, on which the trace was found; replay it --on host');
  } catch (error) {
    if (error instanceof UsageError) fail(line.at, error.message);
    throw error;
  }
}

function readClass(line: Line, fail: Fail): ViolationClass {
  const words = line.text.split(/\s+/);
  if (words.length !== 3)
    fail(line.at, `'${line.text}' is no class of violations; write 'violates: INVARIANT OP FUNCTION'`);
  return { invariant: words[0], op: words[1], function: words[2] };
}

function readSeed(line: Line, fail: Fail): number {
  const n = /^\d+$/.test(line.text) ? Number(line.text) : Number.NaN;
  return Number.isSafeInteger(n) ? n : fail(line.at, `'${line.text}' is no seed; write a whole number, e.g. seed: 1`);
}

function readHead(
  headers: ReadonlyMap<Header, Line>,
  endOfHead: number,
  ops: readonly string[],
  isReal: boolean,
  fail: Fail,
): Trace {
  const need = (key: Header): Line =>
    headers.get(key) ??
    fail(endOfHead, `the head has no '${key}'; it needs ${REQUIRED.join(', ')}, e.g. ${EXAMPLE[key] ?? key}`);
  const [design, scenario, bounds] = [need('design'), need('scenario'), need('bounds')];
  const violates = headers.get('violates');
  const minimality = word(headers.get('minimality'), MINIMALITIES, 'minimality', fail);
  const engine = word(headers.get('engine'), ENGINES, 'engine', fail);
  const seed = headers.get('seed');
  return {
    design: design.text,
    scenario: word(scenario, Object.keys(SCENARIOS) as ScenarioName[], 'scenario', fail) as ScenarioName,
    bounds: readBounds(bounds, isReal, fail),
    ops,
    ...(violates === undefined ? {} : { violates: readClass(violates, fail) }),
    ...(minimality === undefined ? {} : { minimality }),
    ...(engine === undefined ? {} : { engine }),
    ...(seed === undefined ? {} : { seed: readSeed(seed, fail) }),
  };
}

const EXAMPLE: Readonly<Partial<Record<Header, string>>> = {
  design: 'design: pipe-iter-2016',
  scenario: 'scenario: pipe-iter',
  bounds: 'bounds: default',
};

/** Ops of the trace as indices of `runner.ops`; throws {@link UsageError} with the line that is wrong. */
export function resolveOps(runner: Runner, t: Trace, name: string): number[] {
  // A trace that came from no file has the lines that formatTrace() would give it.
  const first = formatTrace(t).split('\n').indexOf('') + 2;
  const lines = linesOf.get(t.ops);
  return t.ops.map((text, n) => {
    const found = resolveOp(runner, text);
    if (typeof found === 'number') return found;
    throw new UsageError(`${name}:${lines?.[n] ?? first + n}: ${found.problem}`);
  });
}
