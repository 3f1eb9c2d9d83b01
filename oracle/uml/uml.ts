/** Jobs on the kernel of user-mode Linux: as those on the machine's own, in a guest that is booted for each. */
import type { Walked } from '../host/fuzz.js';
import type { WalkJob, Watcher } from '../host/host.js';
import type { Retraced, RetraceOptions } from '../host/retrace.js';
import { runInUml } from './boot.js';

/** JSON has no infinity. */
const finite = (n: number): number | null => (Number.isFinite(n) ? n : null);

export async function walkOnUml(job: WalkJob, watcher: Watcher = {}): Promise<Walked[]> {
  const { design, scenarios, seconds, seed, steps } = job;
  const answer = await runInUml(
    { kind: 'walk', design: design.id, scenarios, seed, steps: finite(steps), seconds: finite(seconds) },
    watcher,
  );
  if (answer.kind !== 'walk') throw new Error(`the guest answers with ${answer.kind}`);
  return [...answer.walked];
}

export async function retraceOnUml(options: Omit<RetraceOptions, 'folder'>): Promise<Retraced> {
  const { bounds, design, name, ops, scenario } = options;
  const answer = await runInUml({ kind: 'retrace', design: design.id, scenario, bounds, ops, name });
  if (answer.kind !== 'retrace') throw new Error(`the guest answers with ${answer.kind}`);
  return answer.retraced;
}
