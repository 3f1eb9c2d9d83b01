/**
 * What the tight loop takes next. Each walk has its own taste (swarm testing, Groce et al.
 * 2012: what is left out of a walk lets it get further into the rest): some ops are left
 * out, the others have very unequal weights.
 *
 * A spec is drawn from a wheel of those that have been ready in such a state before, by
 * who holds the pipe and its pages. So a choice costs 220 ns; asking all specs at each step
 * costs 400, and drawing from all of them until one is ready 530: the processor guesses
 * such calls wrong.
 */
import type { Runner } from '../harness/runner.js';
import type { Choice } from './choice.js';
import { choicesOf } from './choice.js';
import type { Prng } from './prng.js';

/** Draws, or idle ops, before whatever is enabled is taken. */
const TRIES = 12;
/** Weights of an op in a walk; one that only asks has the least. */
const WEIGHTS = [1, 2, 4, 8];
const WEIGHT_MAX = 8;
/** Of 256: how likely an op is left out of a walk. */
const OFF = [0, 0, 64, 128];
/** Of 256: how likely a fault, a failing allocation or a mark is left out of an op. */
const CALM = [128, 192, 240];
const CALM_ALWAYS = 256;
/** Kinds of callers times what a request can be on. */
const PHASES = 8 * 4;

/** The choices for one kind of state. */
class Wheel {
  /** Index of a choice, as often as it weighs in this walk: the first `size`. */
  readonly slots: Uint16Array;
  size = 0;
  /** The walk that it was made for. */
  walk = 0;
  /** Whether a choice was ever ready here. */
  readonly wasReady: Uint8Array;

  constructor(choices: number) {
    this.slots = new Uint16Array(choices * WEIGHT_MAX);
    this.wasReady = new Uint8Array(choices);
  }
}

export class Swarm {
  private readonly runner: Runner;
  private readonly prng: Prng;
  private readonly choices: readonly Choice[];
  private readonly weight: Uint8Array;
  private readonly wheels: readonly Wheel[];
  private walk = 0;
  private calm = 0;

  constructor(runner: Runner, prng: Prng) {
    this.runner = runner;
    this.prng = prng;
    this.choices = choicesOf(runner);
    this.weight = new Uint8Array(this.choices.length);
    this.wheels = Array.from({ length: PHASES }, () => new Wheel(this.choices.length));
  }

  /** Another walk, another taste, drawn from `prng`. */
  begin(prng = this.prng): void {
    const { choices, weight } = this;
    this.walk++;
    this.calm = CALM[prng.below(CALM.length)];
    const off = OFF[prng.below(OFF.length)];
    for (let c = 0; c < choices.length; c++) {
      const drawn = choices[c].spec.isQuery === true ? WEIGHTS[0] : WEIGHTS[prng.below(WEIGHTS.length)];
      weight[c] = prng.below(256) < off ? 0 : drawn;
    }
  }

  /** An op that may be taken, after so many idle ones; -1 if there is none. */
  choose(misses: number): number {
    const { choices, runner, prng } = this;
    const wheel = this.wheelHere();
    for (let tries = misses; tries < TRIES && wheel.size > 0; tries++) {
      const choice = choices[wheel.slots[prng.below(wheel.size)]];
      if (!runner.isReady(choice.spec)) continue;
      const n = choice.draw(prng, this.calm);
      if (runner.isAllowed(n)) return n;
    }
    return this.search();
  }

  private wheelHere(): Wheel {
    const { caller, request } = this.runner.k;
    const wheel = this.wheels[(caller.kind & 7) | ((request.on & 3) << 3)];
    if (wheel.walk !== this.walk) this.turn(wheel);
    return wheel;
  }

  /** Learns what is ready here, and fills the wheel by this walk's weights. */
  private turn(wheel: Wheel): void {
    const { choices, runner, weight } = this;
    const { wasReady, slots } = wheel;
    wheel.walk = this.walk;
    wheel.size = 0;
    for (let c = 0; c < choices.length; c++) {
      if (wasReady[c] === 0 && runner.isReady(choices[c].spec)) wasReady[c] = 1;
      if (wasReady[c] === 0) continue;
      for (let i = 0; i < weight[c]; i++) slots[wheel.size++] = c;
    }
  }

  /** Any enabled op, also one that is left out of this walk, so that no walk ends in a locked pipe; -1 if none. */
  private search(): number {
    const { choices, runner, prng } = this;
    const start = prng.below(choices.length);
    for (let i = 0; i < choices.length; i++) {
      const choice = choices[(start + i) % choices.length];
      if (!runner.isReady(choice.spec)) continue;
      const n = choice.nearest(choice.draw(prng, CALM_ALWAYS));
      if (n >= 0) return n;
    }
    return -1;
  }
}
