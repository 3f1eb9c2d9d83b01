/**
 * Tries the package as somebody new to it would: packs it, installs it into an empty folder, and runs what README.md
 * says under "From an empty folder", line by line; then opens the report in a browser, and type-checks what a project
 * imports. Says what it left out where there is no registry or no Chromium.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'iovcheck-newcomer-'));
const project = join(folder, 'empty');
mkdirSync(project);

/** @param {string} text */
const say = (text) => process.stdout.write(`newcomer: ${text}\n`);

/** @param {unknown} isSo @param {string} what */
function need(isSo, what) {
  if (!isSo) throw new Error(what);
}

/** The block of README.md under a marker. @param {string} marker */
function block(marker) {
  const [, after = ''] = readFileSync(join(root, 'README.md'), 'utf8').split(`<!-- ${marker} -->`);
  const text = /```\w+\n([\s\S]*?)```/.exec(after)?.[1];
  if (text === undefined) throw new Error(`README.md has no block ${marker}`);
  return text;
}

/** @param {string} line */
function shell(line) {
  const start = performance.now();
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '' };
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: project, encoding: 'utf8', env });
  say(`${line}: exit ${status}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return { status, stdout, stderr };
}

/** What each line of the README has to come to, by a word of it. @type {readonly [word: string, status: number, out: RegExp][]} */
const EXPECTED = [
  ['iovcheck init', 0, /my-design\.ts/],
  ['iovcheck check', 1, /page-cache-written-only-by-writers/],
  ['iovcheck replay', 1, /broken: /],
  ['iovcheck report', 0, /^$/],
  ['node --test', 1, /page-cache-written-only-by-writers/],
];

/** @param {string} line */
function follow(line) {
  const [, status, pattern] = EXPECTED.find(([word]) => line.includes(word)) ?? [];
  if (pattern === undefined) throw new Error(`README.md says '${line}', and it is not known here what that comes to`);
  const ended = shell(line);
  need(ended.status === status, `${line}: exit ${ended.status}, not ${status}\n${ended.stdout}${ended.stderr}`);
  need(pattern.test(ended.stdout), `${line}: it does not say ${pattern}\n${ended.stdout}`);
  if (line.includes('mail.txt')) {
    const mail = readFileSync(join(project, 'mail.txt'), 'utf8');
    need(/^Subject: .*my-design/.test(mail) && mail.includes('reproduce:'), `${line}: it is no mail\n${mail}`);
  }
  // A newcomer reads that the file is to be changed, and changes it.
  if (line.includes('iovcheck init')) writeFileSync(join(project, 'my-design.ts'), block('example: my-design.ts'));
}

/** @param {string} module @param {string} resolution */
function typecheck(module, resolution) {
  const compilerOptions = {
    target: 'es2022',
    module,
    moduleResolution: resolution,
    strict: true,
    noEmit: true,
    types: [],
  };
  const files = ['my-design.ts', 'consumer.ts'];
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' });
  need(status === 0, `types, ${resolution}: ${stdout}`);
  say(`types are right: ${resolution}`);
}

const CONSUMER = `import { check, defineConfig, defineDesign, diff, linux61 } from 'iovcheck';
import type { CheckRun, Design, DiffRun } from 'iovcheck';
import { test } from 'iovcheck/vitest';
import { expect } from 'vitest';
import { design } from './my-design.js';

export const other: Design = defineDesign({ id: 'other', title: '', source: [], base: linux61 });
export const run: Promise<CheckRun> = check(other, { bounds: 'tiny', except: 'base' });
export const compared: Promise<DiffRun> = diff('linux-6.1', other, { first: true });
export default defineConfig({ designs: ['./my-design.ts'] });
test.design('a design', design, { scenario: 'pipe-iter' });
test('matchers', async () => {
  await expect(design).not.toSatisfyInvariants({ bounds: 'tiny' });
  await expect(design).toHaveNoCounterexample();
  await expect(design).toDifferFrom(linux61, { scenario: 'pipe-iter' });
  await expect(other).not.toDifferFrom('linux-6.1');
});
`;

async function browse() {
  const chromium = (process.env.PATH ?? '')
    .split(delimiter)
    .map((dir) => join(dir, 'chromium'))
    .find(existsSync);
  if (chromium === undefined) {
    say('left out: the report in a browser; apt-get install -y chromium');
    return;
  }
  const { chromium: playwright } = await import('playwright-core');
  const browser = await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(project, 'report/index.html')).href);
    need(
      (await page.textContent('body'))?.includes('page-cache-written-only-by-writers'),
      'the report does not show the rule',
    );
    say('the report opens in a browser');
  } finally {
    await browser.close();
  }
}

/** @param {string} line What the README installs comes from here. */
function install(line) {
  const packed = execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const tarball = join(folder, packed.trim().split('\n').at(-1) ?? '');
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n');
  const ended = shell(line.replace(/\biovcheck$/, tarball).replace('npm install', 'npm install --no-audit --no-fund'));
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/.test(ended.stderr)) return false;
  need(ended.status === 0, `npm install: ${ended.stderr}`);
  return true;
}

try {
  const [first, ...lines] = block('newcomer')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter(Boolean);
  if (!install(first)) {
    say('skipped: no registry can be reached, and the package needs its dependencies');
  } else {
    for (const line of lines) follow(line);
    need(
      readdirSync(join(project, 'out')).some((name) => name.endsWith('.trace')),
      'no trace was written',
    );
    await browse();
    symlinkSync(join(root, 'node_modules/vitest'), join(project, 'node_modules/vitest'));
    writeFileSync(join(project, 'consumer.ts'), CONSUMER);
    typecheck('nodenext', 'nodenext');
    typecheck('esnext', 'bundler');
    say('all that README.md says to a newcomer is so');
  }
} catch (error) {
  process.stderr.write(`newcomer: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
