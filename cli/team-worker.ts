/** A thread that takes part in an exhaustive search that another one leads; see check/team.ts. */
import { workerData } from 'node:worker_threads';
import { Heartbeat, Phase } from '../check/heartbeat.js';
import { serve } from '../check/team.js';
import { Runner } from '../harness/runner.js';
import { designOf } from './load.js';
import type { MemberData } from './team.js';

const { place, team, memory } = workerData as MemberData;
const heartbeat = new Heartbeat(memory);
const design = await designOf(place.ref, place.onBase);
const runner = new Runner(design, place.bounds, place.scenario);
heartbeat.enter(Phase.Searching);
serve(team, runner, {
  beat: (state, op) => heartbeat.beat(state, op),
  busy: (isBusy) => heartbeat.busy(isBusy),
});
heartbeat.enter(Phase.Done);
