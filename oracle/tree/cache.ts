/** Where what was made of a kernel's source is kept from run to run. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A folder of the user's cache, by the rule of the XDG base directories. */
export function cacheFolder(name: string): string {
  const root = process.env.XDG_CACHE_HOME;
  return join(root !== undefined && root !== '' ? root : join(homedir(), '.cache'), 'iovcheck', name);
}
