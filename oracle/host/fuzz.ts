/**
 * Random walks of spec and kernel side by side. A walk begins with fresh pipes and ends when everything in them was read;
 * which walk is taken depends on the seed and its number alone, so that each can be taken again.
 */
import { DEFAULT_BOUNDS } from '../../model/bounds.js';
import type { Bounds } from '../../model/bounds.js';
import type { Design } from '../../model/design.js';
import type { ScenarioName } from '../../model/scenario.js';
import { Chooser } from './choose.js';
import type { Libc } from './libc.js';
import { Lockstep } from './lockstep.js';
import type { Row } from './lockstep.js';
import { PAGE_SIZE } from './memory.js';
import { minimizeRows, partingOf } from './minimize.js';
import { settlingRows } from './settle.js';

/** Scenarios whose ops are system calls, as far as they are. */
export const HOST_SCENARIOS: readonly ScenarioName[] = ['packet', 'splice', 'vmsplice', 'sendfile', 'file-splice'];

/** Slots of the pipes that walks are taken in. */
const RINGS = [1, 2, 4, 16];

/** Calls of a walk before everything is read. */
const WALK = 300;

/** Numbers of a call: the op, and its arguments. */
const WIDTH = 5;

/** The most kinds of difference that are looked into. */
const KINDS_MAX = 6;

/** The world of a walk: as large as the machine's. */
export function hostBounds(ring: number): Bounds {
  return { ...DEFAULT_BOUNDS, page: PAGE_SIZE, ring, files: 2, oom: 'off', headbits: 16, stale: 'none', follow: 0 };
}

/** Spec and kernel part. */
export interface Difference {
  readonly scenario: ScenarioName;
  readonly bounds: Bounds;
  /** Which walk of the seed it was found in. */
  readonly walk: number;
  /** Ops from fresh pipes on; the last one is where they part. */
  readonly ops: readonly string[];
  readonly explanation: string;
}

/** What walks in one scenario came to. */
export interface Walked {
  readonly scenario: ScenarioName;
  readonly walks: number;
  /** Calls that were compared. */
  readonly calls: number;
  readonly differences: readonly Difference[];
}

export interface WalkOptions {
  readonly design: Design;
  readonly scenario: ScenarioName;
  readonly seed: number;
  /** Calls, no more than a walk beyond which are made. */
  readonly steps: number;
  /** A folder for files. */
  readonly folder: string;
}

/** Takes walks one after the other; the caller says how many, so that it can be interrupted. */
export class Walks {
  calls = 0;
  walks = 0;
  readonly differences: Difference[] = [];
  private readonly worlds: readonly { readonly lockstep: Lockstep; readonly chooser: Chooser; readonly rest: Row[] }[];
  private readonly options: WalkOptions;
  private readonly kinds = new Set<string>();
  /** The calls of the present walk, five numbers each: the first `length`. */
  private readonly log: Int32Array;
  private length = 0;

  constructor(libc: Libc, options: WalkOptions) {
    const { design, folder, scenario } = options;
    this.options = options;
    this.worlds = RINGS.map((ring) => {
      const lockstep = new Lockstep(libc, design, scenario, hostBounds(ring), folder);
      return { lockstep, chooser: new Chooser(lockstep), rest: settlingRows(lockstep) };
    });
    const most = WALK + Math.max(...this.worlds.map(({ rest }) => rest.length));
    this.log = new Int32Array(WIDTH * most);
  }

  get isDone(): boolean {
    return this.calls >= this.options.steps || this.kinds.size >= KINDS_MAX;
  }

  /** The next walk. */
  take(): void {
    const walk = this.walks++;
    const { lockstep, chooser, rest } = this.worlds[walk % this.worlds.length];
    lockstep.reset();
    chooser.begin(this.options.seed, walk);
    this.length = 0;
    const isSame = this.choose(lockstep, chooser) && this.settle(lockstep, rest);
    this.calls += this.length;
    if (!isSame) this.part(lockstep, walk);
  }

  /** Both take a call, which is noted. */
  private step(lockstep: Lockstep, n: number, a: number, b: number, c: number, d: number): boolean {
    const { log } = this;
    const at = WIDTH * this.length++;
    log[at] = n;
    log[at + 1] = a;
    log[at + 2] = b;
    log[at + 3] = c;
    log[at + 4] = d;
    return lockstep.take(n, a, b, c, d);
  }

  private get rows(): Row[] {
    return Array.from({ length: this.length }, (_, n) => {
      const [op, a, b, c, d] = this.log.subarray(WIDTH * n, WIDTH * (n + 1));
      return [op, a, b, c, d];
    });
  }

  /** Calls by chance, up to the first that is answered in two ways. */
  private choose(lockstep: Lockstep, chooser: Chooser): boolean {
    for (let n = 0; n < WALK; n++) {
      chooser.next();
      const { op, args } = chooser;
      if (!this.step(lockstep, op, args[0], args[1], args[2], args[3])) return false;
    }
    return true;
  }

  /** Everything is read. */
  private settle(lockstep: Lockstep, rest: readonly Row[]): boolean {
    return rest.every(([n, a, b, c, d]) => this.step(lockstep, n, a, b, c, d));
  }

  /** The last call of the log was answered in two ways: notes it, once for each kind. */
  private part(lockstep: Lockstep, walk: number): void {
    const log = this.rows;
    const { spec, kernel } = lockstep.returns;
    const sign = (text: string): string => (/^\d/.test(text) ? 'bytes' : text);
    const kind = [lockstep.ops[log[log.length - 1][0]].spec.name, sign(spec), sign(kernel)].join(' ');
    if (this.kinds.has(kind)) return;
    this.kinds.add(kind);
    const rows = minimizeRows(lockstep, log);
    partingOf(lockstep, rows);
    const { bounds } = lockstep;
    const explanation = lockstep.explain(rows[rows.length - 1][0]);
    const ops = rows.map((row) => lockstep.text(row));
    if (this.differences.some((d) => d.explanation === explanation && d.ops.at(-1) === ops.at(-1))) return;
    this.differences.push({ scenario: this.options.scenario, bounds, walk, ops, explanation });
  }

  get result(): Walked {
    const { calls, differences, walks } = this;
    return { scenario: this.options.scenario, walks, calls, differences };
  }

  free(): void {
    for (const { lockstep } of this.worlds) lockstep.free();
  }
}
