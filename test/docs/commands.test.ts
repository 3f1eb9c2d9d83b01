/** Every command of the documents is run by a test, or is on the list of those that are not, with the reason. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder } from '../cli/run.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = new Folder();
afterAll(() => folder.remove());

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'model/README.md',
  'corpus/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true }).map((name) => `docs/${String(name)}`),
].filter((path) => path.endsWith('.md'));

/** Lines of the fenced blocks of a shell, without what a comment says. */
function shellLines(text: string): string[] {
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap(([, lines]) => lines.split('\n').map((line) => line.replace(/\s+#.*$/, '').trim()))
    .filter((line) => line !== '');
}

function block(marker: string, text: string): string {
  return /```\w+\n([\s\S]*?)```/.exec(text.split(`<!-- ${marker} -->`)[1] ?? '')?.[1] ?? '';
}

/** Run here, in this order, in one folder: what each exits with, and says. */
const RUN: readonly (readonly [command: string, status: number, says: string])[] = [
  ['iovcheck init my-design --base linux-6.1 --override push_page', 0, 'linux-6.1, with push_page to change'],
  [
    'iovcheck check ./my-design.ts --scenario pipe-iter --bounds tiny --traces out',
    1,
    'page-cache-written-only-by-writers: ',
  ],
  [
    'iovcheck check ./my-design.ts --scenario pipe-iter --bounds tiny --corpus my-corpus',
    1,
    'my-corpus: 14 traces and 0 seeds added',
  ],
  ['iovcheck corpus merge corpus/seeds --into my-corpus', 0, 'exit 0'],
  ['iovcheck corpus replay my-corpus', 1, 'break nothing; exit 1'],
  ['iovcheck check ./npages.ts --scenario pipe-iter --bounds tiny', 1, 'npages, pipe-iter: violated'],
  ['iovcheck check packet-2012 --json > result.json', 1, ''],
  ['iovcheck report result.json --reporter html:report', 0, 'packet-2012, packet: violated: 2 classes'],
  ['iovcheck report my.trace --reporter html:report', 0, 'exit 0'],
  ['iovcheck check packet-2012 --bounds tiny --reporter itf:traces', 1, 'packet-2012, packet: violated: 2 classes'],
  [
    'iovcheck replay traces/packet-2012.packet.exhaustive.02.packet-boundaries.pwrite.itf.json',
    1,
    '2 of 2 steps; broken: packet-boundaries.',
  ],
  ['iovcheck check linux-3.3 --certificate proof.json', 0, 'linux-3.3, packet: exhausted'],
  ['iovcheck verify proof.json', 0, 'linux-3.3, packet: holds'],
  ['iovcheck verify proof.json --hashes', 0, 'nothing that it rests on has changed'],
  ['iovcheck verify proof.json --depth 3', 3, 'verified in part, and nothing contradicts it'],
  ['iovcheck replay fencepost.trace', 1, '3 of 3 steps; broken: '],
  ['iovcheck replay my.trace', 1, '3 of 3 steps; broken: '],
  ['iovcheck minimize my.trace', 0, 'iovcheck trace'],
  ['iovcheck check extract-rfc-2022 --scenario fork-dma --bounds cow=mapcount', 1, 'violated: 3 classes'],
  [
    'iovcheck check extract-rfc-2022 --scenario fork-dma --bounds cow=mapcount --reporter html:report',
    1,
    'violated: 3 classes',
  ],
  [
    'iovcheck diff packet-2012-repaired packet-2012-repaired --without no-merge-into-stream',
    1,
    'packet: they differ: 3 classes',
  ],
  ['iovcheck check pipe-iter-2016-repaired --bounds tiny', 0, 'pipe-iter-2016-repaired, pipe-iter: exhausted'],
  [
    'iovcheck check pipe-iter-2016-repaired --bounds tiny,stale=all',
    0,
    'pipe-iter-2016-repaired, pipe-iter: exhausted',
  ],
  [
    'iovcheck check pipe-iter-2016-repaired --bounds tiny --without truncate-by-count',
    1,
    'pipe-iter-2016-repaired, pipe-iter: violated: 8 classes',
  ],
];

/** Run elsewhere: by which file, in these words. */
const ELSEWHERE: Readonly<Record<string, readonly [file: string, words: string]>> = {
  'alias iovcheck="node $PWD/dist/cli/main.js"': ['test/cli/run.ts', 'dist/cli/'],
  'npm ci && npm run check': ['.ci/run', 'npm run check'],
  'iovcheck check ./my-design.ts --scenario pipe-iter --bounds tiny': ['scripts/newcomer.mjs', 'iovcheck check'],
  'iovcheck check ./my-design.ts --scenario pipe-iter --bounds tiny --watch': ['test/cli/watch.test.ts', '--watch'],
  'iovcheck check extract-rfc-2022': ['cli/seeds.ts', 'DESIGNS'],
};

/** Not run as they stand, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'npm ci && npm test': 'it is what runs the tests',
  'npm ci && npm run build': 'the tests run on what it makes',
};

/** Of a kind: a reason each. */
const KINDS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/--bounds deep|--budget 60s|--budget 100000-steps/, 'a search of minutes or hours; test/cli has small ones'],
  [/--kernel-tree|--against (host|uml)|--on (host|uml)/, 'it needs a kernel; test/oracle runs it where there is one'],
  [/^apt-get install/, 'it changes the machine'],
  [/^iovcheck repro /, 'test/repro compiles and runs what it writes'],
  [/^iovcheck diff (linux-6\.12 \.\/my-design|linux-5\.8 linux-6\.1)/, 'a minute; test/diff has the same on less'],
  [
    /^export IOVCHECK_QUEUE|^iovcheck campaign (worker|serve)/,
    'it serves until it is ended; test/campaign starts and ends one',
  ],
  [/^iovcheck campaign run /, 'it is as long as its campaign; test/campaign runs shorter ones'],
  [/^iovcheck corpus minimize run /, 'it follows a search of minutes; test/campaign minimizes a small corpus'],
  [
    /^iovcheck check (pipe-iter-2016 |linux-4\.10 |linux-6\.1 --scenario fork-dma|linux-6\.12 --scenario fork-dma|pipe-iter-2016-repaired --bounds tiny,ring=2)/,
    'seconds each; test/golden.test.ts and test/findings.test.ts have their counts',
  ],
];

/** Commands that other tests take from the documents: outputs shown, the newcomer's, and the chapter on formats. */
function taken(text: string): Set<string> {
  const shown = [...text.matchAll(/<!-- output: (.*?) -->/g)].map(([, command]) => command);
  const chapter = /## Results elsewhere([\s\S]*?)\n## /.exec(text)?.[1] ?? '';
  return new Set([...shown, ...shellLines(`\`\`\`sh\n${block('newcomer', text)}\`\`\``), ...shellLines(chapter)]);
}

/** Commands that nobody answers for. */
function unanswered(text: string): string[] {
  const known = new Set([
    ...RUN.map(([command]) => command),
    ...Object.keys(ELSEWHERE),
    ...Object.keys(LEFT_OUT),
    ...taken(text),
  ]);
  return shellLines(text).filter((line) => !known.has(line) && !KINDS.some(([pattern]) => pattern.test(line)));
}

describe('each command of the documents', () => {
  test.each(DOCUMENTS)('in %s is run, or left out for a reason', (path) => {
    expect(unanswered(read(path))).toEqual([]);
  });

  test('that nobody answers for is seen', () => {
    expect(unanswered('```sh\niovcheck check linux-9.9  # why\n```\n')).toEqual(['iovcheck check linux-9.9']);
  });

  test('that is on a list is in a document, and where it is said to be run', () => {
    const lines = new Set(DOCUMENTS.flatMap((path) => shellLines(read(path))));
    const listed = [...RUN.map(([command]) => command), ...Object.keys(ELSEWHERE), ...Object.keys(LEFT_OUT)];
    expect(listed.filter((command) => !lines.has(command))).toEqual([]);
    expect(KINDS.filter(([pattern]) => ![...lines].some((line) => pattern.test(line)))).toEqual([]);
    for (const [file, words] of Object.values(ELSEWHERE)) {
      expect(existsSync(join(root, file)), file).toBe(true);
      expect(read(file)).toContain(words);
    }
  });
});

/** Files that the documents show, and those who follow them have. */
const SHOWN: readonly (readonly [file: string, document: string, marker: string])[] = [
  ['my-design.ts', 'README.md', 'example: my-design.ts'],
  ['npages.ts', 'docs/tour.md', 'example: npages.ts'],
  ['fencepost.trace', 'docs/tour.md', 'example: fencepost.trace'],
  ['my.trace', 'docs/tour.md', 'example: fencepost.trace'],
];

describe.sequential('run here', () => {
  symlinkSync(join(root, 'corpus'), join(folder.path, 'corpus'));

  test.each(RUN)('%s', (command, status, says) => {
    // Not before: init makes one of them.
    for (const [file, document, marker] of SHOWN)
      if (command.includes(` ${file}`) || command.includes(` ./${file}`))
        folder.write(file, block(marker, read(document)));
    const line = `iovcheck() { "${process.execPath}" "${join(root, 'dist/cli/main.js')}" "$@"; }\n${command}`;
    const env = { ...process.env, CI: '', NO_COLOR: '1', FORCE_COLOR: '', GITHUB_ACTIONS: '' };
    const ended = spawnSync('sh', ['-c', line], { cwd: folder.path, encoding: 'utf8', env });
    expect([ended.status, ended.stdout]).toEqual([status, expect.stringContaining(says)]);
  });
});
