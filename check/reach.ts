/**
 * Which op instances come to nothing in a state, known without taking them: their choice (a fault, a failing allocation, a
 * mark) lies behind what the same call without a choice has come to there. Of the calls that a search makes, up to half are
 * such, since it makes every choice in every state.
 */
import type { Runner } from '../harness/runner.js';
import type { OpSpec, Plain, Reach } from '../model/op.js';

/** Of a plain call, and the state in which it was seen. */
type Trail = { -readonly [Key in keyof Reach]: Reach[Key] } & { at: number };

/** An instance with a choice. */
interface Chosen {
  readonly plain: Plain;
  readonly trail: Trail;
  readonly args: readonly number[];
}

export class Reaches {
  private readonly runner: Runner;
  /** By instance. */
  private readonly trails: readonly (Trail | undefined)[];
  private readonly chosen: readonly (Chosen | undefined)[];
  private state = 0;

  constructor(runner: Runner) {
    this.runner = runner;
    const trails: (Trail | undefined)[] = runner.ops.map(() => undefined);
    const places = placesOf(runner);
    this.chosen = runner.ops.map(({ spec, args }, n) => {
      const { plain } = spec;
      if (plain === undefined) return undefined;
      const of = places.get((plain.spec ?? spec).apply)?.get(String(plain.args(args)));
      if (of === undefined || of === n) return undefined;
      const trail = (trails[of] ??= { at: 0, ret: 0, wanted: 0, copied: 0, allocations: 0, woken: 0 });
      return { plain, trail, args };
    });
    this.trails = trails;
  }

  /** Another state. */
  begin(): void {
    this.state++;
  }

  /** Instance `n` has returned, and the kernel is as it has left it. */
  note(n: number): void {
    const trail = this.trails[n];
    if (trail === undefined) return;
    const { k, judged } = this.runner;
    trail.at = this.state;
    trail.ret = judged.ret;
    trail.wanted = k.user.wanted;
    trail.copied = k.user.pos;
    trail.allocations = k.allocations;
    trail.woken = k.woken;
  }

  /** Whether instance `n` would be idle in this state. */
  isIdle(n: number): boolean {
    const chosen = this.chosen[n];
    if (chosen === undefined || chosen.trail.at !== this.state) return false;
    const { plain, trail, args } = chosen;
    return !plain.isMet(trail, args);
  }
}

/** Instances by function and arguments: a spec is known by its function, since the op table holds copies. */
function placesOf({ ops }: Runner): Map<OpSpec['apply'], Map<string, number>> {
  const out = new Map<OpSpec['apply'], Map<string, number>>();
  ops.forEach(({ spec: { apply }, args }, n) => {
    const places = out.get(apply) ?? new Map<string, number>();
    out.set(apply, places.set(String(args), n));
  });
  return out;
}
