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

/** What the rules about the state alone say, on each pipe. */
function stateRules(runner: Runner): string {
  const { k, judged } = runner;
  const isKept = k.pipes.length === 1;
  const rules = runner.invariants.filter((i: Invariant) => {
    const judges = typeof i.judges === 'function' ? i.judges(k.needs) : i.judges;
    return (
      judges === 'state' && (i.needs?.(k.needs) ?? true) && (i.when !== 'iterator-sane' || (isKept && k.iter.active))
    );
  });
  const out = k.pipes.map((_, p) => {
    runner.usePipe(p);
    return rules.filter((rule) => !rule.holds(judged)).map(({ id }) => id);
  });
  runner.usePipe(0);
  return out.join(' / ');
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

/** One edge, from the state at `from[at]`. */
function compareEdge(runner: Runner, from: Int32Array, at: number, n: number, image: Int32Array, to: Compared): void {
  const fail = (what: string): unknown => to.wrong.push(`${runner.ops[n].text}: ${what}`);
  runner.load(from, at);
  const whole = runner.take(n);
  if (whole === Step.Idle) return;
  to.edges++;
  const want = verdict(runner, whole);
  if (whole !== Step.Fatal && runner.g.broken === 0) {
    const before = stateRules(runner);
    if (runner.save(image, 0)) {
      runner.load(image, 0);
      runner.holdsState();
      if (stateRules(runner) !== before)
        fail(`state rules break [${stateRules(runner)}] on its image, not [${before}]`);
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
  if (to.edges % 16 === 0) compareUndo(runner, from, at, to);
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
  const image = new Int32Array(runner.words);
  const enabled = new Int32Array(runner.opCount);
  for (let state = 0; state < size; state += every) {
    const at = state * runner.words;
    for (const group of runner.groups) {
      runner.load(arena, at);
      const count = group.enabled(runner.k, runner.g, runner.w, enabled);
      for (let e = 0; e < count; e++) compareEdge(runner, arena, at, enabled[e], image, out);
    }
  }
  return out;
}
