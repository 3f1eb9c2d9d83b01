/**
 * The op table behind fast-check's model-based commands: one command an op spec, whose
 * arguments are fractions of what is allowed when it runs, so that a shrunk list of
 * commands still means something.
 *
 * fast-check stops at the first failure. It is therefore asked again and again, each time
 * with the classes known so far counted as no failure, until the runs are spent.
 */
import fc from 'fast-check';
import type { Runner } from '../harness/runner.js';
import type { Choice } from './choice.js';
import { choicesOf } from './choice.js';
import type { RandomResult, Seen } from './classes.js';
import { Classes } from './classes.js';
import { Walk } from './walk.js';

export interface FastCheckOptions {
  readonly seed: number;
  readonly numRuns: number;
  readonly maxCommands: number;
  /** Stop after so many ops, shrinking included; asked between parts. */
  readonly steps?: number;
  readonly isOver?: () => boolean;
  onProgress?(steps: number, classes: number): void;
}

/** Runs of one part; between parts it is asked whether the time is up. */
const RUNS_AT_ONCE = 64;

/** What a property throws when it sees the class that it looks for. */
class Hit extends Error {}

class OpCommand implements fc.Command<Walk, Walk> {
  private readonly choice: Choice;
  private readonly fractions: readonly number[];
  private readonly pursuit: Pursuit;

  constructor(choice: Choice, fractions: readonly number[], pursuit: Pursuit) {
    this.choice = choice;
    this.fractions = fractions;
    this.pursuit = pursuit;
  }

  check(walk: Readonly<Walk>): boolean {
    return !walk.hasEnded && this.pursuit.fault === undefined && walk.runner.isReady(this.choice.spec);
  }

  run(_model: Walk, walk: Walk): void {
    const n = this.choice.nearest(this.choice.at(this.fractions));
    if (n < 0) return;
    try {
      walk.take(n);
    } catch (error) {
      this.pursuit.fault = error;
      throw error;
    }
    if (this.pursuit.isHit) throw new Hit(this.pursuit.target?.key);
  }

  toString(): string {
    return `${this.choice.spec.name}(${this.fractions.join(', ')})`;
  }
}

/** One check: the first class seen that is not known yet becomes its target, and shrinking stays with it. */
class Pursuit {
  target: Seen | undefined;
  /** Ops of the last walk that hit: the smallest one, when the check is over. */
  path: number[] = [];
  isHit = false;
  /** What the design's own code threw: that walk is left as it is, for whoever asks where it was. */
  fault: unknown;
  readonly walk: Walk;
  private readonly classes: Classes;

  constructor(runner: Runner, classes: Classes, maxCommands: number) {
    this.classes = classes;
    this.walk = new Walk(runner, maxCommands, (walk, n) => this.see(walk, n));
  }

  /** The beginning of each run of fast-check's: the walk is the model and the real thing. */
  readonly begin = (): { model: Walk; real: Walk } => {
    const { walk } = this;
    if (this.fault === undefined) walk.start();
    this.isHit = false;
    return { model: walk, real: walk };
  };

  private see(walk: Walk, n: number): boolean {
    const { target, classes } = this;
    const hit = classes.see(walk, n).find(({ key }) => (target === undefined ? !classes.has(key) : target.key === key));
    if (hit === undefined) return false;
    this.target = hit;
    this.path = walk.path;
    this.isHit = true;
    return true;
  }
}

/** `maxCommands` alone gives lists of five on average, whatever it is; `size: 'max'` gives half of it. */
function commandsOf(
  choices: readonly Choice[],
  pursuit: Pursuit,
  maxCommands: number,
): fc.Arbitrary<Iterable<OpCommand>> {
  const fraction = fc.nat({ max: 0xffff });
  const commands = choices.map((choice) =>
    fc.tuple(...choice.radix.map(() => fraction)).map((fractions) => new OpCommand(choice, fractions, pursuit)),
  );
  const constraints = { maxCommands, size: 'max', disableReplayLog: true } as const;
  return fc.commands<Walk, Walk>(commands, constraints) as fc.Arbitrary<Iterable<OpCommand>>;
}

export function runFastCheck(
  runner: Runner,
  options: FastCheckOptions,
  classes: Classes = new Classes(runner),
): RandomResult {
  const { seed, numRuns, maxCommands, steps: stepsMax = Number.POSITIVE_INFINITY } = options;
  const choices = choicesOf(runner);
  let left = numRuns;
  let runs = 0;
  let steps = 0;
  for (let part = 0; left > 0 && steps < stepsMax && options.isOver?.() !== true; part++) {
    const pursuit = new Pursuit(runner, classes, maxCommands);
    const property = fc.property(commandsOf(choices, pursuit, maxCommands), (commands) =>
      fc.modelRun(pursuit.begin, commands),
    );
    const details = fc.check(property, { seed: (seed + part) | 0, numRuns: Math.min(left, RUNS_AT_ONCE) });
    left -= details.numRuns;
    runs += pursuit.walk.walks;
    steps += pursuit.walk.steps;
    if (pursuit.fault !== undefined) throw pursuit.fault;
    if (pursuit.target !== undefined) classes.add(pursuit.target, pursuit.path, { runs, steps });
    else if (details.failed) throw details.errorInstance;
    options.onProgress?.(steps, classes.size);
  }
  return { runs, steps, classes: classes.list };
}
