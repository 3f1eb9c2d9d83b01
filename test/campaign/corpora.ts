/** Traces for tests of a corpus, and disks that fail. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { parseTrace } from '#iov/harness/trace.js';
import type { Trace } from '#iov/harness/trace.js';

const HEAD = '# iovcheck trace v1\ndesign: packet-2012\nscenario: packet\nbounds: page=4,ring=1,files=1\n';

/** What packet-2012 breaks, in two steps. */
export const BREAKS = `${HEAD}violates: packet-boundaries pwrite pipe_write\n\npwrite fd=w size=1\npwrite fd=wd size=1\nend\n`;

/** What breaks nothing. */
export const SEED = `${HEAD}\npwrite fd=w size=2\npread size=1\nend\n`;

export function seed(...ops: string[]): string {
  return `${HEAD}\n${ops.join('\n')}\nend\n`;
}

export function traceOf(text: string): Trace {
  return parseTrace(text, 'a test');
}

/** Runs `act` while a function of node:fs is another one. */
export function withDisk(change: Partial<typeof fs>, act: () => void): void {
  const before = Object.fromEntries(Object.entries(fs).filter(([name]) => name in change));
  Object.assign(fs, change);
  syncBuiltinESMExports();
  try {
    act();
  } finally {
    Object.assign(fs, before);
    syncBuiltinESMExports();
  }
}

export function failure(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}
