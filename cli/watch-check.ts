/** `check --watch`: checks at each save of a design file, or of what it imports, until somebody quits. */
import { relative } from 'node:path';
import { watch } from 'chokidar';
import { UsageError } from '../harness/bounds-text.js';
import { Status } from '../harness/verdict.js';
import { filesOf, isFileName } from './bundle.js';
import { check } from './check.js';
import type { CheckOptions } from './options.js';
import { complain, plural } from './output.js';
import { standBy } from './thread.js';

/** Editors write a file in several steps; what comes within this many milliseconds is one save. */
const SETTLE_MS = 30;

/** Threads that stand by: one for the facts of a design, and one a core for its searches. */
const STANDBY = 3;

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

class Watching {
  private readonly names: readonly string[];
  private readonly options: CheckOptions;
  private readonly hasColour: boolean;
  private readonly watcher = watch([], { ignoreInitial: true });
  private status: number = Status.Ok;
  private isRunning = false;
  private isWanted = false;
  private timer: NodeJS.Timeout | undefined;
  private end: (status: number) => void = () => {};

  constructor(names: readonly string[], options: CheckOptions, hasColour: boolean) {
    this.names = names;
    this.options = options;
    this.hasColour = hasColour;
  }

  async run(): Promise<number> {
    const ended = new Promise<number>((resolve) => (this.end = resolve));
    this.watcher.on('all', (_event, path) => this.changed(relative(process.cwd(), path)));
    const files = await this.follow();
    const keys = process.stdin.isTTY ? '; q quits, Enter checks again' : '; Ctrl-C quits';
    say(
      `watching ${this.names.join(', ')}, ${plural(files, 'file')} with what ${this.names.length === 1 ? 'it imports' : 'they import'}${keys}`,
    );
    this.listen();
    standBy(STANDBY);
    this.check();
    const status = await ended;
    if (process.stdin.isTTY) process.stdin.setRawMode(false).pause();
    await this.watcher.close();
    standBy(0);
    return status;
  }

  /** Watches what the designs are made of now; a file that does not parse may have lost its imports, not its watchers. */
  private async follow(): Promise<number> {
    const files = new Set<string>();
    for (const name of this.names.filter(isFileName)) for (const path of await filesOf(name)) files.add(path);
    this.watcher.add([...files]);
    return files.size;
  }

  private listen(): void {
    const quit = (signal: 'SIGINT' | 'SIGTERM'): void => {
      // While a check runs, it ends with what it has, and then the watch ends.
      if (this.isRunning) void this.finished.then(() => this.end(Status[signal]));
      else this.end(Status[signal]);
    };
    process.on('SIGINT', () => quit('SIGINT'));
    process.on('SIGTERM', () => quit('SIGTERM'));
    if (!process.stdin.isTTY) return;
    process.stdin.setRawMode(true);
    process.stdin.on('data', (data: Buffer) => {
      for (const key of data.toString()) {
        if (key === '\u0003') process.kill(process.pid, 'SIGINT');
        else if (key === 'q') this.end(this.status);
        else if (key === '\r' || key === '\n') this.check();
      }
    });
  }

  private changed(path: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      say(`\n${path} has changed`);
      this.check();
    }, SETTLE_MS);
  }

  private finished: Promise<void> = Promise.resolve();

  /** One check at a time; what changes meanwhile is checked after it. */
  private check(): void {
    if (this.isRunning) {
      this.isWanted = true;
      return;
    }
    this.isRunning = true;
    this.finished = this.once().finally(() => {
      this.isRunning = false;
      if (this.isWanted) {
        this.isWanted = false;
        this.check();
      }
    });
  }

  private async once(): Promise<void> {
    const start = performance.now();
    try {
      this.status = await check(this.names, this.options, this.hasColour);
      await this.follow();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      complain(error.message);
      this.status = Status.Usage;
    }
    say(`${((performance.now() - start) / 1000).toFixed(2)} s; watching`);
    // For the next save: while a check runs, new threads would only keep it waiting.
    standBy(STANDBY);
  }
}

/** Until q or a signal; the status is that of the last check, or of the signal. */
export async function watchCheck(names: readonly string[], options: CheckOptions, hasColour: boolean): Promise<number> {
  if (!names.some(isFileName)) {
    throw new UsageError(
      '--watch: none of the designs is a file, and ours do not change; name a file such as ./my-design.ts',
    );
  }
  for (const [option, value] of [
    ['--checkpoint', options.checkpoint],
    ['--resume', options.resume],
    ['--certificate', options.certificate],
  ] as const) {
    if (value !== undefined)
      throw new UsageError(`--watch: it can not be combined with ${option}; leave one of them out`);
  }
  return new Watching(names, options, hasColour).run();
}
