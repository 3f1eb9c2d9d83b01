/**
 * Which function of the design was at fault: the op is run again from its start with every
 * call of the table watched; the innermost function of the design's own that alone changed
 * the state is named.
 */
import type { Invariant } from '../invariants/invariant.js';
import type { Design } from '../model/design.js';
import type { FunctionName, KernelFunctions } from '../model/functions.js';
import { functionTable } from '../model/function-table.js';
import { cName } from '../model/functions.js';
import type { OpSpec } from '../model/op.js';
import type { Runner } from './runner.js';

interface Node {
  readonly name: FunctionName;
  readonly children: Node[];
  /** The state was another one when it returned. */
  hasChanged: boolean;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** Sightings of an op instance breaking an invariant after which the function is taken to be the same. */
const SAMPLES = 16;

/** Kind of sighting, function, and how often it was that one. */
export type BlameMemory = readonly [key: string, name: string, times: number];

export class Blame {
  private readonly table: KernelFunctions;
  private readonly own: ReadonlySet<string>;
  private stack: Node[] = [];
  private roots: Node[] = [];
  private readonly b: Int32Array;
  private readonly known = new Map<string, { name: string; times: number }>();
  private readonly runner: Runner;
  private readonly samples: number;

  constructor(runner: Runner, samples = SAMPLES) {
    this.runner = runner;
    this.samples = samples;
    this.b = new Int32Array(runner.words);
    const { design } = runner.w;
    this.own = ownFunctions(design, runner.k.needs.memory !== 'none');
    const table = {} as Record<FunctionName, AnyFunction>;
    for (const [name, fn] of Object.entries(design.functions)) {
      table[name as FunctionName] = this.watch(name as FunctionName, fn as AnyFunction);
    }
    this.table = functionTable(table);
  }

  /** A function that notes itself as a child of its caller if it changed the state. */
  private watch(name: FunctionName, fn: AnyFunction): AnyFunction {
    return (...args) => {
      const node: Node = { name, children: [], hasChanged: false };
      (this.stack.at(-1)?.children ?? this.roots).push(node);
      this.stack.push(node);
      const { k, g, codec } = this.runner;
      const before = new Int32Array(this.runner.words);
      codec.save(k, g, before, 0);
      try {
        return fn(...args);
      } finally {
        this.stack.pop();
        codec.save(k, g, this.b, 0);
        node.hasChanged = this.b.some((word, i) => word !== before[i]);
      }
    };
  }

  /**
   * Function for a violation of the op `n` just taken from the state at `from[at]`. Leaves the
   * runner's state spoilt.
   */
  functionFor(invariant: Invariant, n: number, from: Int32Array, at: number): string {
    const { k, ops } = this.runner;
    const { spec } = ops[n];
    if (invariant.severity === 'fatal' && k.fatalFunction !== '') return k.fatalFunction;
    if (invariant.id === 'no-warn') return k.warned;
    // The caller or the device acts; of a caller that drops its pages, a function may be at fault.
    if (spec.fn === null && k.needs.memory !== 'fixed') return spec.name;
    // Each flavour has functions of its own.
    const key = `${invariant.id} ${n} ${k.iter.flavour}`;
    const cached = this.known.get(key);
    if (cached !== undefined && cached.times >= this.samples) return cached.name;
    const name = this.innermost(invariant, spec, n, from, at);
    if (cached?.name === name) cached.times++;
    else this.known.set(key, { name, times: 1 });
    return name;
  }

  /** Whether {@link functionFor} has the same answer for such a violation from here on. */
  isSettled(invariant: Invariant, n: number, flavour: number): boolean {
    if (invariant.severity === 'fatal' || invariant.id === 'no-warn') return false;
    const { k, ops } = this.runner;
    if (ops[n].spec.fn === null && k.needs.memory !== 'fixed') return true;
    return (this.known.get(`${invariant.id} ${n} ${flavour}`)?.times ?? 0) >= this.samples;
  }

  /** What sightings until now have taught it, for another run. */
  get memory(): readonly BlameMemory[] {
    return [...this.known].map(([key, { name, times }]) => [key, name, times]);
  }

  recall(memory: readonly BlameMemory[]): void {
    for (const [key, name, times] of memory) this.known.set(key, { name, times });
  }

  private innermost(invariant: Invariant, spec: OpSpec, n: number, from: Int32Array, at: number): string {
    this.stack = [];
    this.roots = [];
    this.runner.load(from, at);
    this.runner.withTrace(this.table, n);
    const { fn: entry } = spec;
    let best: FunctionName | null = entry;
    // How far an iterator over memory moves is its caller's decision; over a pipe, moving frees pages.
    const isOverMemory = this.runner.k.needs.memory !== 'none';
    const pick = (nodes: readonly Node[]): Node | undefined => {
      if (!isOverMemory) return culprit(nodes);
      const level = nodes.filter(({ name }) => !MOVERS.has(name) || name === entry);
      return culprit(level) ?? this.onlyOwn(level);
    };
    for (let node = pick(this.roots); node !== undefined; node = pick(node.children)) {
      if (this.own.has(node.name)) best = node.name;
      if (invariant.blames?.includes(node.name) === true) return cName(node.name);
    }
    return best === null ? spec.name : cName(best);
  }

  /** Of several that changed the state, the one that the design has written; it may have been called more than once. */
  private onlyOwn(level: readonly Node[]): Node | undefined {
    const own = level.filter((node) => node.hasChanged && this.own.has(node.name));
    return own.every(({ name }) => name === own[0].name) ? own[0] : undefined;
  }
}

const isBaseline = ({ id }: Design): boolean => id.startsWith('linux-');

/**
 * What a design and the documents it stands on have written themselves; of a baseline kernel only its own. Beside
 * memory a baseline that is looked at for itself is one with those that it stands on: one function there has a part for
 * each flavour, and names of files say little.
 */
function ownFunctions(design: Design, isOverMemory: boolean): ReadonlySet<string> {
  const own = new Set<string>(design.patched);
  const isChain = isOverMemory && isBaseline(design);
  for (let base = design.base; base !== undefined; base = base.base) {
    if (!isChain && isBaseline(base)) break;
    for (const name of base.patched) own.add(name);
  }
  return own;
}

/** The one function among siblings that changed the state; the only one called, if none did. */
function culprit(level: readonly Node[]): Node | undefined {
  const changed = level.filter((node) => node.hasChanged);
  const candidates = changed.length > 0 ? changed : level.filter((node) => !HELPERS.has(node.name));
  return candidates.length === 1 ? candidates[0] : undefined;
}

/** Functions that move an iterator by what they are told. */
const MOVERS: ReadonlySet<FunctionName> = new Set(['iovIterAdvance', 'iovIterRevert']);

/** Functions that only compute: never at fault for what was not done. */
const HELPERS: ReadonlySet<FunctionName> = new Set([
  'canMerge',
  'isPacketized',
  'sanity',
  'nextIdx',
  'allocated',
  'dataStart',
  'lastOffset',
  'pipeNpages',
]);
