/**
 * A plain target for jsfuzz: takes the ops that bytes stand for, and throws where a rule
 * breaks. Synchronous, and each input by itself: jsfuzz loses anything else.
 */
import type { Runner, ViolationClass } from '../harness/runner.js';
import { formatTrace } from '../harness/trace.js';
import { knownFor } from '../harness/verdict.js';
import type { Seen } from './classes.js';
import { Classes } from './classes.js';
import { decodeOps } from './coverage/encoding.js';
import { LENGTH_MAX } from './coverage/session.js';
import { Walk, Went } from './walk.js';

/** What a rule that breaks is thrown as. What jsfuzz prints of it is its `stack`, so that this has no calls of ours. */
export class Violation extends Error {
  constructor(text: string, cause?: unknown) {
    super(text, cause === undefined ? {} : { cause });
    this.stack = text;
  }
}

/** Called by jsfuzz with each input. */
export type Fuzz = (bytes: Buffer) => void;

export class Target {
  readonly runner: Runner;
  /** Ops taken in all inputs. */
  get steps(): number {
    return this.walk.steps;
  }
  /** What the last input broke first, and the ops until then. */
  seen: readonly Seen[] = [];
  private readonly walk: Walk;
  private readonly program = new Int32Array(LENGTH_MAX);
  private readonly name: string;
  private readonly skipsKnown: boolean;
  private classes: Classes | undefined;

  /** `skipsKnown`: what the design is known to have wrong is gone on from. */
  constructor(runner: Runner, name: string, skipsKnown: boolean) {
    this.runner = runner;
    this.name = name;
    this.skipsKnown = skipsKnown;
    this.walk = new Walk(runner, LENGTH_MAX, (walk, n) => this.note(walk, n));
  }

  get path(): number[] {
    return this.walk.path;
  }

  /** Takes the ops that are enabled when their turn comes, up to the first that breaks something. */
  run(bytes: Buffer): void {
    const { runner, walk, program } = this;
    const length = decodeOps(bytes, runner.opCount, program);
    this.seen = [];
    this.classes = undefined;
    walk.start();
    for (let at = 0; at < length && this.seen.length === 0; at++) {
      const n = program[at];
      if (!runner.isReady(runner.ops[n].spec) || !runner.isAllowed(n)) continue;
      if (walk.take(n) === Went.Ended) return;
    }
  }

  readonly fuzz: Fuzz = (bytes) => {
    try {
      this.run(bytes);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new Violation(`${what}\n\n${this.text()}`, error);
    }
    if (this.seen.length === 0) return;
    const [{ class: first }] = this.seen;
    throw new Violation(
      `${this.seen.map(({ class: c }) => `${c.invariant}: ${c.op}, in ${c.function}()`).join('\n')}\n\n${this.text(first)}`,
    );
  };

  private text(violates?: ViolationClass): string {
    const { runner } = this;
    const { bounds, scenario } = runner.w;
    const ops = this.path.map((n) => runner.ops[n].text);
    const minimality = violates === undefined ? {} : { violates, minimality: 'raw' as const };
    return formatTrace({ design: this.name, scenario: scenario.name, bounds, ops, ...minimality });
  }

  private note(walk: Walk, n: number): boolean {
    this.classes ??= new Classes(this.runner);
    this.seen = this.classes.see(walk, n).filter(({ class: c }) => !this.isKnown(c));
    return this.seen.length > 0;
  }

  private isKnown(c: ViolationClass): boolean {
    const { design, scenario } = this.runner.w;
    return this.skipsKnown && knownFor(design.expect.known ?? [], c, scenario.name) !== undefined;
  }
}
