/**
 * `check --corpus`: takes the traces of a folder again before anything is searched, gives
 * the coverage engine its seeds, and adds to the folder what was found and learned.
 */
import { existsSync } from 'node:fs';
import { identityOf, rankOf } from '../campaign/corpus/identity.js';
import type { Corpus, CorpusFile } from '../campaign/corpus/read.js';
import { headerAt, readCorpus } from '../campaign/corpus/read.js';
import { saveTraces } from '../campaign/corpus/save.js';
import { formatBounds, UsageError } from '../harness/bounds-text.js';
import { classKey } from '../harness/runner.js';
import type { Trace } from '../harness/trace.js';
import { DESIGNS } from '../model/designs/designs.js';
import { SCENARIOS } from '../model/scenario.js';
import { isFileName } from './bundle.js';
import { isOf, nameIn } from './corpus-designs.js';
import { Early } from './corpus-early.js';
import type { Replayed } from './corpus-replay.js';
import { summary } from './corpus-replay.js';
import { runItems } from './corpus-run.js';
import { fullName, splitName } from './load.js';
import { plural } from './output.js';
import type { CorpusRow, RawClass, Report, Search, Tally } from './protocol.js';
import { Thread } from './thread.js';

/** A search, and what it came to. */
export interface Searched {
  readonly search: Search;
  readonly report: Report;
}

const boundsText = ({ scenario, bounds }: Pick<Trace, 'scenario' | 'bounds'>): string =>
  formatBounds(bounds, SCENARIOS[scenario]);

/** A design of ours that there is no more; one of a user's may just be elsewhere. */
function goneDesign(file: CorpusFile): string[] {
  const { name } = splitName(file.trace.design);
  if (isFileName(name) || DESIGNS.some(({ id }) => id === name)) return [];
  return [
    `${headerAt(file, 'design')}: there is no design '${name}' any more; name the one that took its place, or take the trace away`,
  ];
}

/** The shortest trace of each class; one that was made small before one that happens to be as short. */
function classesOf(rows: readonly CorpusRow[]): RawClass[] {
  const out = new Map<string, RawClass>();
  for (const found of rows.flatMap(({ broken }) => broken)) {
    const old = out.get(classKey(found.class));
    if (old === undefined || found.path.length < old.path.length) out.set(classKey(found.class), found);
  }
  return [...out.values()];
}

export class CheckCorpus {
  /** Sentences about files that can not be used. */
  readonly problems: string[] = [];
  /** What became of the traces, and of what was found. */
  readonly notes: string[] = [];
  private readonly folder: string;
  private readonly corpus: Corpus;
  private readonly early: Early;

  /** A folder that is not there yet is an empty one; throws where it is none. */
  constructor(folder: string) {
    this.folder = folder;
    this.corpus = existsSync(folder) ? readCorpus(folder) : { folder, files: [], problems: [], duplicates: [] };
    this.early = new Early(
      folder,
      this.corpus.files.map(({ trace }) => trace),
    );
    this.problems.push(...this.corpus.problems, ...this.corpus.files.flatMap(goneDesign));
  }

  /** Traces of the design in the scenario, whatever their bounds. */
  private filesOf({ ref, scenario }: Search): CorpusFile[] {
    return this.corpus.files.filter((file) => file.trace.scenario === scenario && isOf(file, ref));
  }

  /** What engine coverage begins with: seeds of the design, or, where it has none, of others in the scenario. */
  seedsFor(search: Search): string[][] {
    const seeds = this.corpus.files.filter(
      ({ trace }) => trace.violates === undefined && trace.scenario === search.scenario,
    );
    const own = seeds.filter((file) => isOf(file, search.ref));
    return (own.length > 0 ? own : seeds).map(({ trace }) => [...trace.ops]);
  }

  /** Takes again what there is of these searches; the reports of what still breaks, one for each bounds. */
  async replay(searches: readonly Search[]): Promise<Searched[]> {
    const out: Searched[] = [];
    const seen = new Set<string>();
    for (const search of searches) {
      const key = `${fullName(search.ref)}, ${search.scenario}`;
      if (search.onBase || seen.has(key)) continue;
      seen.add(key);
      const files = this.filesOf(search);
      if (files.length === 0) continue;
      const items = files.map(
        ({ path, text }) => ({ want: 'replay', ref: search.ref, path, text, isSmall: true }) as const,
      );
      const rows = await runItems(items);
      const all = files.map((file, n): Replayed => ({ file, row: rows[n] }));
      this.notes.push(`${this.folder}: of ${key}, ${summary(all)}.`);
      this.problems.push(...rows.flatMap(({ problem }) => (problem === '' ? [] : [problem])));
      out.push(...(await this.reports(search, all)));
    }
    return out;
  }

