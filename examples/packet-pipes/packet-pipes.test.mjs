import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from 'iovcheck';

test('packet-pipes breaks nothing that linux-3.3 keeps', async () => {
  const run = await check(new URL('./packet-pipes.ts', import.meta.url), { bounds: 'tiny', except: 'base' });
  assert.equal(run.counterexamples.map(({ text }) => text).join('\n'), '');
  assert.deepEqual(run.cutShort, []);
});
