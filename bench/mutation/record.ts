/** What a run comes to, as it is written to mutation.json. No times, and nothing of this machine. */
import type { Mutant } from './build.js';
import type { Result, Verdict } from './protocol.js';

export const VERDICTS: readonly Verdict[] = [
  'killed',
  'changes a known finding',
  'survives, differs',
  'no difference',
  'never executed',
];

export type Counts = Record<Verdict, number>;

export interface FunctionScore {
  readonly cFile: string;
  readonly file: string;
  readonly function: string;
  readonly counts: Counts;
}

/** A mutant that nothing has killed. */
export interface Survivor {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly original: string;
  /** '' where it is left out. */
  readonly mutated: string;
  /** Its place among those of the function that read alike. */
  readonly nth: number;
  readonly verdict: Verdict;
  /** Where it differs: design, scenario, bounds, engine. */
  readonly at?: string;
}

export interface RuleScore {
  readonly invariant: string;
  /** The first witness that is lost without the rule; absent where nothing is. */
  readonly brokenBy?: string;
  /** Mutants of the kernel that this rule was the first to notice. */
  readonly kills: number;
  /** Mutants of the rule itself. */
  readonly counts: Counts;
}

export interface Scored {
  readonly functions: readonly FunctionScore[];
  readonly survivors: readonly Survivor[];
}

export interface MutationRecord extends Scored {
  /** Every n-th mutant of each file was tried. */
  readonly every: number;
  readonly kernel: Counts;
  readonly judge: Counts;
  readonly rules: readonly RuleScore[];
  readonly judgeSurvivors: readonly Survivor[];
}

export function noCounts(): Counts {
  return Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Counts;
}

export function count(results: readonly Result[]): Counts {
  const counts = noCounts();
  for (const { verdict } of results) counts[verdict]++;
  return counts;
}

export function survivorsOf(mutants: readonly Mutant[], results: readonly Result[]): Survivor[] {
  return results.flatMap(({ verdict, at }, n) => {
    if (verdict === 'killed') return [];
    const { file, line, function: fn, original, mutated, nth } = mutants[n];
    return [{ file, line, function: fn, original, mutated, nth, verdict, ...(at === undefined ? {} : { at }) }];
  });
}

export function score(mutants: readonly Mutant[], results: readonly Result[]): Scored {
  const functions = new Map<string, FunctionScore>();
  mutants.forEach(({ cFile, file, function: fn }, n) => {
    const key = `${file} ${fn}`;
    const entry = functions.get(key) ?? { cFile, file, function: fn, counts: noCounts() };
    entry.counts[results[n].verdict]++;
    functions.set(key, entry);
  });
  return { functions: [...functions.values()], survivors: survivorsOf(mutants, results) };
}

/** What became of the rules of the judge. */
export interface Rules {
  readonly judge: readonly Mutant[];
  readonly ofJudge: readonly Result[];
  readonly ids: readonly string[];
  /** By rule, in the order of `ids`: what became of the judge without it. */
  readonly drops: readonly Result[];
}

interface Run extends Rules {
  readonly every: number;
  readonly kernel: readonly Mutant[];
  readonly results: readonly Result[];
}

export function recordOf(run: Run): MutationRecord {
  const { every, kernel, results, judge, ofJudge, ids, drops } = run;
  const rules = ids.map((invariant, n) => {
    const own = ofJudge.filter((_, m) => judge[m].file === `invariants/${invariant}.ts`);
    const { at } = drops[n];
    const kills = results.filter(({ found }) => found?.invariant === invariant).length;
    return { invariant, ...(at === undefined ? {} : { brokenBy: at }), kills, counts: count(own) };
  });
  return {
    every,
    kernel: count(results),
    judge: count(ofJudge),
    rules,
    ...score(kernel, results),
    judgeSurvivors: survivorsOf(judge, ofJudge),
  };
}

/** The record with the files of `fresh` as they are now. */
export function merge(old: MutationRecord, fresh: Scored, files: readonly string[]): MutationRecord {
  const isOther = ({ file }: { file: string }): boolean => !files.includes(file);
  const inOrder = <T extends { file: string }>(list: readonly T[]): T[] =>
    list.toSorted((a, b) => (a.file === b.file ? 0 : a.file < b.file ? -1 : 1));
  const functions = inOrder([...old.functions.filter(isOther), ...fresh.functions]);
  const survivors = inOrder([...old.survivors.filter(isOther), ...fresh.survivors]);
  const kernel = noCounts();
  for (const { counts } of functions) for (const verdict of VERDICTS) kernel[verdict] += counts[verdict];
  return { ...old, kernel, functions, survivors };
}
