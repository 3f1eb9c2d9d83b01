/** Threads that take part in one exhaustive search, started from the thread that leads it. */
import { MessageChannel, Worker } from 'node:worker_threads';
import { Heartbeat } from '../check/heartbeat.js';
import type { TeamData, TeamMaker } from '../check/team.js';
import type { Place } from './protocol.js';

export interface MemberData {
  readonly place: Place;
  readonly team: TeamData;
  /** Of its heartbeat. */
  readonly memory: SharedArrayBuffer;
}

/** `onStart` is told the heartbeat of each thread: it hangs in ops of its own. */
export function teamOf(
  place: Place,
  threads: number,
  onStart: (memory: SharedArrayBuffer) => void = () => {},
): TeamMaker {
  return {
    threads,
    start(data) {
      const { port1, port2 } = new MessageChannel();
      const { memory } = new Heartbeat();
      const { ref, onBase, scenario, bounds } = place;
      const workerData: MemberData = {
        place: { ref, onBase, scenario, bounds },
        team: { ...data, port: port2 },
        memory,
      };
      const worker = new Worker(new URL('./team-worker.js', import.meta.url), { workerData, transferList: [port2] });
      // It ends by itself; a leader that is through does not wait for it.
      worker.unref();
      port1.unref();
      onStart(memory);
      return port1;
    },
  };
}
