/** A trace, taken by the running kernel and the spec step by step, with what can be seen of the pipes after each. */
import type { Bounds } from '../../model/bounds.js';
import type { Design } from '../../model/design.js';
import type { ScenarioName } from '../../model/scenario.js';
import { UsageError } from '../../harness/bounds-text.js';
import type { Libc } from './libc.js';
import { Lockstep } from './lockstep.js';
import { readOps } from './read-ops.js';
import { settlingRows } from './settle.js';

export interface RetracedStep {
  readonly text: string;
  readonly spec: string;
  readonly kernel: string;
  /** FIONREAD of each pipe after it, in bytes of the trace; of the kernel, and of the spec. */
  readonly kernelBytes: readonly number[];
  readonly specBytes: readonly number[];
  /** How the two differ here; '' where they do not. */
  readonly difference: string;
}

export interface Retraced {
  readonly steps: readonly RetracedStep[];
  /** Bytes of the machine for one of the trace. */
  readonly unit: number;
  /** Reads after the last step, until the pipes were empty. */
  readonly reads: number;
  /** How what was left in the pipes differs; '' where it does not. */
  readonly rest: string;
}

export interface RetraceOptions {
  readonly design: Design;
  readonly scenario: ScenarioName;
  readonly bounds: Bounds;
  readonly ops: readonly string[];
  /** Of the trace, for messages. */
  readonly name: string;
  readonly folder: string;
}

/** Bytes in each pipe that a user has. */
function bytesIn(lockstep: Lockstep): { kernel: number[]; spec: number[] } {
  const { machine, reference, unit } = lockstep;
  const { k } = reference;
  const pipes = k.needs.inodes === true ? k.pipes.slice(0, 1) : k.pipes;
  const spec = pipes.map((_, p) => {
    k.usePipe(p);
    const bytes = k.fn.pipeIoctl(k);
    k.usePipe(0);
    return bytes;
  });
  return { kernel: pipes.map((_, p) => machine.bytesIn(p) / unit), spec };
}

/** Throws UsageError for a trace that no program can make; ends at the first difference. */
export function retraceOn(libc: Libc, options: RetraceOptions): Retraced {
  const { design, scenario, bounds, ops, name, folder } = options;
  const lockstep = new Lockstep(libc, design, scenario, bounds, folder);
  try {
    const rows = readOps(lockstep, ops, name);
    const steps: RetracedStep[] = [];
    for (const [at, row] of rows.entries()) {
      const [n, a, b, c, d] = row;
      if (!lockstep.isAllowed(n, a, b, c, d))
        throw new UsageError(`${name}, step ${at + 1}: ${ops[at]} can not be taken there on ${design.id}; take it out`);
      let difference = lockstep.take(n, a, b, c, d) ? '' : lockstep.explain(n);
      const { spec, kernel } = lockstep.returns;
      const held = bytesIn(lockstep);
      if (difference === '' && held.kernel.some((bytes, p) => bytes !== held.spec[p]))
        difference = `Afterwards the kernel has ${held.kernel.join(' and ')} bytes in its pipes, and the spec ${held.spec.join(' and ')}.`;
      steps.push({ text: ops[at], spec, kernel, kernelBytes: held.kernel, specBytes: held.spec, difference });
      if (difference !== '') return { steps, unit: lockstep.unit, reads: 0, rest: '' };
    }
    return { steps, unit: lockstep.unit, ...readRest(lockstep) };
  } finally {
    lockstep.free();
  }
}

function readRest(lockstep: Lockstep): { reads: number; rest: string } {
  let reads = 0;
  for (const row of settlingRows(lockstep)) {
    const [n, a, b, c, d] = row;
    const isSame = lockstep.take(n, a, b, c, d);
    if (lockstep.ofSpec > 0 && lockstep.ops[n].spec.name === 'pread') reads++;
    if (!isSame) return { reads, rest: `${lockstep.text(row)}: ${lockstep.explain(n)}` };
  }
  return { reads, rest: '' };
}
