/**
 * `npm run mutation`: would the judge notice if the kernel's code were wrong here, and does
 * each rule of it do anything? Writes reports/published/mutation.md and mutation.json.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { MutatedBuild, Mutant } from './build.js';
import { ROOT, judgeFiles, kernelFiles, mutatedBuild } from './build.js';
import { LOOKS } from './looks.js';
import { allPlaces } from './places.js';
import { Pool } from './pool.js';
import type { Base, Job, Result, Witness } from './protocol.js';
import type { MutationRecord, Rules } from './record.js';
import { merge, recordOf, score } from './record.js';
import { sample } from './sample.js';
import { renderMutation } from './render.js';
import { load } from './trial.js';

/** Traces that kill mutants of the kernel and are held against mutants of one rule. */
const WITNESSES_MAX = 12;

interface Options {
  readonly every: number;
  readonly workers: number;
  readonly journal?: string;
  readonly only?: readonly string[];
  readonly out: string;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Answers of an earlier run of the same build, by job. */
class Journal {
  private readonly path: string | undefined;
  private readonly build: string;
  private readonly answers = new Map<string, Base | Result>();

  constructor(path: string | undefined, build: MutatedBuild) {
    this.path = path;
    this.build = createHash('sha256').update(build.code).update(JSON.stringify(allPlaces())).digest('hex').slice(0, 16);
    if (path === undefined || !existsSync(path)) return;
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      // The last line of a run that was ended may be cut off.
      if (!line.endsWith('}')) continue;
      const entry = JSON.parse(line) as { build: string; job: string; answer: Base | Result };
      if (entry.build === this.build) this.answers.set(entry.job, entry.answer);
    }
  }

  get(job: Job): Base | Result | undefined {
    return this.answers.get(JSON.stringify(job));
  }

  add(job: Job, answer: Base | Result): void {
    if (this.path === undefined) return;
    const entry = { build: this.build, job: JSON.stringify(job), answer };
    appendFileSync(this.path, `${JSON.stringify(entry)}\n`);
  }
}

/** Runs jobs in the pool, but for those whose answer the journal has. */
async function runAll<T extends Base | Result>(
  pool: Pool,
  journal: Journal,
  jobs: readonly Job[],
  what: string,
): Promise<T[]> {
  const answers: (Base | Result | undefined)[] = jobs.map((job) => journal.get(job));
  const open = [...jobs.keys()].filter((n) => answers[n] === undefined);
  let done = jobs.length - open.length;
  await pool.run(
    open.map((n) => jobs[n]),
    (at, answer) => {
      const n = open[at];
      answers[n] = answer;
      journal.add(jobs[n], answer);
      if (++done % 50 === 0) say(`${what}: ${done} of ${jobs.length}`);
    },
  );
  say(`${what}: ${jobs.length} done`);
  return answers as T[];
}

/** What has to raise an alarm: the traces of the corpus, and for each rule some that kill mutants of the kernel. */
async function witnessesOf(build: MutatedBuild, results: readonly Result[]): Promise<Witness[]> {
  const lab = await load(build.code);
  const folder = resolve(ROOT, 'corpus/regressions');
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.trace'))
    .sort();
  const kept = names.flatMap((name) => lab.witnessOf(readFileSync(resolve(folder, name), 'utf8'), name) ?? []);
  const counts = new Map<string, number>();
  const made = results.flatMap(({ id, found, place }): Witness[] => {
    if (found === undefined || place === undefined) return [];
    const { invariant, ops } = found;
    const n = counts.get(invariant) ?? 0;
    counts.set(invariant, n + 1);
    const m = build.mutants.find((mutant) => mutant.id === id);
    const name = `${m?.function}: ${m?.original} => ${m?.mutated === '' ? 'nothing' : m?.mutated}`;
    return n < WITNESSES_MAX ? [{ name, kernel: id, invariant, place, ops }] : [];
  });
  return [...kept, ...made].filter((witness) => lab.testifies(witness, -1));
}

