/**
 * Boots user-mode Linux, a kernel of 6.1 that still has ITER_PIPE, for one job, and sees to it that it ends. Its root is
 * the machine's own, read-only, so that it runs this very program; nothing has to be installed or built in it.
 */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../harness/bounds-text.js';
import type { Watcher } from '../host/host.js';
import { whyNoHost } from '../host/host.js';
import { MachineError } from '../host/machine.js';
import type { UmlAnswer, UmlJob } from './job.js';
import { FILE, FILES } from './job.js';

const PROGRAM = 'linux.uml';
const MEMORY = '512M';
const LOOK_MS = 100;
/** Milliseconds to boot and to begin, and between two signs of life. */
const PATIENCE_MS = 90_000;

/** Extended registers are lost at each page fault (launch.ts), so that neither node nor the C library may use them. */
const NO_AVX = ['--single-threaded', '--no-enable-avx', '--no-enable-avx2'];
const ENVIRONMENT: Readonly<Record<string, string>> = {
  GLIBC_TUNABLES:
    'glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-AVX2_Usable,-XSAVEC,-XSAVE,-BMI2',
  SIMDUTF_FORCE_IMPLEMENTATION: 'westmere',
  OPENSSL_ia32cap: '0x0',
  TMPDIR: FILES,
};

/** The program, or '' where it is not on the path. */
export function umlProgram(path = process.env['PATH'] ?? ''): string {
  const found = path.split(delimiter).find((dir) => dir !== '' && existsSync(join(dir, PROGRAM)));
  return found === undefined ? '' : join(found, PROGRAM);
}

/** Why there is no user-mode Linux; '' where it can be booted. */
export function whyNoUml(path?: string): string {
  if (process.platform === 'linux' && process.arch !== 'x64')
    return `user-mode Linux is for x86-64, and this machine is ${process.arch}`;
  if (umlProgram(path) === '')
    return `${PROGRAM} is not on the PATH; install it with apt-get install -y user-mode-linux`;
  return whyNoHost();
}

/** An empty file system in the folder, as an argument of the kernel; none where nothing makes one. */
function diskArguments(folder: string): string[] {
  const disk = join(folder, FILE.disk);
  const path = `${process.env['PATH'] ?? ''}${delimiter}/usr/sbin${delimiter}/sbin`;
  const { status } = spawnSync('mke2fs', ['-q', '-F', '-t', 'ext4', disk, '16M'], {
    env: { ...process.env, PATH: path },
    stdio: 'ignore',
  });
  if (status === 0) return [`ubd0=${disk}`];
  rmSync(disk, { force: true });
  return [];
}

/** The version that it says it is. */
export function umlRelease(): string {
  const { stdout } = spawnSync(umlProgram(), ['--version'], { encoding: 'utf8' });
  return stdout.trim();
}

const moduleAt = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function kernelArguments(folder: string): string[] {
  return [
    `mem=${MEMORY}`,
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    'quiet',
    'con=null',
    'con0=null,fd:1',
    'ssl=null',
    'panic=1',
    ...diskArguments(folder),
    ...Object.entries(ENVIRONMENT).map(([key, value]) => `${key}=${value}`),
    `init=${process.execPath}`,
    '--',
    ...NO_AVX,
    moduleAt('./guest.js'),
    folder,
  ];
}

/** A guest that was booted: itself and all its processes end with end(). */
class Guest {
  readonly folder: string;
  hasEnded = false;
  private readonly child: ChildProcess;
  private console = '';
  private readonly onExit = (): void => this.end();

  constructor(job: UmlJob) {
    this.folder = mkdtempSync(join(tmpdir(), 'iovcheck-uml-'));
    writeFileSync(join(this.folder, FILE.job), JSON.stringify(job));
    writeFileSync(join(this.folder, FILE.alive), '');
    const argv = [moduleAt('./launch.js'), umlProgram(), ...kernelArguments(this.folder)];
    // A process group of its own, so that what it has forked goes with it; and no terminal, so that Ctrl-C is ours.
    this.child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const listen = (data: Buffer): void => {
      this.console = (this.console + data.toString()).slice(-4000);
    };
    this.child.stdout?.on('data', listen);
    this.child.stderr?.on('data', listen);
    this.child.on('exit', () => (this.hasEnded = true));
    this.child.on('error', () => (this.hasEnded = true));
    process.on('exit', this.onExit);
  }

  read(name: string): string | undefined {
    try {
      return readFileSync(join(this.folder, name), 'utf8');
    } catch {
      return undefined;
    }
  }

  touch(): void {
    utimesSync(join(this.folder, FILE.alive), new Date(), new Date());
  }

  stop(): void {
    writeFileSync(join(this.folder, FILE.stop), '');
  }

  /** The last lines that the guest has written, without its stack. */
  get lastWords(): string {
    const lines = this.console.split('\n').map((line) => line.trim());
    return lines
      .filter((line) => line !== '' && !/^\[?<|^\d{8}/.test(line))
      .slice(-3)
      .join(' / ');
  }

  end(): void {
    process.off('exit', this.onExit);
    const { pid } = this.child;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // They have all ended.
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Boots a guest for the job, and waits for its answer. Throws MachineError where there is none, UsageError for a bad trace. */
export async function runInUml(job: UmlJob, watcher: Watcher = {}): Promise<UmlAnswer> {
  const why = whyNoUml();
  if (why !== '') throw new MachineError(why);
  const guest = new Guest(job);
  try {
    return await wait(guest, watcher);
  } finally {
    guest.end();
  }
}

async function wait(guest: Guest, watcher: Watcher): Promise<UmlAnswer> {
  let calls = '';
  let since = performance.now();
  let isStopping = false;
  for (;;) {
    const text = guest.read(FILE.answer);
    if (text !== undefined) return checked(JSON.parse(text) as UmlAnswer);
    if (guest.hasEnded)
      throw new MachineError(`the guest ended before it was done; its last words: ${guest.lastWords || 'none'}`);
    const now = guest.read(FILE.progress) ?? '';
    if (now !== calls && now !== '') {
      calls = now;
      since = performance.now();
      watcher.progress?.(Number(calls));
    }
    if (performance.now() - since > PATIENCE_MS)
      throw new MachineError(`the guest has said nothing for ${PATIENCE_MS / 1000} seconds, and was ended`);
    if (!isStopping && watcher.isStopped?.() === true) {
      isStopping = true;
      guest.stop();
    }
    guest.touch();
    await setTimeout(LOOK_MS);
  }
}

function checked(answer: UmlAnswer): UmlAnswer {
  if (answer.kind === 'usage') throw new UsageError(answer.message);
  if (answer.kind === 'machine') throw new MachineError(answer.message);
  if (answer.kind === 'failed') throw new Error(answer.message);
  return answer;
}
