/**
 * An input of jsfuzz as traces: what it breaks, each class made small, or the ops that it
 * takes where it breaks nothing. Its bytes mean ops of one world, which has to be named.
 */
import { decodeOps, WIDTH } from '../../fuzz/coverage/encoding.js';
import { minimize } from '../../harness/minimize.js';
import { Path } from '../../harness/replay.js';
import type { Runner, ViolationClass } from '../../harness/runner.js';
import { classKey, Step } from '../../harness/runner.js';

export interface Imported {
  readonly ops: readonly string[];
  readonly violates?: ViolationClass;
}

/** Empty where not one of its ops can be taken. */
export function importBytes(runner: Runner, bytes: Buffer): Imported[] {
  const program = new Int32Array(Math.floor(bytes.length / WIDTH));
  decodeOps(bytes, runner.opCount, program);
  const path = new Path(runner);
  const taken: number[] = [];
  const broken = new Map<string, { cls: ViolationClass; ops: number[] }>();
  for (const n of program) {
    const step = path.take(n);
    if (step === Step.Disabled || step === Step.Idle) continue;
    taken.push(n);
    for (const { invariant, op, function: fn } of path.found) {
      const cls = { invariant, op, function: fn };
      if (!broken.has(classKey(cls))) broken.set(classKey(cls), { cls, ops: [...taken] });
    }
    if (step === Step.Fatal) break;
  }
  const text = (ops: readonly number[]): string[] => ops.map((n) => runner.ops[n].text);
  if (broken.size === 0) return taken.length === 0 ? [] : [{ ops: text(taken) }];
  return [...broken.values()].map(({ cls, ops }) => ({ ops: text(minimize(runner, ops, cls).ops), violates: cls }));
}
