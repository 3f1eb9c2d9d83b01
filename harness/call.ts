/**
 * One call of an op, with what follows from its return: generated, one function for each spec, so that the engine that
 * runs it sees which functions are called and can put them in line.
 */
import type { Judged } from '../invariants/invariant.js';
import type { FunctionName } from '../model/functions.js';
import { cName } from '../model/functions.js';
import { OOPS } from '../model/kernel.js';
import type { OpSpec } from '../model/op.js';
import { UsageError } from './bounds-text.js';
import type { Group } from './unroll.js';

/** An error inside a design's own code that is no kernel oops: it threw, or returned no number. */
export class DesignFault extends Error {}

/** How a call ended: it returned, it was no step of its own, or a kernel oops left it (`k.fatal`). */
export const Call = { Returned: 0, Idle: 1, Oops: 2 } as const;
export type Call = (typeof Call)[keyof typeof Call];

/** Calls instance `n`, notes return and promise in `judged`, and accounts for what is owed. */
export type CallOp = (n: number) => Call;

/** The C function that an op enters, for messages. */
function entry(spec: OpSpec): string {
  return spec.fn === null ? spec.name : cName(spec.fn satisfies FunctionName);
}

/** A kernel oops is Call.Oops; what says what to do is thrown on; anything else is the design's fault. */
function caught(spec: OpSpec, error: unknown): Call {
  if (error === OOPS) return Call.Oops;
  if (error instanceof DesignFault || error instanceof UsageError) throw error;
  throw new DesignFault(`${entry(spec)}() threw: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

function checkReturn(spec: OpSpec, ret: unknown): void {
  if (typeof ret === 'number' && Number.isInteger(ret)) return;
  throw new DesignFault(`${entry(spec)}() returned ${String(ret)}, which is no integer`);
}

/** `args`: four a row. */
function unrollCall(spec: OpSpec, args: Int32Array, judged: Judged): CallOp {
  const { k, g, w } = judged;
  const list = [0, 1, 2, 3].map((n) => (n < spec.args.length ? `args[4 * n + ${n}]` : '0'));
  const body = `return (n) => { // ${spec.name}
    const a = ${list[0]}, b = ${list[1]}, c = ${list[2]}, d = ${list[3]};
    let ret = 0;
    try {
      ret = spec.apply(k, w, a, b, c, d);
    } catch (error) {
      return caught(spec, error);
    }
    if (k.fatal !== '') return ${Call.Oops};
    if ((ret | 0) !== ret) checkReturn(spec, ret);
    judged.ret = ret;
    ${spec.isIdle === undefined ? '' : `if (spec.isIdle(k, ret, a, b, c, d)) { if (judged.keepsIdle !== true) return ${Call.Idle}; judged.wasIdle = true; }`}
    judged.unkept = ${spec.promise === undefined ? "''" : 'spec.promise(g, k, w, ret, a, b, c, d)'};
    ${spec.account === undefined ? '' : 'spec.account(g, k, w, ret, a, b, c, d);'}
    return ${Call.Returned};
  };
  //# sourceURL=call`;
  const names = ['spec', 'args', 'judged', 'k', 'g', 'w', 'caught', 'checkReturn'];
  return new Function(...names, body)(spec, args, judged, k, g, w, caught, checkReturn) as CallOp;
}

/** The contract answers this misuse with BUG(), and it did. */
export function isPromisedBug({ spec, k, w }: Judged): boolean {
  return spec.mayBug === true && k.fatal === 'no-bug' && w.design.contract.misuse === 'bug';
}

/** The call of each instance: one for all of a group. */
export function unrollCalls(groups: readonly Group[], args: Int32Array, judged: Judged): CallOp[] {
  return groups.flatMap(({ spec, first, end }) => {
    const call = unrollCall(spec, args, judged);
    return Array.from({ length: end - first }, () => call);
  });
}
