/** Each example, played from its README from top to bottom: files are written, commands are run, and what they print is compared. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder } from '../cli/run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders: Folder[] = [];
afterAll(() => folders.forEach((folder) => folder.remove()));

/** A fenced block, and the marker above it, if any. */
interface Block {
  readonly marker: string;
  readonly kind: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/(?:<!-- (.*?) -->\s+)?```(\w+)\n([\s\S]*?)```/g)].map(
    ([, marker = '', kind, text]) => ({
      marker,
      kind,
      text,
    }),
  );
}

/** An empty project that has iovcheck. */
function project(): Folder {
  const folder = new Folder();
  folders.push(folder);
  folder.write('package.json', '{ "private": true }');
  mkdirSync(join(folder.path, 'node_modules'));
  symlinkSync(root, join(folder.path, 'node_modules/iovcheck'));
  return folder;
}

/** What a line of a shell prints on stdout; none of them may be misused, or fail by itself. */
function run(line: string, cwd: string): string {
  const [program, ...args] = line.split(' ');
  const own = program === 'iovcheck' ? [join(root, 'dist/cli/main.js')] : [];
  expect(['iovcheck', 'node']).toContain(program);
  // A test of node's inside a test of node's would report to that one.
  const { NODE_TEST_CONTEXT: _context, ...outer } = process.env;
  const env = { ...outer, CI: '', NO_COLOR: '1', FORCE_COLOR: '', GITHUB_ACTIONS: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...own, ...args], { cwd, encoding: 'utf8', env });
  expect([0, 1], `${line}: ${stderr}`).toContain(status);
  return stdout;
}

/** Plays a README; returns how many blocks were compared. */
function play(markdown: string, folder: Folder): number {
  let printed = '';
  let compared = 0;
  for (const { marker, kind, text } of blocksOf(markdown)) {
    if (kind === 'sh') for (const line of text.trimEnd().split('\n')) printed = run(line, folder.path);
    else if (marker.startsWith('write: ')) folder.write(marker.slice('write: '.length), text);
    else {
      expect(marker, `a block of ${kind} that is neither written nor shown: ${text.slice(0, 60)}`).toBe('shows');
      expect(printed).toContain(text);
      compared++;
    }
  }
  return compared;
}

const examples = readdirSync(join(root, 'examples')).filter((name) =>
  existsSync(join(root, 'examples', name, 'README.md')),
);

describe('examples', () => {
  test('are some', () => {
    expect(examples).toContain('packet-pipes');
  });

  test.each(examples)('%s', (name) => {
    const dir = join(root, 'examples', name);
    const folder = project();
    const text = readFileSync(join(dir, 'README.md'), 'utf8');
    expect(play(text, folder)).toBe(text.match(/```text/g)?.length);
    // The folder has what the way ends with.
    for (const file of readdirSync(dir).filter((other) => other !== 'README.md')) {
      expect(readFileSync(join(folder.path, file), 'utf8')).toBe(readFileSync(join(dir, file), 'utf8'));
    }
  });

  test.each([
    ['prints something else', '```sh\niovcheck list scenarios\n```\n<!-- shows -->\n```text\nno such thing\n```\n'],
    ['is misused', '```sh\niovcheck check --no-such-option\n```\n'],
    ['is no command of ours', '```sh\nrm -rf x\n```\n'],
    ['is not compared', '```sh\niovcheck list scenarios\n```\n```text\nSCENARIO\n```\n'],
  ])('that %s fails', (_what, markdown) => {
    expect(() => play(markdown, project())).toThrow();
  });
});
