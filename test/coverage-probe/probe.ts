/**
 * A file whose coverage is known: check.mjs holds the numbers of the lines that never run
 * and compares them with what c8 says, so whoever moves a line here changes them there.
 * Code that tests run in their own thread, in a worker and in a child process has a part each.
 */
export interface Probe {
  readonly name: string;
}

type Runner = 'thread' | 'worker' | 'child';

function inThread(n: number): string {
  if (n > 0) return 'positive';
  return 'other';
}

function inWorker(n: number): string {
  switch (n) {
    case 1:
      return 'one';
    default:
      return 'many';
  }
}

function inChild(n: number): string {
  let text = '';
  for (let i = 0; i < n; i++) text += 'x';
  if (n > 100) {
    text += '...';
    text += String(n);
  }
  return text;
}

export function probe(runner: Runner, n: number): string {
  if (runner === 'thread') return inThread(n);
  if (runner === 'worker') return inWorker(n);
  return inChild(n);
}

export function neverCalled(given: Probe): string {
  return given.name;
}
