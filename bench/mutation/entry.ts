/**
 * The entry of the mutated build. It runs one search with the chosen mutants switched on and says
 * what was seen, in numbers and text: everything behind it is a copy of its own.
 */
import { Explorer } from '../../check/explore.js';
import { Classes } from '../../fuzz/classes.js';
import type { RandomClass, Seen as SeenClass } from '../../fuzz/classes.js';
import { Coverage } from '../../fuzz/coverage/explore.js';
import { createSession } from '../../fuzz/coverage/session.js';
import { runLoop } from '../../fuzz/loop.js';
import { parseBounds } from '../../harness/bounds-text.js';
import { Path } from '../../harness/replay.js';
import type { ViolationClass } from '../../harness/runner.js';
import { Runner, Step, classKey } from '../../harness/runner.js';
import { parseTrace, resolveOps } from '../../harness/trace.js';
import type { Invariant } from '../../invariants/invariant.js';
import { INVARIANTS } from '../../invariants/invariants.js';
import { DESIGNS } from '../../model/designs/designs.js';
import { SCENARIOS } from '../../model/scenario.js';
import { activate, calm, covered } from './active.js';
import type { End, Found, Place, Seen, Witness } from './protocol.js';

const MEMORY_BYTES = 2e9;
/** Of the random walks. */
const SEED = 1;

/** Ends a search: what it has found is enough. */
class Enough extends Error {
  readonly found: Found;

  constructor(found: Found) {
    super(found.key);
    this.found = found;
  }
}

/** What the classes of one place have in common whatever function they are put down to. */
const pairOf = (c: ViolationClass): string => `${c.invariant} ${c.op}`;

function runnerOf({ design: id, scenario, bounds }: Omit<Place, 'engine' | 'steps'>): Runner {
  const design = DESIGNS.find((d) => d.id === id);
  if (design === undefined) throw new Error(`there is no design '${id}'`);
  return new Runner(design, parseBounds(bounds, undefined, SCENARIOS[scenario]), scenario);
}

/** A sum over all steps that a runner takes: ops, what they return, what becomes of them. */
class Sum {
  value = 0;
  steps = 0;
  /** Steps that broke something, known or not. */
  alarms = 0;

  constructor(runner: Runner, beat: () => void) {
    const take = runner.take.bind(runner);
    runner.take = (n) => {
      calm();
      beat();
      this.steps++;
      const step = take(n);
      if (step === Step.Violated || step === Step.Fatal) this.alarms++;
      if (step !== Step.Idle) this.add(((n * 8 + step) | 0) ^ Math.imul(runner.judged.ret, 0x9e37_79b1));
      return step;
    };
  }

  add(n: number): void {
    this.value = (Math.imul(this.value ^ n, 0x0100_0193) + (this.value >>> 15)) | 0;
  }
}

/** Classes that are not made small; the first that is new ends the walk. */
class Watched extends Classes {
  private readonly seen = new Set<string>();
  private readonly onSeen: (seen: SeenClass, ops: readonly number[]) => void;

  constructor(runner: Runner, onSeen: (seen: SeenClass, ops: readonly number[]) => void) {
    super(runner);
    this.onSeen = onSeen;
  }

  override has(key: string): boolean {
    return this.seen.has(key);
  }

  override add(seen: SeenClass, ops: readonly number[]): void {
    this.seen.add(seen.key);
    this.onSeen(seen, ops);
  }
}

class Search {
  private readonly place: Place;
  private readonly runner: Runner;
  private readonly sum: Sum;
  private readonly known: ReadonlySet<string> | undefined;
  private readonly classes = new Set<string>();

  constructor(place: Place, known: readonly string[] | undefined, beat: () => void) {
    this.place = place;
    this.runner = runnerOf(place);
    this.sum = new Sum(this.runner, beat);
    this.known = known === undefined ? undefined : new Set(known);
  }

  private note(c: ViolationClass, path: readonly number[], isAfterOthers: boolean): void {
    this.classes.add(classKey(c));
    const { known } = this;
    if (known === undefined || isAfterOthers || known.has(pairOf(c)) || known.has(`${c.invariant} *`)) return;
    const ops = path.map((n) => this.runner.ops[n].text);
    throw new Enough({ key: classKey(c), invariant: c.invariant, ops });
  }

  run(): Seen {
    const { sum } = this;
    const states = this.place.engine === 'exhaustive' ? this.explore() : 0;
    if (this.place.engine === 'random') this.walk();
    if (this.place.engine === 'coverage') this.lead();
    return { states, steps: sum.steps, alarms: sum.alarms, sum: sum.value, classes: [...this.classes].sort() };
  }

