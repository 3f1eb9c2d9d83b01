import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { probe } from '#iov/test/coverage-probe/probe.js';
import { expect, test } from 'vitest';

const url = new URL('../../dist/test/coverage-probe/probe.js', import.meta.url).href;

test('the probe runs in the thread of the test', () => {
  expect(probe('thread', 1)).toBe('positive');
});

test('the probe runs in a worker', async () => {
  const code = `import(${JSON.stringify(url)}).then((m) => require('node:worker_threads').parentPort.postMessage(m.probe('worker', 1)))`;
  const worker = new Worker(code, { eval: true });
  const message = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await new Promise((resolve) => worker.once('exit', resolve));
  expect(message).toBe('one');
});

test('the probe runs in a child process', () => {
  const code = `import { probe } from ${JSON.stringify(fileURLToPath(url))}; process.stdout.write(probe('child', 3));`;
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })).toBe('xxx');
});
