/** A process that does jobs for another one, which says what to do and when to end; see cli/campaign-apart.ts. */
import type { FromProcess, ToProcess } from './campaign-apart.js';
import type { JobTask } from './campaign-perform.js';
import { Performing } from './campaign-perform.js';

/** Milliseconds between two words on how far a job is. */
const TELL_MS = 500;

let performing: Performing | undefined;

function tell(message: FromProcess): void {
  process.send?.(message);
}

async function perform(task: JobTask): Promise<void> {
  const own = new Performing(task);
  performing = own;
  const timer = setInterval(() => tell({ kind: 'at', lines: own.lines }), TELL_MS);
  try {
    const outcome = await own.run();
    tell({ kind: 'done', ...(outcome === undefined ? {} : { outcome }) });
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  } finally {
    clearInterval(timer);
  }
}

process.on('message', (message: ToProcess) => {
  if (message.kind === 'stop') performing?.stop();
  else void perform(message.task);
});
// Ctrl-C is for whoever started it, and says so here.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
