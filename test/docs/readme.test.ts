/** What the documents say can be done can be done: commands, links, names, and the examples themselves. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ClassFound } from '#iov/check/explore.js';
import { Explorer } from '#iov/check/explore.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import { parseTrace } from '#iov/harness/trace.js';
import { INVARIANTS } from '#iov/invariants/invariants.js';
import type { Design } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { play } from './play.js';

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const read = (path: string): string => readFileSync(at(path), 'utf8');

const DOCUMENTS = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'model/README.md',
  'docs/glossary.md',
  'docs/tour.md',
  'docs/findings.md',
  'docs/coverage-of-seeds.md',
  'docs/conformance.md',
  'docs/scale.md',
  'corpus/README.md',
  'examples/packet-pipes/README.md',
  ...readdirSync(at('docs/adr')).map((name) => `docs/adr/${name}`),
];

/** Lines of the fenced blocks of a shell, without comments. */
function shellLines(text: string): string[] {
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block.split('\n').map((line) => line.replace(/\s+#.*$/, '').trim()),
  );
}

/** What stands between backticks on one line, fenced blocks aside. */
function codeSpans(text: string): string[] {
  return [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(([, code]) => code);
}

/** The block under the marker `<!-- example: name -->`. */
function example(path: string, name: string): string {
  const [, after] = read(path).split(`<!-- example: ${name} -->`);
  const block = /```\w+\n([\s\S]*?)```/.exec(after ?? '')?.[1];
  if (block === undefined) throw new Error(`${path} has no example ${name}`);
  return block;
}

function iovcheck(...args: string[]): string {
  return execFileSync(process.execPath, [fileURLToPath(at('dist/cli/main.js')), ...args], { encoding: 'utf8' });
}

/** What it prints, whatever it exits with. */
function printed(args: readonly string[]): string {
  const quiet = ['explain', 'repro'].includes(args[0]) ? [] : ['--quiet'];
  const { stdout } = spawnSync(process.execPath, [fileURLToPath(at('dist/cli/main.js')), ...args, ...quiet], {
    encoding: 'utf8',
  });
  return stdout;
}

describe('commands', () => {
  const commands = DOCUMENTS.flatMap((path) => [...shellLines(read(path)), ...codeSpans(read(path))]);
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

  test('of npm are scripts of the package', () => {
    const named = commands.flatMap((line) => [...line.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('and every script of a contributor is in CONTRIBUTING.md', () => {
    const hidden = new Set(['prepack']);
    const text = read('CONTRIBUTING.md');
    const isNamed = (name: string): boolean => text.includes(name === 'test' ? '`npm test`' : `\`npm run ${name}\``);
    expect(Object.keys(scripts).filter((name) => !hidden.has(name) && !isNamed(name))).toEqual([]);
  });

  test('of iovcheck, and their options, are known to it', () => {
    const lines = commands.filter((line) => line.startsWith('iovcheck '));
    const names = new Set(lines.map((line) => line.split(' ')[1]));
    expect([...names].sort()).toEqual([
      'bisect',
      'campaign',
      'check',
      'corpus',
      'diff',
      'doctor',
      'explain',
      'fuzz',
      'init',
      'list',
      'minimize',
      'overflow',
      'replay',
      'report',
      'repro',
      'verify',
    ]);
    const help = iovcheck('--help');
    for (const name of names) expect(help).toContain(name);
    const options = new Set(
      commands.flatMap((line) => (/^np[mx] /.test(line) ? [] : (line.match(/--[a-z][\w-]*/g) ?? []))),
    );
    const ofCorpus = ['merge', 'minimize', 'replay', 'import'].map((name) => iovcheck('corpus', name, '--help'));
    const ofCampaign = ['run', 'worker', 'serve', 'report'].map((name) => iovcheck('campaign', name, '--help'));
    const known = [...[...names].map((name) => iovcheck(name, '--help')), ...ofCorpus, ...ofCampaign].join('\n');
    expect([...options].filter((option) => !known.includes(option))).toEqual([]);
  });

  test('have bounds that can be read', () => {
    const bounds = commands.flatMap((line) => /--bounds ([a-z][\w=,]*)/.exec(line)?.[1] ?? []);
    expect(bounds.length).toBeGreaterThan(3);
    for (const text of bounds) expect(() => parseBounds(text.replace('=N', '=4'))).not.toThrow();
  });
});

describe('names', () => {
  test.each(DOCUMENTS)('of links in %s lead somewhere', (path) => {
    const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => link)
      .filter((link) => !/^https?:/.test(link));
    const missing = links.filter((link) => !existsSync(at(posix.join(posix.dirname(path), link.replace(/#.*/, '')))));
    expect(missing).toEqual([]);
  });

  test.each(DOCUMENTS)('of files in %s are those of files', (path) => {
    const files = codeSpans(read(path)).filter(
      (code) => /^[\w./-]+\.ts$/.test(code) && code.includes('/') && !code.startsWith('./'),
    );
    const exists = (file: string): boolean =>
      existsSync(at(file)) || existsSync(at(posix.join(posix.dirname(path), file)));
    expect(files.filter((file) => !exists(file))).toEqual([]);
  });

  test.each(DOCUMENTS)('with hyphens in %s are ids, or words of ours', (path) => {
    const known = new Set([
      ...INVARIANTS.map(({ id }) => id),
      ...DESIGNS.flatMap(({ id, fixes }) => [id, ...Object.keys(fixes ?? {})]),
      ...Object.keys(SCENARIOS),
      'budget-spent',
      '1-minimal',
    ]);
    const names = codeSpans(read(path)).filter((code) => /^[a-z0-9][a-z0-9.]*(-[a-z0-9.]+)+$/.test(code));
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('what README.md shows of a run', () => {
  const shown = [...read('README.md').matchAll(/<!-- output: iovcheck (.*) -->\s+```text\n([\s\S]*?)```/g)];
  const commands = [...new Set(shown.map(([, command]) => command))];

  test('is of some runs', () => {
    expect(commands).not.toEqual([]);
    expect(read('README.md').match(/<!-- output: iovcheck/g)).toHaveLength(shown.length);
  });

  test.each(commands)('iovcheck %s', (command) => {
    const text = printed(command.split(' '));
    for (const [, of, block] of shown) if (of === command) expect(text).toContain(block);
  });
});

describe('the examples', () => {
  /** A design file, run as JavaScript: the examples have no types in them. */
  async function designOf(path: string, name: string): Promise<Design> {
    const code = example(path, name).replace("'iovcheck'", JSON.stringify(at('dist/index.js').href));
    const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as { design: Design };
    return module.design;
  }

  function check(design: Design): readonly ClassFound[] {
    const runner = new Runner(design, parseBounds('tiny'), 'pipe-iter');
    const limits = { memoryBytes: 2 ** 31, steps: Number.POSITIVE_INFINITY, isOver: () => false };
    const result = new Explorer(runner, limits).run();
    expect(result.isExhausted).toBe(true);
    return result.classes;
  }

  test('my-design.ts of README.md is Dirty Pipe, after six calls', async () => {
    const found = check(await designOf('README.md', 'my-design.ts'));
    const dirty = found.find((c) => c.class.invariant === 'page-cache-written-only-by-writers');
    expect(dirty?.path).toHaveLength(6);
  });

  test('npages.ts of the tour repairs what it is to repair, and breaks nothing', async () => {
    const classes = (found: readonly ClassFound[]): string[] => found.map((c) => `${c.class.invariant} ${c.class.op}`);
    const base = DESIGNS.find(({ id }) => id === 'linux-4.10');
    if (base === undefined) throw new Error('linux-4.10 is gone');
    const before = classes(check(base));
    expect(before).toContain('queries-match-their-definition iov_iter_npages');
    const after = classes(check(await designOf('docs/tour.md', 'npages.ts')));
    expect(after).toEqual(before.filter((c) => c !== 'queries-match-their-definition iov_iter_npages'));
  });

  test('fencepost.trace of the tour does what the tour says', () => {
    const trace = parseTrace(example('docs/tour.md', 'fencepost.trace'), 'fencepost.trace');
    const design = DESIGNS.find(({ id }) => id === trace.design);
    if (design === undefined) throw new Error(`there is no design ${trace.design}`);
    const played = play(design, trace.scenario, 'tiny', trace.ops);
    expect(played.returns).toEqual(['0', '4', '0']);
    expect(played.broken).toContain(trace.violates?.invariant);
    expect(played.runner.k.pipe).toMatchObject({ curbuf: 0, nrbufs: 1 });
    expect(played.runner.k.fn.sanity(played.runner.k, played.runner.k.iter)).toBe(true);
  });
});
