/**
 * Loads a target and runs given inputs, each once: what jsfuzz's own --regression, which it
 * takes and never reads, should do.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../harness/bounds-text.js';
import { Status } from '../harness/verdict.js';
import type { Answer, Input } from './jsfuzz-child.js';
import { Group } from './jsfuzz-process.js';

const CHILD = fileURLToPath(new URL('./jsfuzz-child.js', import.meta.url));
const LOAD_SECONDS = 30;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Nothing is kept of a replay; the process of the target ends with this one's exit, which a signal by itself would not bring. */
const leave = (signal: (typeof SIGNALS)[number]): never => process.exit(Status[signal]);

export class Replayer {
  private group: Group | undefined;
  private readonly target: string;
  private readonly seconds: number;

  /** `seconds`: after so many an input is taken to hang. */
  constructor(target: string, seconds: number) {
    this.target = target;
    this.seconds = seconds;
  }

  /** What the target exports as its world; throws where jsfuzz could not load it. */
  async load(): Promise<unknown> {
    const group = new Group([CHILD, this.target], ['ignore', 'pipe', 'pipe', 'ipc']);
    this.group = group;
    for (const signal of SIGNALS) process.on(signal, leave);
    // What a target prints is no result.
    group.child.stdout?.on('data', (data: Buffer) => process.stderr.write(data));
    group.child.stderr?.on('data', (data: Buffer) => process.stderr.write(data));
    const answer = await this.answer(group, LOAD_SECONDS);
    if (typeof answer !== 'string' && answer.kind === 'loaded') return answer.world;
    this.close();
    const why = typeof answer === 'string' ? `while it was loaded, ${answer}` : 'why' in answer ? answer.why : '';
    throw new UsageError(`${relative(process.cwd(), this.target)}: ${why}`);
  }

  /** What goes wrong with the input; undefined where nothing does. */
  async run(file: string): Promise<string | undefined> {
    const bytes = readFileSync(file).toString('base64');
    if (this.group === undefined) await this.load();
    const group = this.group as Group;
    group.child.send({ bytes } satisfies Input);
    const answer = await this.answer(group, this.seconds);
    if (typeof answer !== 'string') return answer.kind === 'crash' ? answer.why : undefined;
    this.close();
    return answer;
  }

  close(): void {
    for (const signal of SIGNALS) process.off(signal, leave);
    this.group?.kill();
    this.group = undefined;
  }

  /** The next answer, or why there is none. */
  private answer(group: Group, seconds: number): Promise<Answer | string> {
    return new Promise((resolve) => {
      const end = (what: Answer | string): void => {
        clearTimeout(timer);
        group.child.off('message', end);
        resolve(what);
      };
      const timer = setTimeout(() => end(`it did not return within ${seconds} s`), 1000 * seconds);
      group.child.on('message', end);
      void group.ended.then((code) => end(`its process ended (${code}); a target throws, synchronously`));
    });
  }
}
