/**
 * Which rules break: all of them, those about the step alone, or those about the state alone. A rule about the state
 * holds wherever the state's image is the same, so that a search judges it once a state and not once an edge.
 */
import type { Invariant, Judged, When } from '../invariants/invariant.js';
import { isPending } from '../model/callers/callers.js';
import type { Ghost } from '../model/ghost.js';
import type { Kernel } from '../model/kernel.js';
import type { HoldAll } from './unroll.js';
import { unrollRules } from './unroll.js';

/** Which part of the rules is judged. */
export type Part = 'all' | 'step' | 'state';

type Moments = Readonly<Record<When, HoldAll>>;

/** Functions and rules look at pipe `p` from here on. */
export function usePipe(k: Kernel, g: Ghost, p: number): void {
  k.usePipe(p);
  g.select(p);
}

export class Judge {
  readonly invariants: readonly Invariant[];
  /** Each soft rule's bit in `Ghost.broken`. */
  private readonly bit = new Map<Invariant, number>();
  /** Where there are two pipes: the rules that the last step broke on each. */
  private readonly brokenOn: number[] = [];
  private readonly parts: Readonly<Record<Part, Moments>>;

  /** `isIterKept`: the iterator is state, and no scratch of the op that has made it. */
  constructor(invariants: readonly Invariant[], k: Kernel, isIterKept: boolean) {
    this.invariants = invariants;
    invariants.forEach((invariant, n) => {
      if (invariant.severity !== 'fatal') this.bit.set(invariant, 1 << n);
    });
    const moments = (part: Part): Moments => ({
      'every-step': this.unroll(part, 'every-step', k),
      settled: this.unroll(part, 'settled', k),
      unlocked: this.unroll(part, 'unlocked', k),
      query: this.unroll(part, 'query', k),
      'iterator-sane': this.unroll(
        isIterKept || part === 'all' ? part : part === 'step' ? 'all' : 'none',
        'iterator-sane',
        k,
      ),
    });
    this.parts = { all: moments('all'), step: moments('step'), state: moments('state') };
  }

  /** The soft rules of a moment, of those that have something to judge. */
  private unroll(part: Part | 'none', when: When, { needs }: Kernel): HoldAll {
    const judged = this.invariants.filter(
      (i) => i.when === when && i.severity === 'soft' && (i.needs?.(needs) ?? true),
    );
    const list = judged.flatMap((invariant) => {
      const judges = typeof invariant.judges === 'function' ? invariant.judges(needs) : invariant.judges;
      const bit = this.bit.get(invariant) ?? 0;
      if (part === 'all' || part === judges) return [{ rule: invariant, isStep: false, bit }];
      return part !== 'none' && judges === 'both' ? [{ rule: invariant, isStep: part === 'step', bit }] : [];
    });
    return unrollRules(list);
  }

  bitOf(invariant: Invariant): number {
    return this.bit.get(invariant) ?? 0;
  }

  /** The rules that have these bits. */
  name(found: number, to: Invariant[]): void {
    for (const invariant of this.invariants) if ((found & this.bitOf(invariant)) !== 0) to.push(invariant);
  }

  /** The rules that the model itself has found broken. */
  nameFatal(s: Judged, to: Invariant[]): void {
    for (const invariant of this.invariants) {
      if (invariant.severity === 'fatal' && !invariant.holds(s)) to.push(invariant);
    }
  }

  /** The first pipe on which the last step broke it. */
  pipeOf(invariant: Invariant): number {
    const bit = this.bitOf(invariant);
    const pipe = this.brokenOn.findIndex((bits) => (bits & bit) !== 0);
    return Math.max(0, pipe);
  }

  /** Bits of the rules that break, on any pipe. */
  broken(s: Judged, part: Part): number {
    const { k, g } = s;
    if (k.pipes.length === 1) return this.onPipe(s, part);
    let found = 0;
    for (let p = 0; p < k.pipes.length; p++) {
      usePipe(k, g, p);
      this.brokenOn[p] = this.onPipe(s, part);
      found |= this.brokenOn[p];
    }
    usePipe(k, g, 0);
    return found;
  }

  /** Bits of the rules that break on the pipe that is looked at. */
  private onPipe(s: Judged, part: Part): number {
    const { k, g } = s;
    const { broken } = g;
    const hold = this.parts[part];
    let found = hold['every-step'](s, broken);
    if (s.spec.isQuery === true) found |= hold.query(s, broken);
    if (k.caller.kind === 0) found |= hold.settled(s, broken) | hold.unlocked(s, broken);
    else if (!isPending(k)) found |= hold.settled(s, broken);
    if (k.iter.active && !isPending(k)) found |= hold['iterator-sane'](s, broken);
    return found;
  }
}
