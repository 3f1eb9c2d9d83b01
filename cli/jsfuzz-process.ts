/** Processes that are ended with all that they have started, however this one ends. */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';

export class Group {
  readonly child: ChildProcess;
  /** What it exited with; a signal where it was ended by one. */
  readonly ended: Promise<number | NodeJS.Signals>;
  private isOver = false;
  private readonly onExit = (): void => this.signal('SIGKILL');

  constructor(args: readonly string[], stdio: SpawnOptions['stdio']) {
    // Detached: it leads a group, and a signal to the group reaches its children.
    this.child = spawn(process.execPath, args, { stdio, detached: true });
    process.on('exit', this.onExit);
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
    });
    void this.ended.finally(() => this.kill()).catch(() => {});
  }

  signal(name: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Ends all of it; what the first of it left behind as well. */
  kill(): void {
    if (this.isOver) return;
    this.isOver = true;
    process.off('exit', this.onExit);
    this.signal('SIGKILL');
  }
}
