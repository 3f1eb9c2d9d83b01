/** What the README shows of a run is what a run prints. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

function printed(): string {
  try {
    return execFileSync(process.execPath, ['dist/cli/main.js', 'check', 'packet-2012'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    return (error as { stdout: string }).stdout; // exit 1: it has found something
  }
}

test('the counterexample in the README', () => {
  const readme = readFileSync('README.md', 'utf8');
  const block = /<!-- output: npm run check -->\s+```text\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  expect(block.split('\n').length).toBeGreaterThan(20);
  expect(printed()).toContain(block.trimEnd());
});
