/** How far a campaign is, on stderr. */
import type { Course } from '../campaign/jobs/course.js';
import type { Backend } from './campaign-local.js';

const REDRAW_MS = 500;
const PLAIN_MS = 10_000;

export class CampaignProgress {
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly isTerminal = process.stderr.isTTY;
  private readonly start = performance.now();
  private readonly course: Course;
  private readonly backend: Backend;
  private isDrawn = false;

  constructor(course: Course, backend: Backend, isQuiet: boolean) {
    this.course = course;
    this.backend = backend;
    if (!isQuiet) this.timer = setInterval(() => this.draw(), this.isTerminal ? REDRAW_MS : PLAIN_MS);
  }

  private draw(): void {
    const { done, known } = this.course.counts;
    const seconds = Math.round((performance.now() - this.start) / 1000);
    const head = `${done} of ${known} jobs, ${seconds} s`;
    const lines = this.backend.lines;
    if (this.isTerminal) {
      const text = [head, ...lines].join(' | ');
      process.stderr.write(`\r\u001b[2K${text.slice(0, Math.max(20, process.stderr.columns - 1))}`);
      this.isDrawn = true;
    } else process.stderr.write(`${[head, ...lines].join('; ')}\n`);
  }

  end(): void {
    clearInterval(this.timer);
    if (this.isDrawn) process.stderr.write('\r\u001b[2K');
  }
}
