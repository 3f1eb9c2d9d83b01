/**
 * The first and only process of user-mode Linux: mounts what it needs, does the job as the machine itself would do it on
 * its own kernel, and powers off.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../harness/bounds-text.js';
import { DESIGNS } from '../../model/designs/designs.js';
import type { Design } from '../../model/design.js';
import { retraceOnHost, walkOnHost } from '../host/host.js';
import { loadLibc } from '../host/libc.js';
import type { Libc } from '../host/libc.js';
import { MachineError } from '../host/machine.js';
import type { UmlAnswer, UmlJob } from './job.js';
import { FILE, FILES, MOUNT, SHARED } from './job.js';

const POWER_OFF = 0x4321fedc;

/** Milliseconds without a sign of the machine after which it is taken for gone. */
const PATIENCE_MS = 20_000;

function must(ret: number, what: string): void {
  if (ret < 0) throw new MachineError(`the guest can not ${what} (errno ${-ret})`);
}

/** `folder`: the one of the machine that both see. */
function mountAll(libc: Libc, folder: string): void {
  must(libc.mount('proc', '/proc', 'proc', 0, ''), 'mount /proc');
  must(libc.mount('tmpfs', MOUNT, 'tmpfs', 0, ''), `mount ${MOUNT}`);
  mkdirSync(SHARED);
  mkdirSync(FILES);
  must(libc.mount('none', SHARED, 'hostfs', 0, folder), `mount ${folder}`);
  if (existsSync(join(SHARED, FILE.disk))) must(libc.mount('/dev/ubda', FILES, 'ext4', 0, ''), 'mount its disk');
}

function designOf(id: string): Design {
  const design = DESIGNS.find((d) => d.id === id);
  if (design === undefined) throw new Error(`there is no design ${id}`);
  return design;
}

/** Whether the machine is still there. */
class Pulse {
  private seen = 0;
  private at = performance.now();

  isGone(): boolean {
    const { mtimeMs } = statSync(join(SHARED, FILE.alive));
    const now = performance.now();
    if (mtimeMs !== this.seen) {
      this.seen = mtimeMs;
      this.at = now;
    }
    return now - this.at > PATIENCE_MS;
  }
}

async function answerTo(job: UmlJob): Promise<UmlAnswer> {
  const design = designOf(job.design);
  if (job.kind === 'retrace')
    return { kind: 'retrace', release: release(), retraced: await retraceOnHost({ ...job, design }) };
  const pulse = new Pulse();
  const steps = job.steps ?? Number.POSITIVE_INFINITY;
  const seconds = job.seconds ?? Number.POSITIVE_INFINITY;
  const walked = await walkOnHost(
    { ...job, design, steps, seconds },
    {
      progress: (calls) => writeFileSync(join(SHARED, FILE.progress), String(calls)),
      isStopped: () => existsSync(join(SHARED, FILE.stop)) || pulse.isGone(),
    },
  );
  return { kind: 'walk', release: release(), walked };
}

function failure(error: unknown): UmlAnswer {
  if (error instanceof UsageError) return { kind: 'usage', message: error.message };
  if (error instanceof MachineError) return { kind: 'machine', message: error.message };
  return { kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

async function main(folder: string): Promise<void> {
  const libc = loadLibc();
  if (typeof libc === 'string') throw new MachineError(libc);
  mountAll(libc, folder);
  let answer: UmlAnswer;
  try {
    answer = await answerTo(JSON.parse(readFileSync(join(SHARED, FILE.job), 'utf8')) as UmlJob);
  } catch (error) {
    answer = failure(error);
  }
  // Under its name it is whole.
  writeFileSync(join(SHARED, `${FILE.answer}.part`), JSON.stringify(answer));
  renameSync(join(SHARED, `${FILE.answer}.part`), join(SHARED, FILE.answer));
  libc.reboot(POWER_OFF);
}

await main(process.argv[2]);
