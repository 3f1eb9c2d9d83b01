/** `iovcheck corpus minimize`: the fewest inputs that meet what all of them meet. Removes nothing unasked. */
import { rmSync } from 'node:fs';
import { cover } from '../campaign/corpus/cover.js';
import { readCorpus } from '../campaign/corpus/read.js';
import { saveTraces } from '../campaign/corpus/save.js';
import { BINS } from '../fuzz/coverage/bins.js';
import { UsageError, formatBounds } from '../harness/bounds-text.js';
import { classKey } from '../harness/runner.js';
import { Status } from '../harness/verdict.js';
import { SCENARIOS } from '../model/scenario.js';
import { movedTo } from './corpus-designs.js';
import type { Replayed } from './corpus-replay.js';
import { takeAll } from './corpus-replay.js';
import { parseWhole } from './options.js';
import { complain, plural, print } from './output.js';

export interface MinimizeOptions {
  readonly write?: boolean;
  readonly into?: string;
  /** Seeds of each world, at most. */
  readonly most?: string;
  /** With `into`: without what violates. */
  readonly seeds?: boolean;
}

/** Bins mean something within one world only. */
function worldOf({ file: { trace } }: Replayed): string {
  return `${trace.design}, ${trace.scenario}, ${formatBounds(trace.bounds, SCENARIOS[trace.scenario])}`;
}

/** Whether it is kept whatever it meets: it says that it violates, or hangs, or nobody knows. */
function isKept({ file, row }: Replayed): boolean {
  return file.trace.violates !== undefined || row.problem !== '' || row.kind === 'hangs';
}

interface Choice {
  readonly kept: readonly Replayed[];
  readonly needless: readonly Replayed[];
  readonly lines: readonly string[];
}

/** By number, from where bins end: a class that only one seed breaks is a reason to keep it. */
class ClassNumbers {
  private readonly numbers = new Map<string, number>();

  of({ row }: Replayed): number[] {
    return row.broken.map((b) => {
      const key = classKey(b.class);
      const n = this.numbers.get(key) ?? BINS + this.numbers.size;
      this.numbers.set(key, n);
      return n;
    });
  }
}

/** The seeds of one world that are enough, and what is to be said of them. */
function chooseIn(
  world: string,
  seeds: readonly Replayed[],
  traces: readonly Replayed[],
  most: number,
): [Replayed[], string] {
  const numbers = new ClassNumbers();
  const shortFirst = seeds.toSorted((a, b) => a.file.trace.ops.length - b.file.trace.ops.length);
  const sets = shortFirst.map((r) => [...r.row.bins, ...numbers.of(r)]);
  const known = new Set(traces.flatMap((r) => numbers.of(r)));
  const chosen = cover(sets, known, most).map((n) => shortFirst[n]);
  const binsOf = (all: readonly Replayed[]): number => new Set(all.flatMap(({ row }) => row.bins)).size;
  const [all, left] = [binsOf(seeds), binsOf(chosen)];
  const met = left === all ? 'all of them' : `${left} of them`;
  return [chosen, `${world}: ${plural(seeds.length, 'seed')} met ${plural(all, 'bin')}, ${chosen.length} meet ${met}`];
}

function choose(all: readonly Replayed[], most: number): Choice {
  const worlds = new Map<string, Replayed[]>();
  for (const r of all) worlds.set(worldOf(r), [...(worlds.get(worldOf(r)) ?? []), r]);
  const kept = new Set(all.filter(isKept));
  const lines: string[] = [];
  for (const [world, group] of worlds) {
    const seeds = group.filter((r) => !isKept(r));
    if (seeds.length === 0) continue;
    const [chosen, line] = chooseIn(world, seeds, group.filter(isKept), most);
    for (const r of chosen) kept.add(r);
    lines.push(line);
  }
  return { kept: all.filter((r) => kept.has(r)), needless: all.filter((r) => !kept.has(r)), lines };
}

function remove(paths: readonly string[], problems: string[]): number {
  let removed = 0;
  for (const path of paths) {
    try {
      rmSync(path, { force: true });
      removed++;
    } catch (error) {
      problems.push(`${path}: it can not be removed (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
    }
  }
  return removed;
}

function check({ write, into, seeds }: MinimizeOptions): void {
  if (write === true && into !== undefined)
    throw new UsageError('--write: it removes files, and --into writes the others elsewhere; give one of them');
  if (seeds === true && into === undefined)
    throw new UsageError('--seeds: it says what is written elsewhere; say where, with --into');
}

export async function minimizeCorpus(folder: string, options: MinimizeOptions): Promise<number> {
  check(options);
  const { write, into } = options;
  const most = options.most === undefined ? Number.POSITIVE_INFINITY : parseWhole('--most', options.most, 1, 1e6);
  const corpus = readCorpus(folder);
  const problems = [...corpus.problems];
  const all = await takeAll(corpus, 'bins', undefined, problems);
  for (const { row } of all) if (row.problem !== '') problems.push(row.problem);
  const { kept, needless, lines } = choose(all, most);
  for (const line of lines) print(`${line}\n`);
  const paths = [...needless.map(({ file }) => file.path), ...corpus.duplicates.map(({ path }) => path)];
  const before = corpus.files.length + corpus.duplicates.length;
  const head = `${folder}: ${plural(before, 'trace')}, ${before - paths.length} without the others`;
  let end =
    paths.length === 0 ? '' : '; nothing was removed: --write removes the others, --into copies those that stay';
  if (write === true) end = `; ${remove(paths, problems)} removed`;
  if (into !== undefined) {
    const saved = saveTraces(
      into,
      kept
        .filter(({ file }) => options.seeds !== true || file.trace.violates === undefined)
        .map(({ file }) => movedTo(into, file)),
    );
    if (saved.problem !== undefined) problems.push(saved.problem);
    end = `; ${saved.added.length} written to ${into}`;
  }
  const status = problems.length > 0 ? Status.Usage : Status.Ok;
  print(`${head}${end}; exit ${status}.\n`);
  for (const problem of problems) complain(problem);
  return status;
}
