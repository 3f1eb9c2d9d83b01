/** What a sampling engine has found goes to the exhaustive one; see campaign/handover.ts. */
import { handOver } from '../campaign/handover.js';
import type { Heartbeat } from '../check/heartbeat.js';
import { Phase } from '../check/heartbeat.js';
import { Runner } from '../harness/runner.js';
import type { Design } from '../model/design.js';
import type { Found } from './engines.js';
import type { RawClass, Search } from './protocol.js';
import { deadClass, watch } from './watch.js';

/** As many edges as the engine took steps, which take about as long; a small run has these all the same, in a second. */
const STEPS_MIN = 100_000;
/** Where the budget is a time: so much of it again. */
const TIME_SHARE = 1 / 4;

export function handedOver(found: Found, search: Search, design: Design, heartbeat: Heartbeat): Found {
  const { classes, tally } = found;
  const isAny = classes.some(({ minimality }) => minimality === '1-minimal');
  // What an error of the design's left behind is no design any more.
  if (
    !isAny ||
    search.shared !== undefined ||
    search.onBase ||
    heartbeat.isStopped ||
    classes.some(({ dead }) => dead !== undefined)
  )
    return found;
  const runner = new Runner(design, search.bounds, search.scenario);
  const replayer = new Runner(design, search.bounds, search.scenario);
  heartbeat.follow(replayer);
  const watched = watch(heartbeat);
  const until = performance.now() + 1000 * search.seconds * TIME_SHARE;
  try {
    const { settled, strays } = handOver(runner, replayer, classes, {
      steps: Math.max(STEPS_MIN, tally.stats.steps),
      memoryBytes: search.memoryBytes,
      isOver: () => heartbeat.isStopped || performance.now() >= until,
      hooks: watched.hooks,
      onSearch: () => {
        heartbeat.enter(Phase.Proving);
        heartbeat.busy(false);
      },
      onReplay: () => heartbeat.enter(Phase.Proving),
    });
    return { ...found, classes: [...classes.map((raw, n): RawClass => ({ ...raw, ...settled[n] })), ...strays] };
  } catch (error) {
    return { ...found, classes: [...classes, deadClass(error, runner, heartbeat.path(watched.columns()), search.ref)] };
  }
}
