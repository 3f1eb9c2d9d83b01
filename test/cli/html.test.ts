/** `check --reporter html:DIR`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Folder, iovcheck, linesOf, tiny } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

test('writes one page and the pictures, and leaves stdout as it is', async () => {
  const plain = await tiny('packet-2012');
  const out = join(folder.path, 'report');
  const run = await tiny('packet-2012', '--reporter', `html:${out}`);
  expect(run).toEqual({ ...plain, status: 1 });
  const html = readFileSync(join(out, 'index.html'), 'utf8');
  expect(html.includes(linesOf(plain.out).at(-1) ?? '')).toBe(true);
  const violations = folder.list('report').filter((name) => name !== 'index.html');
  expect(violations.length).toBeGreaterThan(1);
  for (const name of violations) expect(folder.list(`report/${name}`)).toContain('step-00.svg');
});

test('html without a folder is refused with what to write', async () => {
  const run = await iovcheck(['check', 'packet-2012', '--reporter', 'html']);
  expect(run.status).toBe(2);
  expect(run.err).toContain('--reporter html:report');
});
