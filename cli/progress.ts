/** How far the searches are, on stderr: redrawn on a terminal, else a plain line now and then. */
import type { Jobs, Running } from './jobs.js';
import { isExplaining, isProving } from './jobs.js';

const REDRAW_MS = 250;
/** Tests lower it. */
const PLAIN_MS = 1000 * Number(process.env.IOVCHECK_PROGRESS_SECONDS ?? 10);

export function rounded(n: number): string {
  if (n < 1e4) return String(Math.round(n));
  return n < 1e6 ? `${Math.round(n / 1e3)} k` : `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} M`;
}

/** One search, as far as it is. */
export function lineOf(running: Running): string {
  const { search, thread, start } = running;
  const name = `${search.ref.name}${search.onBase ? ' (its base)' : ''}, ${search.scenario}`;
  if (isExplaining(running)) return `${name}: explaining ${thread.classes.length} classes`;
  if (isProving(running)) return `${name}: looking for shorter traces of ${thread.classes.length} classes`;
  const { states, edges, depth, frontier, quiet } = thread.heartbeat.read();
  const rate = `${rounded((edges * 1000) / (performance.now() - start))}/s`;
  if (search.engine === 'coverage') {
    const runs = `${rounded(frontier)} runs, ${rounded((frontier * 1000) / (performance.now() - start))}/s`;
    const bins = `${states} bins, the last new ${Math.round(quiet)} s ago, ${depth} inputs kept`;
    return `${name}, coverage: ${runs}, ${rounded(edges)} steps, ${rate}, ${bins}, ${thread.classes.length} classes`;
  }
  if (search.engine !== 'exhaustive')
    return `${name}, ${search.engine}: ${rounded(edges)} steps, ${rate}, ${thread.classes.length} classes`;
  return `${name}: ${rounded(states)} states, ${rounded(edges)} edges, depth ${depth}, ${rounded(frontier)} to go, ${rate}`;
}

export class Progress {
  private readonly jobs: Jobs;
  private readonly isTerminal = process.stderr.isTTY;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly start = performance.now();
  private done = 0;
  private readonly all: number;
  private isDrawn = false;

  constructor(jobs: Jobs, all: number, isQuiet: boolean) {
    this.jobs = jobs;
    this.all = all;
    if (!isQuiet) this.timer = setInterval(() => this.draw(), this.isTerminal ? REDRAW_MS : PLAIN_MS);
  }

  private draw(): void {
    const head = `${this.done}/${this.all} done; `;
    const lines = [...this.jobs.running].map(lineOf);
    if (!this.isTerminal) {
      for (const line of lines) process.stderr.write(`${head}${line}\n`);
      return;
    }
    const text = head + lines.join(' | ');
    process.stderr.write(`\r\u001b[2K${text.slice(0, Math.max(20, process.stderr.columns - 1))}`);
    this.isDrawn = true;
  }

  /** Makes room before anything else is written. */
  clear(): void {
    if (this.isDrawn) process.stderr.write('\r\u001b[2K');
    this.isDrawn = false;
  }

  step(): void {
    this.done++;
    this.clear();
  }

  /** The line that stays: totals and rate. */
  finish(edges: number): void {
    this.clear();
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    if (this.all === 0) return;
    const seconds = (performance.now() - this.start) / 1000;
    process.stderr.write(`${rounded(edges)} steps in ${seconds.toFixed(1)} s, ${rounded(edges / seconds)}/s\n`);
  }
}
