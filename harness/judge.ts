/**
 * Which rules break: all of them, those about the step alone, or those about the state alone. A rule about the state
 * holds wherever the state's image is the same, so that a search judges it once a state and not once an edge.
 */
import type { Invariant, Judged } from '../invariants/invariant.js';
import type { Ghost } from '../model/ghost.js';
import { BROKEN_BITS } from '../model/ghost.js';
import type { Kernel } from '../model/kernel.js';
import { UsageError } from './bounds-text.js';
import type { HoldAll, RulePart } from './unroll.js';
import { unrollRules } from './unroll.js';

/** A soft rule that broke has to be remembered on the path, in `Ghost.broken`. */
function tooManyRules(over: number): UsageError {
  return new UsageError(
    `the design brings ${over} more ${over === 1 ? 'rule' : 'rules'} than a state has room for; take some out of add.invariants, or put several into one`,
  );
}

/** Which part of the rules is judged. */
type Part = 'all' | 'step' | 'state';

/** Bits of the rules that break, on any pipe, of those that have not broken on this path before. */
type Broken = (s: Judged) => number;

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
  /** All rules; those about the step; those about the state. */
  readonly all: Broken;
  readonly step: Broken;
  readonly state: Broken;

  /** `isIterKept`: the iterator is state, and no scratch of the op that has made it. */
  constructor(invariants: readonly Invariant[], k: Kernel, isIterKept: boolean) {
    this.invariants = invariants;
    const soft = invariants.filter(({ severity }) => severity !== 'fatal');
    if (soft.length > BROKEN_BITS) throw tooManyRules(soft.length - BROKEN_BITS);
    soft.forEach((invariant, n) => this.bit.set(invariant, 1 << n));
    const unroll = (part: Part): Broken => this.onPipes(unrollRules(this.partsOf(part, k, isIterKept)), k);
    this.all = unroll('all');
    this.step = unroll('step');
    this.state = unroll('state');
  }

  /** The soft rules, or parts of them, of those that have something to judge. */
  private partsOf(part: Part, { needs }: Kernel, isIterKept: boolean): RulePart[] {
    const rules = this.invariants.filter((i) => i.severity === 'soft' && (i.needs?.(needs) ?? true));
    return rules.flatMap((rule) => {
      const bit = this.bitOf(rule);
      const isScratch = rule.when === 'iterator-sane' && !isIterKept;
      const judges = typeof rule.judges === 'function' ? rule.judges(needs) : rule.judges;
      const isOf = part === 'all' || part === (isScratch ? 'step' : judges);
      if (isOf) return [{ rule, isStep: false, bit }];
      return judges === 'both' && !isScratch ? [{ rule, isStep: part === 'step', bit }] : [];
    });
  }

  private onPipes(holdAll: HoldAll, k: Kernel): Broken {
    if (k.pipes.length === 1) return (s) => holdAll(s, s.g.broken);
    return (s) => {
      let found = 0;
      for (let p = 0; p < s.k.pipes.length; p++) {
        usePipe(s.k, s.g, p);
        this.brokenOn[p] = holdAll(s, s.g.broken);
        found |= this.brokenOn[p];
      }
      usePipe(s.k, s.g, 0);
      return found;
    };
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
}
