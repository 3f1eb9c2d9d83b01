/** One call of an op, and what becomes of a design that throws. */
import type { FunctionName } from '../model/functions.js';
import { cName } from '../model/functions.js';
import type { Kernel } from '../model/kernel.js';
import { OOPS } from '../model/kernel.js';
import type { OpSpec, World } from '../model/op.js';

/** An error inside a design's own code that is no kernel oops: it threw, or returned no number. */
export class DesignFault extends Error {}

/** The C function that an op enters, for messages. */
function entry(spec: OpSpec): string {
  return spec.fn === null ? spec.name : cName(spec.fn satisfies FunctionName);
}

/** Calls the op; a kernel oops is left in `k.fatal`, anything else that is thrown is the design's fault. */
export function callOp(spec: OpSpec, k: Kernel, w: World, a: number, b: number, c: number, d: number): number {
  try {
    const ret = spec.apply(k, w, a, b, c, d);
    if (typeof ret !== 'number' || !Number.isInteger(ret)) {
      throw new DesignFault(`${entry(spec)}() returned ${String(ret)}, which is no integer`);
    }
    return ret;
  } catch (error) {
    if (error === OOPS) return 0;
    if (error instanceof DesignFault) throw error;
    throw new DesignFault(`${entry(spec)}() threw: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