/** What the runs of one command share. */
interface Bench {
  readonly build: MutatedBuild;
  readonly pool: Pool;
  readonly journal: Journal;
  readonly bases: readonly Base[];
}

async function prepare(options: Options): Promise<Bench> {
  const build = await mutatedBuild([...kernelFiles(), ...judgeFiles()]);
  const journal = new Journal(options.journal, build);
  const pool = new Pool(build.code, build.coverage, options.workers);
  const jobs = allPlaces().map((place) => ({ kind: 'base', place }) as const);
  const bases = await runAll<Base>(pool, journal, jobs, 'without mutants');
  pool.give({ bases, witnesses: [] });
  return { build, pool, journal, bases };
}

async function tryKernel({ pool, journal }: Bench, kernel: readonly Mutant[]): Promise<Result[]> {
  const jobs = kernel.map(({ id }) => ({ kind: 'kernel', id }) as const);
  return await runAll<Result>(pool, journal, jobs, "the kernel's functions");
}

/** The rules of the judge, against the corpus and what kills mutants of the kernel. */
async function tryRules(bench: Bench, results: readonly Result[]): Promise<Rules> {
  const { build, pool, journal, bases } = bench;
  const judge = build.mutants.filter(({ isOfJudge }) => isOfJudge);
  const witnesses = await witnessesOf(build, results);
  pool.give({ bases, witnesses });
  const against = (invariant: string): number[] =>
    [...witnesses.keys()].filter((n) => witnesses[n].invariant === invariant);
  const ruleOf = ({ file }: Mutant): string => file.replace(/^.*\/|\.ts$/g, '');
  const mutated = judge.map((m) => ({ kind: 'judge', id: m.id, witnesses: against(ruleOf(m)) }) as const);
  const ofJudge = await runAll<Result>(pool, journal, mutated, 'rules');
  const ids = (await load(build.code)).invariantIds();
  const dropped = ids.map((invariant) => ({ kind: 'drop', invariant, witnesses: against(invariant) }) as const);
  return { judge, ofJudge, ids, drops: await runAll<Result>(pool, journal, dropped, 'rules left out') };
}

/** Tries the mutants of some files again, and leaves the rest of the report as it was. */
async function again(bench: Bench, json: string, files: readonly string[]): Promise<MutationRecord> {
  const old = JSON.parse(readFileSync(json, 'utf8')) as MutationRecord;
  const all = bench.build.mutants.filter(({ isOfJudge }) => !isOfJudge);
  const kernel = sample(all, old.every).filter(({ file }) => files.includes(file));
  return merge(old, score(kernel, await tryKernel(bench, kernel)), files);
}

async function whole(bench: Bench, every: number): Promise<MutationRecord> {
  const kernel = sample(
    bench.build.mutants.filter(({ isOfJudge }) => !isOfJudge),
    every,
  );
  say(`${kernel.length} mutants of the kernel's functions`);
  const results = await tryKernel(bench, kernel);
  return recordOf({ every, kernel, results, ...(await tryRules(bench, results)) });
}

async function run(options: Options): Promise<void> {
  const json = resolve(options.out, 'mutation.json');
  const bench = await prepare(options);
  const { only } = options;
  const record = only === undefined ? await whole(bench, options.every) : await again(bench, json, only);
  writeFileSync(json, `${JSON.stringify(record, null, 1)}\n`);
  writeFileSync(resolve(options.out, 'mutation.md'), renderMutation(record, LOOKS));
}

const command = new Command('mutation')
  .option('--every <n>', "try every n-th mutant of each file of the kernel's functions; 1 for all", Number, 4)
  .option('--workers <n>', 'threads', Number, 2)
  .option('--journal <file>', 'keep answers in this file, and go on from those that are there')
  .option('--only <file...>', 'try the mutants of these files again, and keep the rest of the report')
  .option('--out <dir>', 'folder of the two reports', resolve(ROOT, 'reports/published'));
command.parse();
await run(command.opts<Options>());
