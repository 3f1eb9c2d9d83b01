/**
 * What a design's code does when it is no longer its turn: it throws from a timer, lets a
 * promise go that is rejected, leaves a timer running. And what it must not do at all: end
 * the thread. None of it is seen by the judge, who looks when a function returns.
 */

/** The event loop gets that long, so that what is due comes out. */
const TURN_MS = 5;

const REASON = 'what a function does, it has to do before it returns';

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout' || kind === 'Immediate').length;
}

export class Late {
  private readonly before = timers();
  private first = '';
  private isOver = false;

  /** Begins to watch this thread, for as long as it lives. */
  constructor() {
    const note = (what: string): void => {
      if (this.first === '') this.first = what;
    };
    process.on('uncaughtException', (error) => note(`from a timer or a callback it threw ${wordsOf(error)}`));
    process.on('unhandledRejection', (error) => note(`it let a promise go that was rejected with ${wordsOf(error)}`));
    const exit = process.exit.bind(process);
    // Thrown, it has a trace like anything else that a function does.
    process.exit = (code) => {
      if (this.isOver) return exit(code);
      throw new Error(`it called process.exit(${code ?? ''}); take process.exit() out`);
    };
  }

  /** What was done too late, as part of a sentence; undefined where nothing was. */
  async end(): Promise<string | undefined> {
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
    this.isOver = true;
    const left = timers() - this.before;
    if (this.first === '' && left > 0) this.first = `it leaves ${left === 1 ? 'a timer' : `${left} timers`} running`;
    return this.first === '' ? undefined : `${this.first}; ${REASON}`;
  }
}