  private explore(): number {
    const { runner, sum, place } = this;
    const limits = { memoryBytes: MEMORY_BYTES, steps: place.steps, isOver: () => false };
    const explorer = new Explorer(runner, limits, { onClass: (c) => this.note(c.class, c.path, c.isAfterOthers) });
    const result = explorer.run();
    // What was first seen behind something else may have been seen by itself since.
    for (const c of result.classes) this.note(c.class, c.path, c.isAfterOthers);
    for (const word of explorer.store.images()) sum.add(word);
    return result.states;
  }

  private walk(): void {
    const watched = new Watched(this.runner, (seen, ops) => this.note(seen.class, ops, seen.isAfterOthers));
    runLoop(this.runner, { seed: SEED, steps: this.place.steps, isOver: () => false }, watched);
  }

  private lead(): void {
    const session = createSession(this.runner, SEED, true);
    const options = {
      seed: SEED,
      steps: this.place.steps,
      runs: Number.POSITIVE_INFINITY,
      isOver: () => false,
      seeds: [],
      bytes: undefined,
      onClass: (c: RandomClass) => this.note(c.class, c.path, c.isAfterOthers),
    };
    new Coverage(session, runnerOf(this.place), options).run();
  }
}

/** Of an error: how a mutant was stopped. */
function endOf(error: unknown): End {
  if (error instanceof Enough) return { how: 'violation', found: error.found };
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return { how: message === 'it does not end' ? 'hangs' : 'throws', message: message.slice(0, 120) };
}

/** One search. Without `known` it is of what is not mutated, and goes on behind what it finds. */
export function search(
  place: Place,
  kernel: number,
  judge: number,
  known: readonly string[] | undefined,
  beat: () => void,
): End {
  try {
    activate(kernel, judge);
    return { how: 'ends', seen: new Search(place, known, beat).run() };
  } catch (error) {
    if (kernel < 0 && judge < 0) throw error;
    return endOf(error);
  } finally {
    activate(-1, -1);
  }
}

/** Numbers of the mutants whose places `run` executes; in the build that counts them. */
export function coveredBy(run: () => void): number[] {
  covered.fill(0);
  run();
  return [...covered.keys()].filter((n) => covered[n] !== 0);
}

/** Takes a rule out of the judge, or puts it back. */
export function drop(id: string): () => void {
  const rule = INVARIANTS.find((i) => i.id === id) as { holds: Invariant['holds'] } | undefined;
  if (rule === undefined) throw new Error(`there is no invariant '${id}'`);
  const { holds } = rule;
  rule.holds = () => true;
  return () => {
    rule.holds = holds;
  };
}

export const invariantIds = (): string[] => INVARIANTS.map(({ id }) => id);

export const knownOf = (place: Place): string[] =>
  (DESIGNS.find(({ id }) => id === place.design)?.expect.known ?? [])
    .filter(({ scenario }) => scenario === place.scenario)
    .map(({ invariant, op }) => `${invariant} ${op ?? '*'}`);

/** A trace of the corpus as a witness: its last op breaks the rule. */
export function witnessOf(text: string, name: string): Witness | undefined {
  const trace = parseTrace(text, name);
  if (trace.violates === undefined) return undefined;
  return { name, kernel: -1, invariant: trace.violates.invariant, trace: text };
}

/** Whether the last op of the witness still breaks its rule, with that mutant of the judge. */
export function testifies(witness: Witness, judge: number): boolean {
  try {
    activate(witness.kernel, judge);
    const path = witness.trace === undefined ? placed(witness) : traced(witness.trace, witness.name);
    return path.some(({ id }) => id === witness.invariant);
  } catch {
    // A judge that throws gives no reason.
    return false;
  } finally {
    activate(-1, -1);
  }
}

/** Rules that the last op breaks. */
function lastBroken(runner: Runner, ops: readonly number[]): Invariant[] {
  const path = new Path(runner);
  for (const n of ops) {
    calm();
    path.take(n, undefined, () => false);
  }
  return path.found.flatMap(({ invariant }) => INVARIANTS.find(({ id }) => id === invariant) ?? []);
}

function traced(text: string, name: string): Invariant[] {
  const trace = parseTrace(text, name);
  const design = DESIGNS.find(({ id }) => id === trace.design);
  if (design === undefined) throw new Error(`${name}: there is no design '${trace.design}'`);
  const runner = new Runner(design, trace.bounds, trace.scenario);
  return lastBroken(runner, resolveOps(runner, trace, name));
}

function placed({ place, ops }: Witness): Invariant[] {
  if (place === undefined || ops === undefined) return [];
  const runner = runnerOf(place);
  const byText = new Map(runner.ops.map((op, n) => [op.text, n]));
  return lastBroken(
    runner,
    ops.map((text) => byText.get(text) ?? 0),
  );
}
