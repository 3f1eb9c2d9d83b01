/**
 * The mutated build: model, judge and engines in one bundle, with all mutants of the chosen
 * files in it, each behind a switch. Stryker's instrumenter makes them; before it each
 * statement gets braces of its own, since it takes out blocks and no statements.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { build as bundle } from 'rolldown';
import type { Source } from './syntax.js';
import { original, read } from './syntax.js';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

/** A mutant, as it is told. */
export interface Mutant {
  /** In the order of the files and of their text; a name for one build alone. */
  readonly id: number;
  readonly file: string;
  readonly line: number;
  readonly cFile: string;
  readonly function: string;
  readonly original: string;
  readonly mutated: string;
  /** Its place among those of this function that read alike, from 0. */
  readonly nth: number;
  /** One statement is left out. */
  readonly isStatement: boolean;
  readonly isOfJudge: boolean;
}

export interface MutatedBuild {
  readonly mutants: readonly Mutant[];
  /** The text of a module that exports what entry.ts does. */
  readonly code: string;
  /** The same, which notes what is executed and has no mutants. */
  readonly coverage: string;
}

/** What restates the kernel, beside model/linux. */
const MECHANISMS = ['mm.ts', 'gup.ts', 'memory.ts', 'bio.ts', 'uaccess.ts'];
/** The judge's own: what it says in words can not be wrong in a way that anything hangs on. */
const WORDS = new Set(['explain', 'marks', 'slotOf', 'lentText', 'lenderText', 'entryText']);
const NOT_JUDGE = new Set(['invariant.ts', 'invariants.ts']);

export function kernelFiles(): string[] {
  const linux = readdirSync(resolve(ROOT, 'model/linux'), { recursive: true, encoding: 'utf8' });
  const files = linux.filter((name) => name.endsWith('.ts')).map((name) => `model/linux/${name.split(sep).join('/')}`);
  return [...MECHANISMS.map((name) => `model/${name}`), ...files].sort();
}

export function judgeFiles(): string[] {
  const names = readdirSync(resolve(ROOT, 'invariants')).filter((name) => !NOT_JUDGE.has(name));
  return names.map((name) => `invariants/${name}`).sort();
}

const silent = (): void => {};
const LOGGER = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace: silent,
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  fatal: silent,
};

/** Texts are names of functions and what a reader is told. */
const OPTIONS = { plugins: null, excludedMutations: ['StringLiteral', 'Regex'], ignorers: [], noHeader: true };

/** Offset of a line and a column, both from 0. */
function offsetOf(text: string, at: { line: number; column: number }): number {
  let offset = 0;
  for (let n = 0; n < at.line; n++) offset = text.indexOf('\n', offset) + 1;
  return offset + at.column;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function short(text: string): string {
  const line = oneLine(text);
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}

type Raw = Awaited<ReturnType<Instrumenter['instrument']>>['mutants'][number];

/** The mutant as it is told; undefined where it is in words, or in what runs when the module is loaded. */
function tell(raw: Raw, source: Source, counts: Map<string, number>): Mutant | undefined {
  if (raw.status === 'Ignored') return undefined;
  const start = offsetOf(source.braced, raw.location.start);
  const end = offsetOf(source.braced, raw.location.end);
  // Offsets of the braced text: each function is found there again.
  const { functions, bodies } = source;
  if (!bodies.some(([from, to]) => from <= start && end <= to)) return undefined;
  const around = functions.filter((f) => f.start <= start && end <= f.end);
  const owner = around[around.length - 1];
  if (owner === undefined || around.some(({ name }) => WORDS.has(name))) return undefined;
  const was = short(original(source, start, end));
  // The model's own count of turns: no kernel has it.
  if (/^k\.turn\([^)]*\);?$/.test(was)) return undefined;
  const mutated = oneLine(raw.replacement) === '{}' ? '' : short(raw.replacement);
  const isStatement = source.braces.includes(start);
  const key = `${raw.fileName} ${owner.name} ${was} ${mutated}`;
  const nth = counts.get(key) ?? 0;
  counts.set(key, nth + 1);
  const { name, cFile } = owner;
  const isOfJudge = raw.fileName.startsWith('invariants/');
  const place = { file: raw.fileName, line: raw.location.start.line + 1, cFile, function: name };
  return { id: Number(raw.id), ...place, original: was, mutated, nth, isStatement, isOfJudge };
}

/** The switches of the library, in terms of active.ts; `cover` says which of the two builds it is for. */
function switches(code: string, isOfJudge: boolean, isCoverage: boolean): string {
  const variable = isOfJudge ? 'mutJudge' : 'mutKernel';
  const active = resolve(ROOT, 'bench/mutation/active.ts');
  const names = `kernelMutant as mutKernel, judgeMutant as mutJudge, hit as mutHit, cover as mutCover`;
  const body = code
    .replace(/stryMutAct_9fa48\("(\d+)"\)/g, isCoverage ? 'false' : `(${variable} === $1 && mutHit())`)
    .replace(/stryCov_9fa48\(([^)]*)\)/g, (_, ids: string) =>
      isCoverage ? `mutCover(${ids.replaceAll('"', '')})` : '0',
    );
  return `import { ${names} } from ${JSON.stringify(active)};\n${body}`;
}

async function bundled(texts: ReadonlyMap<string, string>): Promise<string> {
  const out = await bundle({
    // Names of files are part of the text.
    cwd: ROOT,
    input: resolve(ROOT, 'bench/mutation/entry.ts'),
    write: false,
    platform: 'neutral',
    logLevel: 'silent',
    external: /^node:/,
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    plugins: [{ name: 'iovcheck-mutants', load: (id) => texts.get(id) }],
    output: { format: 'esm', codeSplitting: false },
  });
  return out.output[0].code;
}

/** The same, with functions and bodies where the braced text has them. */
function inBraced(source: Source): Source {
  const { functions, bodies } = read(source.braced);
  return { ...source, functions, bodies };
}

/** Everything but what it is bundled to. */
export async function mutantsOf(files: readonly string[]): Promise<{ mutants: Mutant[]; codes: Map<string, string> }> {
  const sources = new Map(files.map((file) => [file, read(readFileSync(resolve(ROOT, file), 'utf8'))]));
  const inputs = files.map((name) => ({ name, mutate: true, content: sources.get(name)?.braced ?? '' }));
  const made = await new Instrumenter(LOGGER).instrument(inputs, OPTIONS);
  const counts = new Map<string, number>();
  const braced = new Map([...sources].map(([file, source]) => [file, inBraced(source)]));
  const mutants = made.mutants.flatMap((raw) => tell(raw, braced.get(raw.fileName) as Source, counts) ?? []);
  const place = new Map(files.map((file, n) => [file, n]));
  mutants.sort((a, b) => (place.get(a.file) ?? 0) - (place.get(b.file) ?? 0) || a.line - b.line || a.id - b.id);
  return { mutants, codes: new Map(made.files.map(({ name, content }) => [name, content])) };
}

export async function mutatedBuild(files: readonly string[]): Promise<MutatedBuild> {
  const { mutants, codes } = await mutantsOf(files);
  const build = (isCoverage: boolean): Promise<string> =>
    bundled(
      new Map(
        [...codes].map(([name, text]) => [
          resolve(ROOT, name),
          switches(text, name.startsWith('invariants/'), isCoverage),
        ]),
      ),
    );
  return { mutants, code: await build(false), coverage: await build(true) };
}
