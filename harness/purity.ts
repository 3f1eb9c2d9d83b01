/**
 * Whether a design keeps state outside Kernel: each edge of a sample is applied several
 * times from its saved image, in two orders; what it returns and leaves must be the same.
 */
import { Step } from './runner.js';
import type { Runner } from './runner.js';

/** Times that the fields are looked at after one op. */
const LOOKS_MAX = 20;

/** Edges that are looked at; of a larger search, an even sample. */
const EDGES_MAX = 20_000;

interface Edge {
  readonly state: number;
  readonly op: number;
}

/** States that a search has come to, by number. */
export interface States {
  readonly size: number;
  image(state: number, to: Int32Array, at: number): void;
}

/** What an edge did: outcome, return value, image. */
type Effect = readonly number[];

function apply(runner: Runner, states: States, edge: Edge, image: Int32Array): Effect {
  states.image(edge.state, image, 0);
  runner.load(image, 0);
  const step = runner.take(edge.op);
  if (step === Step.Idle || step === Step.Fatal) return [step];
  const fits = runner.save(image, 0);
  return [step, runner.judged.ret, fits ? 1 : 0, ...image];
}

function sampleOf(runner: Runner, states: States): Edge[] {
  const edges: Edge[] = [];
  const image = new Int32Array(runner.words);
  const stride = Math.max(1, Math.floor((states.size * 16) / EDGES_MAX));
  for (let state = 0; state < states.size && edges.length < EDGES_MAX; state += stride) {
    states.image(state, image, 0);
    runner.load(image, 0);
    for (const { spec, first, end } of runner.groups) {
      if (!runner.isReady(spec)) continue;
      for (let op = first; op < end; op++) if (runner.isAllowed(op)) edges.push({ state, op });
    }
  }
  return edges;
}

const same = (a: Effect, b: Effect): boolean => a.length === b.length && a.every((word, n) => word === b[n]);

/** A number of the live state that is no integer, by name; C has none. */
function fraction(runner: Runner): string | undefined {
  const { k } = runner;
  const parts: Readonly<Record<string, object>> = {
    ...Object.fromEntries(k.pipes.map((pipe, n) => [n === 0 ? 'pipe' : `pipes[${n}]`, pipe])),
    iter: k.iter,
    'iter copy': k.iterCopy,
    request: k.request,
    caller: k.caller,
    ...Object.fromEntries(k.pipe.bufs.map((buf, n) => [`bufs[${n}]`, buf])),
    ...Object.fromEntries(k.pages.map((page) => [`pages[${page.pfn}]`, page])),
  };
  for (const [part, object] of Object.entries(parts)) {
    for (const [field, value] of Object.entries(object)) {
      if (value === undefined || (typeof value === 'number' && !Number.isInteger(value))) {
        return `${part}.${field} = ${String(value)}`;
      }
    }
  }
  return undefined;
}

/**
 * One sentence that names the op where state is kept outside Kernel, or where a field is
 * left that is no integer; undefined where none of the sample shows any. Spoils the runner's state.
 */
export function findImpurity(runner: Runner, states: States): string | undefined {
  const edges = sampleOf(runner, states);
  const image = new Int32Array(runner.words);
  const { id } = runner.w.design;
  const effects: Effect[] = [];
  const looks = new Int32Array(runner.opCount);
  for (const edge of edges) {
    const effect = apply(runner, states, edge, image);
    effects.push(effect);
    const isLookedAt = effect[0] === Step.Taken && looks[edge.op]++ < LOOKS_MAX;
    const odd = isLookedAt ? fraction(runner) : undefined;
    if (odd !== undefined) {
      return `design '${id}' leaves ${odd} after ${runner.ops[edge.op].text}; every field of Kernel has to hold an integer`;
    }
  }
  const again = (n: number): boolean => same(effects[n], apply(runner, states, edges[n], image));
  for (let n = edges.length - 1; n >= 0; n--) {
    if (again(n) && again(n)) continue;
    return `design '${id}' keeps state outside Kernel: ${runner.ops[edges[n].op].text} did two things from one state; declare the state under add.fields and use k.added`;
  }
  return undefined;
}
