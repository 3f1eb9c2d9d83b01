/** How a campaign came to where it is: what there was after each job, in the order in which they ended. */
import { classKey } from '../../harness/violation.js';
import type { Done } from './job.js';

export interface Moment {
  /** Milliseconds since the first job ended. */
  readonly at: number;
  readonly jobs: number;
  readonly findings: number;
  readonly bins: number;
  readonly states: number;
  readonly steps: number;
  /** Of the jobs until then, in one thread each: of all that take steps, and of those that keep states. */
  readonly seconds: number;
  readonly searching: number;
}

export function historyOf(done: Iterable<Done>): Moment[] {
  const classes = new Set<string>();
  const bins = new Set<string>();
  const out: Moment[] = [];
  let [states, steps, seconds, searching, first] = [0, 0, 0, 0, 0];
  for (const { job, result, learned = [], at, seconds: took } of done) {
    const place = `${job.design} ${job.scenario}`;
    const isOwn = job.onBase !== true;
    for (const v of isOwn ? (result?.violations ?? []) : []) classes.add(`${place} ${classKey(v.class)}`);
    for (const { bins: of } of isOwn ? learned : []) for (const bin of of) bins.add(`${place} ${job.bounds} ${bin}`);
    states += result?.stats.states ?? 0;
    if (job.engine !== 'corpus') {
      steps += result?.stats.steps ?? 0;
      seconds += took;
    }
    if (job.engine === 'exhaustive') searching += took;
    if (out.length === 0) first = at;
    // An earlier run of the campaign may have ended days before.
    const passed = Math.max(out.at(-1)?.at ?? 0, at - first);
    const counts = { jobs: out.length + 1, findings: classes.size, bins: bins.size };
    out.push({ at: passed, ...counts, states, steps, seconds, searching });
  }
  return out;
}
