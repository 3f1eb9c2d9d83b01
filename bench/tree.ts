/**
 * The C of a kernel's tree against the specification of the same kernel, in the same engine, and
 * the C alone: `npm run bench:tree -- /usr/src/linux-source-6.1.tar.xz`. By CPU time, which other
 * load disturbs less, and by the clock.
 */
import { Explorer } from '../check/explore.js';
import { namedBounds } from '../harness/bounds-text.js';
import { Runner } from '../harness/runner.js';
import { Kernel } from '../model/kernel.js';
import type { Design } from '../model/design.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import { makeVecs } from '../model/vecs.js';
import { compileTree } from '../oracle/tree/compile.js';
import { baseOf, treeDesign } from '../oracle/tree/design.js';
import { Machine } from '../oracle/tree/machine.js';
import type { Tree } from '../oracle/tree/source.js';
import { openTree } from '../oracle/tree/source.js';

const STEPS = 2_000_000;
const CALLS = 20_000_000;

/** Millions a second, of CPU time and of the clock. */
function rate(work: () => number): string {
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const n = work();
  const [user, wall] = [process.cpuUsage(cpu).user / 1e6, (performance.now() - start) / 1e3];
  return `${(n / user / 1e6).toFixed(2)} M/s of CPU time, ${(n / wall / 1e6).toFixed(2)} M/s by the clock`;
}

function searched(design: Design, scenario: ScenarioName): string {
  const bounds = namedBounds('default', SCENARIOS[scenario]);
  const run = (): number =>
    new Explorer(new Runner(design, bounds, scenario), { memoryBytes: 2e9, steps: STEPS, isOver: () => false }).run()
      .edges;
  // The first run is mostly V8 compiling.
  run();
  return rate(run);
}

/** iov_iter_npages() of an iterator over one segment: no struct is written or read, and the model is not asked. */
function alone(tree: Tree): string {
  const { needs } = SCENARIOS['iov-iter'];
  const base = baseOf(tree);
  const bounds = namedBounds('default', SCENARIOS['iov-iter']);
  const k = new Kernel(bounds, base.functions, needs);
  k.vecs = makeVecs(k);
  const machine = new Machine(k, compileTree(tree, bounds.page));
  k.fn.iovIterInit(k, k.iter, 0, k.vecs[0], k.vecs[0].bytes);
  machine.begin(k.iter, 'iov_iter_npages');
  const { c, layout, i32 } = machine;
  const ask = c['iov_iter_npages'];
  const run = (): number => {
    for (let n = 0; n < CALLS; n++) {
      if ((n & 4095) === 0) i32[layout.fuel >> 2] = 1 << 24;
      ask(layout.iter0, 8);
    }
    return CALLS;
  };
  run();
  return rate(run);
}

const tree = openTree(process.argv[2] ?? '/usr/src/linux-source-6.1.tar.xz');
const base = baseOf(tree);
const scenarios = (['pipe-iter', 'iov-iter', 'extract'] as const).filter((name) => base.scenarios.includes(name));
for (const scenario of scenarios) {
  // What a design promises of its own functions, a tree does not: the two search the same states.
  const { keepsToSlots: _keepsToSlots, ...spec } = base;
  process.stdout.write(`${scenario}, specification: ${searched(spec, scenario)}\n`);
  process.stdout.write(`${scenario}, C of ${tree.version}: ${searched(treeDesign(tree, base), scenario)}\n`);
}
process.stdout.write(`the C alone, calls: ${alone(tree)}\n`);
