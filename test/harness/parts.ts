/** Holds what takeUnjudged() and holdsState() say of a step against what take() says of it. */
import { Explorer } from '#iov/check/explore.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner, Step } from '#iov/harness/runner.js';
import type { Invariant } from '#iov/invariants/invariant.js';
import type { Design } from '#iov/model/design.js';
import { Page } from '#iov/model/kernel.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';

export interface Compared {
  edges: number;
  /** Steps that break a rule about the state only, and those that break one about the step. */
  byState: number;
  byStep: number;
  /** What is not as it has to be. */
  readonly wrong: string[];
}

/** How a step ends, and the rules that it breaks. */
const verdict = (runner: Runner, step: Step): string => `${step} ${runner.broken.map(({ id }) => id).join()}`;

/** The rules about the state alone that a world has. */
function stateRulesOf({ k, invariants }: Runner): Invariant[] {
  return invariants.filter((i) => {
    const judges = typeof i.judges === 'function' ? i.judges(k.needs) : i.judges;
    return judges === 'state' && (i.needs?.(k.needs) ?? true);
  });
}

/** What they say, on each pipe. */
function saidBy(rules: readonly Invariant[], runner: Runner): string {
  const { k, judged } = runner;
  const isKept = k.pipes.length === 1;
  let said = '';
  for (let p = 0; p < k.pipes.length; p++) {
    runner.usePipe(p);
    for (const rule of rules) {
      if (rule.when === 'iterator-sane' && (!isKept || !k.iter.active)) continue;
      if (!rule.holds(judged)) said += `${rule.id} `;
    }
    said += '/ ';
  }
  runner.usePipe(0);
  return said;
}

/** All state, as text; a page that something points at by its number. */
function snapshot({ k, g }: Runner): string {
  const pages = k.pages.map((page) => ({ ...Object.fromEntries(Object.entries(page)), head: page.head.pfn, canon: 0 }));
  const { pipes, iter, iterCopy, request, caller, files, arrays, added, mms, tasks, splice } = k;
  const rest = [iter, iterCopy, request, caller, files, arrays, added, mms, tasks, splice.inodes, splice.files];
  const owed = pipes.map((_, p) => g.owedOf(p));
  return JSON.stringify(
    [pages, pipes, rest, owed, { ...Object.fromEntries(Object.entries(g)), ns: [], whose: [], born: [], steps: 0 }],
    (_key, value) =>
      value instanceof Page
        ? value.pfn
        : typeof value === 'object' && value !== null && 'flavour' in value
          ? value.type
          : value,
  );
}

/** undo() leaves what load() leaves. */
function compareUndo(runner: Runner, from: Int32Array, at: number, to: Compared): void {
  runner.undo();
  const undone = snapshot(runner);
  runner.load(from, at);
  const loaded = snapshot(runner);
  if (undone === loaded) return;
  let n = 0;
  while (undone[n] === loaded[n]) n++;
  to.wrong.push(`undone is ...${undone.slice(n - 40, n + 20)}..., loaded ...${loaded.slice(n - 40, n + 20)}...`);
}

/** What one edge is compared with: the rules, room for an image, and where it is noted. */
interface Lab {
  readonly rules: readonly Invariant[];
  readonly image: Int32Array;
  readonly to: Compared;
}

/** One edge in so many is also undone; no divisor of the number of ops that a state has. */
const UNDONE = 37;

/** One edge, from the state at `from[at]`. */
function compareEdge(runner: Runner, from: Int32Array, at: number, n: number, { rules, image, to }: Lab): void {
  const fail = (what: string): unknown => to.wrong.push(`${runner.ops[n].text}: ${what}`);
  runner.load(from, at);
  const whole = runner.take(n);
  if (whole === Step.Idle) return;
  to.edges++;
  const want = verdict(runner, whole);
  if (whole !== Step.Fatal && runner.g.broken === 0) {
    const before = saidBy(rules, runner);
    if (runner.save(image, 0)) {
      runner.load(image, 0);
      runner.holdsState();
      const after = saidBy(rules, runner);
      if (after !== before) fail(`state rules break [${after}] on its image, not [${before}]`);
    }
  }
  runner.load(from, at);
  const part = runner.takeUnjudged(n);
  if (part !== Step.Taken || runner.judged.spec.isQuery === true) {
    if (verdict(runner, part) !== want) fail(`${verdict(runner, part)}, not ${want}`);
    if (part === Step.Violated) to.byStep++;
    return;
  }
  if (!runner.save(image, 0)) return;
  if (to.edges % UNDONE === 0) compareUndo(runner, from, at, to);
  runner.load(image, 0);
  if (runner.holdsState() !== (whole === Step.Taken)) fail(`${want}, and its state says otherwise`);
  if (whole !== Step.Taken) to.byState++;
}

/** Every edge of the states that a search of so many edges meets, or of one in so many. */
export function compareParts(
  design: Design,
  scenario: ScenarioName,
  bounds: string,
  steps: number,
  every = 1,
): Compared {
  const runner = new Runner(design, parseBounds(bounds, undefined, SCENARIOS[scenario]), scenario);
  const explorer = new Explorer(runner, { memoryBytes: 1e9, steps, isOver: () => false });
  explorer.run();
  const out: Compared = { edges: 0, byState: 0, byStep: 0, wrong: [] };
  const { size } = explorer.store;
  const arena = explorer.store.images();
  const lab = { rules: stateRulesOf(runner), image: new Int32Array(runner.words), to: out };
  const enabled = new Int32Array(runner.opCount);
  for (let state = 0; state < size; state += every) {
    const at = state * runner.words;
    for (const group of runner.groups) {
      runner.load(arena, at);
      const count = group.enabled(runner.k, runner.g, runner.w, enabled);
      for (let e = 0; e < count; e++) compareEdge(runner, arena, at, enabled[e], lab);
    }
  }
  return out;
}
