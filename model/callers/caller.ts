import type { Kernel } from '../kernel.js';
import type { KernelRef } from '../source.js';

/** The calls of the protocol, as far as callers differ in them. */
export const Call = {
  CopyToIter: 1,
  CopyPage: 2,
  Zero: 3,
  GetPages: 4,
  Revert: 5,
  Query: 6,
  Unlock: 7,
  Return: 8,
} as const;
export type Call = (typeof Call)[keyof typeof Call];

export interface Caller {
  readonly id: string;
  readonly title: string;
  readonly source: readonly KernelRef[];
  may(k: Kernel, call: Call): boolean;
}

/** No request is open, and the last primitive was not short: the read_iter goes on. */
export function mayGoOn(k: Kernel): boolean {
  return k.request.on === 0 && !k.caller.isStopped;
}

/** A read_iter may return when it holds no pages; an error may leave them uncommitted. */
export function mayReturn(k: Kernel): boolean {
  return k.request.on === 0 || k.request.isPut;
}
