/** Where what was made of a kernel's source is kept from run to run. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder of the user's cache, by the rule of the XDG base directories. */
export function cacheFolder(name: string): string {
  const root = process.env.XDG_CACHE_HOME;
  return join(root !== undefined && root !== '' ? root : join(homedir(), '.cache'), 'iovcheck', name);
}

/** The folder `to`, which `make` fills where it is not there yet; it is there as a whole, or not at all. */
export function filledOnce(to: string, make: (part: string) => void): string {
  if (existsSync(to)) return to;
  mkdirSync(dirname(to), { recursive: true });
  const part = mkdtempSync(`${to}.`);
  try {
    make(part);
    if (!existsSync(to)) renameSync(part, to);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(to)) throw error;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return to;
}
