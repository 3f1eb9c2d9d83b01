/** What is told of an input that breaks something: kept under the name that jsfuzz gives it, and as text. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { UsageError } from '../harness/bounds-text.js';
import { refOf } from './designs.js';
import type { TargetWorld } from './jsfuzz-entry.js';
import { complain, print, writeFile } from './output.js';
import type { Answers } from './protocol.js';
import { Thread } from './thread.js';

/** Asked of a target: whether it is one of ours. */
export function worldOf(exported: unknown): TargetWorld | undefined {
  const world = exported as Partial<TargetWorld> | undefined;
  return typeof world?.fullName === 'string' && typeof world.bounds === 'object' ? (world as TargetWorld) : undefined;
}

async function classesOf(world: TargetWorld, bytes: Buffer): Promise<Answers['input']> {
  const { name, without, scenario, bounds, skipsKnown } = world;
  const ref = await refOf(name, without);
  const task = { kind: 'input' as const, ref, scenario, bounds, skipsKnown, bytes };
  const outcome = await new Thread<'input'>({ ...task, hung: [] }).run();
  if (outcome.kind === 'done') return outcome.answer;
  if (outcome.kind === 'failed') throw new UsageError(outcome.message);
  if (outcome.path === undefined) throw new UsageError(`${name}: it did not finish loading`);
  const named = await new Thread<'input'>({ ...task, hung: outcome.path }).run();
  return named.kind === 'done' ? named.answer : [];
}

/** Writes a file; false where it can not be, which was said. */
function write(path: string, content: string | Buffer): boolean {
  const problem = writeFile(path, content, '--out');
  if (problem !== undefined) complain(problem);
  return problem === undefined;
}

export class Reports {
  private readonly folder: string;
  private readonly world: TargetWorld | undefined;
  private readonly told = new Set<string>();
  /** Something could not be written. */
  hasFailed = false;

  constructor(folder: string, world: TargetWorld | undefined) {
    this.folder = folder;
    this.world = world;
  }

  /** What was run, where it is one of our targets. */
  get subject(): string {
    const { world } = this;
    return world === undefined ? '' : ` of ${world.fullName}, ${world.scenario}`;
  }

  /** Keeps the bytes as `crash-SHA256`; where that is. */
  keep(bytes: Buffer): string {
    const path = join(this.folder, `crash-${createHash('sha256').update(bytes).digest('hex')}`);
    if (!write(path, bytes)) this.hasFailed = true;
    return path;
  }

  /** Says what the input breaks, once for each class. */
  async tell(bytes: Buffer): Promise<void> {
    if (this.world === undefined) return;
    let classes: Answers['input'];
    try {
      classes = await classesOf(this.world, bytes);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      complain(`${error.message}; the input stays as it is`);
      return;
    }
    for (const { file, class: c, text } of classes) {
      if (this.told.has(file)) continue;
      this.told.add(file);
      print(`\n${c.invariant}: ${c.op}, in ${c.function}()\n\n${text}`);
      const path = join(this.folder, file);
      if (write(path, text)) print(`\nDrawn step by step: iovcheck replay ${path}\n`);
      else this.hasFailed = true;
    }
  }
}
