/** What many searches have found of one place: each class is made small once, and handed to the exhaustive engine once. */
import type { Finding } from '../campaign/jobs/job.js';
import type { Heartbeat } from '../check/heartbeat.js';
import { Phase } from '../check/heartbeat.js';
import { minimize } from '../harness/minimize.js';
import { opIndex } from '../harness/op-text.js';
import { Path, reproduces } from '../harness/replay.js';
import type { Runner } from '../harness/runner.js';
import type { Design } from '../model/design.js';
import type { Found } from './engines.js';
import { handedOver } from './handed-over.js';
import type { RawClass, Search } from './protocol.js';

function isAfterOthers(runner: Runner, path: readonly number[]): boolean {
  const walked = new Path(runner);
  return path.slice(0, -1).some((n) => {
    walked.take(n);
    return walked.found.length > 0;
  });
}

/** A trace that does not break its class here any more says nothing. */
function smallOf(runner: Runner, { class: cls, severity, ops, isAfterOthers: wasAfter, word }: Finding): RawClass[] {
  const whole = ops.flatMap((text) => opIndex(runner, text) ?? []);
  if (whole.length !== ops.length || reproduces(runner, whole, cls) < 0) return [];
  if (word !== undefined) return [{ class: cls, severity, path: whole, minimality: word, isAfterOthers: wasAfter }];
  const { ops: path, minimality } = minimize(runner, whole, cls);
  return [{ class: cls, severity, path, minimality, isAfterOthers: wasAfter && isAfterOthers(runner, path) }];
}

export function settle(runner: Runner, search: Search, design: Design, heartbeat: Heartbeat): Found {
  const start = performance.now();
  heartbeat.enter(Phase.Replaying);
  heartbeat.follow(runner);
  const classes = (search.settles ?? []).flatMap((one) => smallOf(runner, one));
  const tally = {
    stats: { states: 0, edges: 0, depth: 0, steps: search.steps },
    isExhausted: false,
    cutShort: heartbeat.isStopped ? 'it was interrupted' : '',
    reached: {},
    unreached: [],
    seconds: (performance.now() - start) / 1000,
  };
  if (search.steps === 0) return { classes, tally };
  return handedOver({ classes, tally }, search, design, heartbeat);
}
