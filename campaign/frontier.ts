/**
 * From the exhaustive engine to the coverage engine: traces to states that a search came to
 * and did not go on from, spread over the classes of state that the engine counts as
 * coverage.
 */
import type { Explorer } from '../check/explore.js';
import { realise } from '../check/realise.js';
import { Bins } from '../fuzz/coverage/bins.js';

/** States that are looked at, evenly over the frontier. */
const LOOKED_AT = 4096;

/** At most `most` traces, the deepest states first; each meets a bin that none before it does. Spoils the runner's state. */
export function frontierTraces(explorer: Explorer, most = 64): number[][] {
  const { runner, store, expanded } = explorer;
  const specOf = runner.groups.flatMap(({ first, end }, s) => Array.from({ length: end - first }, () => s));
  const bins = new Bins(runner);
  const image = new Int32Array(runner.words);
  const met = new Set<number>();
  const out: number[][] = [];
  const stride = Math.max(1, (store.size - expanded) / LOOKED_AT);
  for (let at = store.size - 1; at >= expanded && out.length < most; at -= stride) {
    const state = Math.floor(at);
    if (store.parent[state] < 0) continue;
    store.image(state, image, 0);
    runner.load(image, 0);
    // A run ends with the first class that is new: it would not come to such a state.
    if (runner.g.breaks > 0) continue;
    bins.begin();
    bins.step(specOf[store.op[state]], 1);
    const before = met.size;
    for (const bin of bins.met.subarray(0, bins.size)) met.add(bin);
    if (met.size > before) out.push(realise(runner, store.path(state)));
  }
  return out;
}
