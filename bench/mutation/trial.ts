/** What becomes of one mutant: it is switched on, and run where it is executed until something notices. */
import { basesFor, textOf } from './places.js';
import type { Base, End, Found, Ground, Job, Place, Result, Witness } from './protocol.js';

/** Searches of baselines for a mutant of the judge. */
const ALARM_PLACES = 4;

/** What a mutated build exports; see entry.ts. */
export interface Lab {
  search(place: Place, kernel: number, judge: number, known: readonly string[] | undefined, beat: () => void): End;
  coveredBy(run: () => void): number[];
  drop(id: string): () => void;
  knownOf(place: Place): string[];
  invariantIds(): string[];
  witnessOf(text: string, name: string): Witness | undefined;
  testifies(witness: Witness, judge: number): boolean;
}

export async function load(code: string): Promise<Lab> {
  return (await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)) as Lab;
}

/** What is seen without mutants, by the build that counts what is executed. */
export function baseOf(coverage: Lab, place: Place, beat: () => void): Base {
  let end: End | undefined;
  const covers = coverage.coveredBy(() => {
    end = coverage.search(place, -1, -1, undefined, beat);
  });
  if (end?.how !== 'ends') throw new Error(`${textOf(place)}: what is not mutated does not run`);
  const { seen } = end;
  const pairs = seen.classes.map((key) => key.split(' ').slice(0, 2).join(' '));
  return { place, seen, covers, known: [...new Set([...pairs, ...coverage.knownOf(place)])] };
}

/** What is found in a scenario anyway, by whatever engine. */
function knownIn(bases: readonly Base[], { design, scenario }: Place): string[] {
  const same = bases.filter(({ place }) => place.design === design && place.scenario === scenario);
  return [...new Set(same.flatMap(({ known }) => known))];
}

interface Difference {
  readonly verdict: 'changes a known finding' | 'survives, differs';
  readonly at: string;
}

function differenceOf(end: End, base: Base): Difference | undefined {
  if (end.how !== 'ends') return undefined;
  const { seen } = end;
  const at = textOf(base.place);
  const isKnownAnyway = seen.alarms === base.seen.alarms && seen.classes.join() === base.seen.classes.join();
  if (!isKnownAnyway) return { verdict: 'changes a known finding', at };
  const isSame = seen.states === base.seen.states && seen.steps === base.seen.steps && seen.sum === base.seen.sum;
  return isSame ? undefined : { verdict: 'survives, differs', at };
}

function killOf(end: End, place: Place): { by: string; at: string; found?: Found; place?: Place } | undefined {
  const at = textOf(place);
  switch (end.how) {
    case 'ends':
      return undefined;
    case 'violation':
      return { by: end.found.key, at, found: end.found, place };
    default:
      return { by: end.how, at };
  }
}

/** Most rules are held in every scenario: false alarms are looked for in the first of them. */
function alarmsOf(id: number, { bases }: Ground): { first: Base[]; last: Base[] } {
  return { first: basesFor(id, bases).first.slice(0, ALARM_PLACES), last: [] };
}

function tryAll(lab: Lab, ground: Ground, id: number, isOfJudge: boolean, beat: () => void): Result {
  const { first, last } = isOfJudge ? alarmsOf(id, ground) : basesFor(id, ground.bases);
  if (first.length === 0 && last.length === 0) return { id, verdict: 'never executed' };
  let difference: Difference | undefined;
  const run = (base: Base): Result | undefined => {
    const { place } = base;
    const known = knownIn(ground.bases, place);
    const end = lab.search(place, isOfJudge ? -1 : id, isOfJudge ? id : -1, known, beat);
    const kill = killOf(end, place);
    if (kill !== undefined) return { id, verdict: 'killed', ...kill };
    const differs = differenceOf(end, base);
    // An alarm, though of a kind that is known, is more than a silent difference.
    if (difference?.verdict !== 'changes a known finding') difference = differs ?? difference;
    return undefined;
  };
  for (const base of first) {
    const killed = run(base);
    if (killed !== undefined) return killed;
  }
  if (difference !== undefined) {
    for (const base of last) {
      const killed = run(base);
      if (killed !== undefined) return killed;
    }
  }
  return difference === undefined ? { id, verdict: 'no difference' } : { id, ...difference };
}

/** A mutant of the judge: it must let no witness go, and raise no alarm where nothing is wrong. */
function tryJudge(lab: Lab, ground: Ground, id: number, witnesses: readonly number[], beat: () => void): Result {
  for (const n of witnesses) {
    beat();
    const witness = ground.witnesses[n];
    if (!lab.testifies(witness, id)) return { id, verdict: 'killed', by: 'no alarm', at: witness.name };
  }
  return tryAll(lab, ground, id, true, beat);
}

function tryDrop(lab: Lab, ground: Ground, invariant: string, witnesses: readonly number[]): Result {
  const restore = lab.drop(invariant);
  try {
    const lost = witnesses.find((n) => !lab.testifies(ground.witnesses[n], -1));
    if (lost === undefined) return { id: -1, verdict: 'no difference' };
    return { id: -1, verdict: 'killed', by: 'no alarm', at: ground.witnesses[lost].name };
  } finally {
    restore();
  }
}

export function perform(lab: Lab, coverage: () => Lab, ground: Ground, job: Job, beat: () => void): Base | Result {
  switch (job.kind) {
    case 'base':
      return baseOf(coverage(), job.place, beat);
    case 'kernel':
      return tryAll(lab, ground, job.id, false, beat);
    case 'judge':
      return tryJudge(lab, ground, job.id, job.witnesses, beat);
    case 'drop':
      return tryDrop(lab, ground, job.invariant, job.witnesses);
  }
}