  private async reports(search: Search, all: readonly Replayed[]): Promise<Searched[]> {
    const groups = new Map<string, Replayed[]>();
    for (const r of all) {
      const key = boundsText(r.file.trace);
      groups.set(key, [...(groups.get(key) ?? []), r]);
    }
    const out: Searched[] = [];
    for (const group of groups.values()) {
      const { bounds } = group[0].file.trace;
      const rows = group.map(({ row }) => row);
      const hung = rows.find((row) => row.hung !== undefined)?.hung ?? [];
      const classes = classesOf(rows);
      if (classes.length === 0 && hung.length === 0) continue;
      const steps = rows.reduce((sum, row) => sum + row.steps, 0);
      const taken: Search = { ...search, bounds, engine: 'corpus', part: out.length + 1 };
      out.push({ search: taken, report: await this.explained(taken, classes, hung, steps) });
    }
    return out;
  }

  private async explained(
    search: Search,
    classes: readonly RawClass[],
    hung: readonly number[],
    steps: number,
  ): Promise<Report> {
    const tally: Tally = {
      stats: { states: 0, edges: 0, depth: 0, steps },
      isExhausted: false,
      cutShort: `only the traces in ${this.folder} were taken`,
      reached: {},
      unreached: [],
      seconds: 0,
    };
    const outcome = await new Thread({ kind: 'explain', search, classes, tally, hung }).run();
    if (outcome.kind === 'done') return outcome.answer;
    if (outcome.kind === 'failed' && !outcome.isUsage) throw new Error(outcome.message);
    throw new UsageError(
      outcome.kind === 'failed'
        ? outcome.message
        : `${search.ref.name}: it hangs where it did not before; does a function keep state outside Kernel?`,
    );
  }

  /** A class that a search has just found. */
  keep(search: Search, found: RawClass, ops: readonly string[]): void {
    const { scenario, bounds, engine, seed, onBase } = search;
    if (onBase) return;
    const design = nameIn(this.folder, search.ref);
    const { class: violates, minimality } = found;
    this.early.keep({ design, scenario, bounds, ops, violates, minimality, engine, seed });
  }

  /** Adds what was found, each class by its shortest trace, and what was learned; a sentence where it can not. */
  save(searched: readonly Searched[]): string | undefined {
    const own = searched.filter(({ search }) => !search.onBase);
    const found = shortest(own.flatMap((s) => this.tracesOf(s)));
    const seeds = own.flatMap((s) => this.seedsOf(s));
    if (found.length + seeds.length === 0) return undefined;
    const { added, upgraded, problem } = saveTraces(this.folder, [...found, ...seeds]);
    const stays = this.early.settle(found, problem === undefined);
    const old = upgraded.filter((name) => !stays.has(name)).length;
    const inputs = added.filter((name) => /\.seed\.[0-9a-f]+\.trace$/.test(name)).length;
    const traces = added.length - inputs + stays.size;
    if (traces + inputs + old > 0) {
      const known = old === 0 ? '' : `, ${old} now known to be shortest`;
      this.notes.push(`${this.folder}: ${plural(traces, 'trace')} and ${plural(inputs, 'seed')} added${known}.`);
    }
    return problem;
  }

  private tracesOf({ search, report }: Searched): Trace[] {
    const { scenario, bounds, engine, seed } = search;
    const design = nameIn(this.folder, search.ref);
    const from = engine === 'corpus' ? {} : { engine, seed };
    return report.result.violations.map((v) => ({
      design,
      scenario,
      bounds,
      ops: v.trace,
      violates: v.class,
      minimality: v.minimality,
      ...from,
    }));
  }

  private seedsOf({ search, report }: Searched): Trace[] {
    const { scenario, bounds, engine, seed } = search;
    const design = nameIn(this.folder, search.ref);
    return (report.kept ?? []).map((ops) => ({ design, scenario, bounds, ops, engine, seed }));
  }
}

/**
 * The shortest trace of each class in each world, the first of several. That one is shortest
 * where any of its length was proved to be, whoever proved it.
 */
function shortest(traces: readonly Trace[]): Trace[] {
  const out = new Map<string, Trace>();
  for (const trace of traces) {
    const key = identityOf({ ...trace, ops: [] });
    const old = out.get(key);
    if (old === undefined || trace.ops.length < old.ops.length) out.set(key, trace);
    else if (trace.ops.length === old.ops.length && rankOf(trace) > rankOf(old))
      out.set(key, { ...old, minimality: trace.minimality ?? 'raw' });
  }
  return [...out.values()];
}
