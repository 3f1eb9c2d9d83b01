/**
 * What a running job leaves in shared memory: that it is alive, where it is, how far it
 * came. Whoever watches it from another thread can so name the op in which a design hangs.
 */
import type { Runner } from '../harness/runner.js';
import { Step } from '../harness/violation.js';
import type { Columns } from './state-index.js';
import { pathIn } from './state-index.js';

/** What the job is doing. */
export const Phase = { Loading: 0, Searching: 1, Proving: 2, Replaying: 3, Done: 4 } as const;

const WORD = { Beats: 0, Phase: 1, Stop: 2, State: 3, Op: 4, Length: 5, Busy: 6, Path: 7 } as const;
const PATH_MAX = 1 << 12;
const FIGURES = { states: 0, edges: 1, depth: 2, frontier: 3, quiet: 4 } as const;
const FIGURE_BYTES = 8 * Object.keys(FIGURES).length;

export interface Figures {
  states: number;
  edges: number;
  depth: number;
  frontier: number;
  /** Seconds since the search last met something new; 0 where it does not say. */
  quiet: number;
}

/** What takes ops from an initial state on: a runner, or the path of a pair. */
export type Followed = Pick<Runner, 'reset' | 'take'> & Partial<Pick<Runner, 'withTrace'>>;

export class Heartbeat {
  readonly memory: SharedArrayBuffer;
  private readonly words: Int32Array;
  private readonly figures: Float64Array;

  constructor(memory = new SharedArrayBuffer(FIGURE_BYTES + 4 * (WORD.Path + PATH_MAX))) {
    this.memory = memory;
    this.figures = new Float64Array(memory, 0, FIGURE_BYTES / 8);
    this.words = new Int32Array(memory, FIGURE_BYTES);
  }

  get beats(): number {
    return Atomics.load(this.words, WORD.Beats);
  }

  get phase(): number {
    return Atomics.load(this.words, WORD.Phase);
  }

  enter(phase: (typeof Phase)[keyof typeof Phase]): void {
    this.words[WORD.State] = -1;
    this.words[WORD.Length] = 0;
    Atomics.store(this.words, WORD.Phase, phase);
    Atomics.add(this.words, WORD.Beats, 1);
  }

  /** The search takes `op` from `state`. Called at every edge: plain stores. */
  beat(state: number, op: number): void {
    const { words } = this;
    words[WORD.Beats]++;
    words[WORD.State] = state;
    words[WORD.Op] = op;
  }

  /** The design's code is not what runs now: however long it takes, nothing hangs. */
  busy(isBusy: boolean): void {
    this.words[WORD.Busy] = isBusy ? 1 : 0;
  }

  get isBusy(): boolean {
    return this.words[WORD.Busy] !== 0 || this.phase === Phase.Done;
  }

  /**
   * From now on, the runner leaves here every path that it takes from its initial state. One that
   * takes its states from images is alive, too, but nobody knows here how they were come by.
   */
  follow(runner: Followed, takesImages = false): void {
    const { words } = this;
    const take = runner.take.bind(runner);
    const reset = runner.reset.bind(runner);
    const withTrace = runner.withTrace?.bind(runner);
    words[WORD.State] = -1;
    words[WORD.Length] = takesImages ? PATH_MAX : 0;
    runner.reset = () => {
      words[WORD.Length] = 0;
      reset();
    };
    // An op that is run again only to see what it calls is no step of the path.
    if (withTrace !== undefined) {
      runner.withTrace = (table, n) => {
        const length = words[WORD.Length];
        const step = withTrace(table, n);
        words[WORD.Length] = length;
        return step;
      };
    }
    runner.take = (n) => {
      const length = words[WORD.Length];
      words[WORD.Beats]++;
      words[WORD.Op] = n;
      if (length < PATH_MAX) words[WORD.Path + length] = n;
      words[WORD.Busy] = 0;
      const step = take(n);
      words[WORD.Busy] = 1;
      if (step !== Step.Idle && length < PATH_MAX) words[WORD.Length] = length + 1;
      return step;
    };
  }

  /** Ops from the initial state to the one being taken, that one included; undefined where none is. */
  path(columns: Columns | undefined): number[] | undefined {
    const { words } = this;
    if (this.beats === 0 || this.phase === Phase.Loading) return undefined;
    const state = words[WORD.State];
    if (state >= 0)
      return columns === undefined ? undefined : [...pathIn(columns.parent, columns.op, state), words[WORD.Op]];
    const length = words[WORD.Length];
    if (length >= PATH_MAX) return undefined;
    return [...words.subarray(WORD.Path, WORD.Path + length), words[WORD.Op]];
  }

  /** Asks the job to end with what it has. */
  stop(): void {
    Atomics.store(this.words, WORD.Stop, 1);
  }

  get isStopped(): boolean {
    return Atomics.load(this.words, WORD.Stop) !== 0;
  }

  note(states: number, edges: number, depth: number, frontier: number, quiet = 0): void {
    this.figures[FIGURES.states] = states;
    this.figures[FIGURES.edges] = edges;
    this.figures[FIGURES.depth] = depth;
    this.figures[FIGURES.frontier] = frontier;
    this.figures[FIGURES.quiet] = quiet;
  }

  read(): Figures {
    const [states, edges, depth, frontier, quiet] = this.figures;
    return { states, edges, depth, frontier, quiet };
  }
}
