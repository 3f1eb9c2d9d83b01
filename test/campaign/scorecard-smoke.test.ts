/** What of the published scorecard is cheap, measured again: counts repeat by their seed. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

// A process of its own: the counters of instrumented code are global.
test('npm run scorecard -- --smoke comes to what is published', async () => {
  const script = fileURLToPath(new URL('dist/bench/scorecard.js', ROOT));
  const child = spawn(process.execPath, [script, '--smoke'], { cwd: fileURLToPath(ROOT), timeout: 280_000 });
  let out = '';
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (out += String(data)));
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect([out, status]).toEqual(['What was measured is as published.\n', 0]);
}, 300_000);
