/** A folder that only one run may write to at a time. */
import { join } from 'node:path';
import { UsageError } from '../harness/bounds-text.js';
import { complain } from './output.js';

/** Seconds after which the lock of a run that was killed counts as left behind; tests lower them. */
function staleSeconds(): number {
  const n = Number(process.env.IOVCHECK_LOCK_SECONDS ?? 10);
  return Number.isFinite(n) && n >= 2 ? n : 10;
}

type Locking = typeof import('proper-lockfile').lock;

async function take(dir: string, lock: Locking, onCompromised: () => void): Promise<() => Promise<void>> {
  const stale = 1000 * staleSeconds();
  const options = { lockfilePath: join(dir, 'lock'), stale, onCompromised };
  try {
    return await lock(dir, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
  }
  complain(
    `${dir}: waiting up to ${stale / 1000} s for its lock; a run that was killed has left it, or one writes there`,
  );
  const retries = { retries: Math.ceil(stale / 500) + 1, factor: 1, minTimeout: 500, maxTimeout: 500 };
  return lock(dir, { ...options, retries });
}

/**
 * Takes the lock, and returns what gives it back. A lock that is there is waited for as long as it may be one that a
 * killed run has left; `onLost` is told where another run may have taken it since.
 */
export async function lockFolder(dir: string, onLost: (sentence: string) => void): Promise<() => Promise<void>> {
  const { lock } = await import('proper-lockfile');
  try {
    return await take(dir, lock, () => onLost(`${dir}: its lock was lost; another run may have written there since`));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ELOCKED' ? 'another run writes there; wait for it' : `it can not be locked (${code ?? String(error)})`;
    throw new UsageError(`${dir}: ${why}, or name another folder`, { cause: error });
  }
}
