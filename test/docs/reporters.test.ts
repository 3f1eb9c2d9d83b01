/** The commands of the README's chapter on formats, run in a folder with the README's own design. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Folder, iovcheck } from '../cli/run.js';
import { PATIENT } from '../reports/formats.js';

const readme = readFileSync('README.md', 'utf8');
const [, chapter] = readme.split('## Results elsewhere');
const lines = /```sh\n([\s\S]*?)```/.exec(chapter)?.[1].trimEnd().split('\n') ?? [];
const folder = new Folder();
afterAll(() => folder.remove());

test('write what they say', async () => {
  folder.write('my-design.ts', /<!-- example: my-design\.ts -->\s+```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '');
  const printed: string[] = [];
  // One after the other: replay takes what check has written.
  for (const line of lines) {
    const [name, ...args] = line.split(' ');
    expect(name).toBe('iovcheck');
    const { status, out } = await iovcheck([...args, ...(args[0] === 'check' ? ['--quiet'] : [])], {
      cwd: folder.path,
      env: PATIENT,
    });
    expect(status, line).toBe(1);
    printed.push(out);
  }
  const at = (path: string): string => readFileSync(join(folder.path, path), 'utf8');
  expect(at('junit.xml')).toContain('<testsuite name="my-design, pipe-iter"');
  expect(at('iovcheck.sarif')).toContain('"uri": "my-design.ts"');
  expect(at('packet.ktap')).toContain('not ok 1 packet-2012, packet');
  expect(at('comment.md')).toContain('| packet-2012, packet | **violated** | 2 classes |');
  expect(readdirSync(join(folder.path, 'traces'))).toHaveLength(2);
  expect(existsSync(join(folder.path, 'my-design.ts'))).toBe(true);
  expect(printed[3]).toContain('2 of 2 steps; broken: packet-boundaries.');
  expect(printed[4]).toMatch(/^Subject: \[iovcheck\] tee-merge: /);
});
