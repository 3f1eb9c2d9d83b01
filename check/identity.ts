/** Whether a checkpoint is one of this search, in words. */
import { UsageError } from '../harness/bounds-text.js';
import type { Identity } from './checkpoint.js';

/** `ring=2 (here ring=4)`: of two lists, what is not in the other. */
function unlike(then: string, now: string): string {
  const [a, b] = [then.split(','), now.split(',')];
  const only = (list: string[], other: string[]): string => list.filter((part) => !other.includes(part)).join(',');
  return `${only(a, b) || 'none'} (here ${only(b, a) || 'none'})`;
}

function difference(key: string, then: string | undefined, now: string | undefined): string {
  if (then === undefined || now === undefined || now.startsWith('sha256:')) return `another ${key}`;
  return `${key} ${unlike(then, now)}`;
}

/** Throws {@link UsageError} unless both are of the same search. */
export function checkIdentity(dir: string, then: Identity, now: Identity): void {
  const keys = [...new Set([...Object.keys(now), ...Object.keys(then)])];
  const differ = keys.filter((key) => then[key] !== now[key]).map((key) => difference(key, then[key], now[key]));
  if (differ.length === 0) return;
  throw new UsageError(
    `${dir}: the checkpoint is of another search, with ${differ.join('; ')}; repeat the command line that it was written with, or begin anew with --checkpoint and another folder`,
  );
}
