/**
 * The form of reproducers, by the kernel's own script: scripts/checkpatch.pl of any tree, which IOV_CHECKPATCH names.
 * It is not here: to unpack it from Debian's linux-source-6.12 takes as long as all other tests of reproducers.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { Folder } from '../cli/run.js';
import { files, isText, made, oddLines } from './made.js';

const script = process.env.IOV_CHECKPATCH ?? '';
const folder = new Folder();
afterAll(() => folder.remove());

/** What it says of a file; nothing of a file that is as it has to be. */
function checked(name: string, text: string): string[] {
  const args = [script, '--no-tree', '--terse', '--strict', '-f', folder.write(name, text)];
  const { stdout } = spawnSync('perl', args, { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => /: (ERROR|WARNING|CHECK):/.test(line));
}

test('what no kernel file may have is found without it', () => {
  expect(oddLines('ok\n\tok\n\nok\n')).toEqual([]);
  expect(oddLines(`blank \n${'x'.repeat(101)}\n’\n        eight\n\n\n\nend\n`)).toHaveLength(6);
});

test.skipIf(!existsSync(script))('checkpatch.pl --strict has nothing to say (where IOV_CHECKPATCH names it)', () => {
  expect(checked('bad.c', 'int f( void ){return 0;}\n')).not.toEqual([]);
  const said = files.flatMap((file) =>
    (['c', 'kunit'] as const).flatMap((kind) => {
      const text = made(file, kind);
      return isText(text) ? checked(`${file}.${kind}.c`, text) : [];
    }),
  );
  expect(said).toEqual([]);
});
