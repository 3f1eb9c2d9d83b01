/** The dashboard in a real browser: what it shows, that it changes while the campaign runs, and where a finding leads. */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { dashboardApp } from '#iov/cli/campaign-serve.js';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Folder, iovcheck } from './run.js';

const CHROMIUM = '/usr/bin/chromium';
const isAbsent = !existsSync(CHROMIUM);
if (isAbsent) process.stderr.write('the dashboard is not opened in a browser: apt-get install -y chromium\n');

const folder = new Folder();
const dir = join(folder.path, 'done');
const half = join(folder.path, 'half');
let lines: string[] = [];

const spec = {
  name: 'seen',
  designs: ['packet-2012', 'linux-3.3'],
  searches: [
    { engine: 'exhaustive', bounds: ['tiny'] },
    { engine: 'coverage', designs: ['packet-2012'], runs: 100 },
  ],
};

beforeAll(async () => {
  const file = folder.write('seen.json', JSON.stringify(spec));
  await iovcheck(['campaign', 'run', file, '--dir', dir, '--quiet']);
  lines = readFileSync(join(dir, 'jobs.ndjson'), 'utf8').split(/(?<=\n)/);
  mkdirSync(half);
  writeFileSync(join(half, 'jobs.ndjson'), lines.slice(0, 2).join(''));
}, 60_000);
afterAll(() => folder.remove());

/** `campaign serve` on a port that is free, and where it listens. */
async function serving(of: string): Promise<{ url: string; end(): Promise<number | null> }> {
  const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'campaign', 'serve', of, '--port', '0']);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim())));
  return {
    url,
    end() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

let browser: Browser;
const problems: string[] = [];

async function open(url: string, colorScheme: 'light' | 'dark' = 'light', width = 1280): Promise<Page> {
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(url);
  return page;
}

beforeAll(async () => {
  if (isAbsent) return;
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}, 60_000);
afterAll(async () => {
  if (isAbsent) return;
  await browser.close();
  expect(problems).toEqual([]);
});

describe.skipIf(isAbsent)('in a browser', () => {
  test('it changes as jobs are done', async () => {
    const server = await serving(half);
    const page = await open(server.url);
    await page.getByText('is running, or can go on').waitFor();
    expect(await page.locator('.cards b').first().textContent()).toBe('1');
    appendFileSync(join(half, 'jobs.ndjson'), lines.slice(2).join(''));
    await page.getByText('is done').waitFor();
    expect(await page.locator('.cards b').allTextContents()).toEqual([
      '3',
      '2',
      '1',
      expect.any(String),
      expect.any(String),
    ]);
    await page.close();
    expect(await server.end()).toBe(143);
  });

  test('a finding leads to its steps', async () => {
    const server = await serving(dir);
    const page = await open(server.url);
    await page.getByRole('link', { name: 'packet-boundaries at pwrite, in pipe_write()' }).click();
    await page
      .getByRole('link', { name: /packet-boundaries/ })
      .first()
      .click();
    await page.getByText('pwrite fd=wd size=1').first().waitFor();
    expect(page.url()).toMatch(/findings-1\.html/);
    await page.close();
    await server.end();
  });
});

describe.skipIf(isAbsent)('as files, in a browser', () => {
  test('it is the same, wide and narrow, light and dark, and asks nobody for anything', async () => {
    const { status } = await iovcheck(['campaign', 'report', dir]);
    expect(status).toBe(0);
    const url = pathToFileURL(join(dir, 'report', 'index.html')).href;
    const grounds: string[] = [];
    for (const scheme of ['light', 'dark'] as const) {
      const page = await open(url, scheme, 400);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.reload();
      expect(asked).toEqual([url]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= 400')).toBe(true);
      grounds.push(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor'));
      expect(await page.getByRole('img').count()).toBe(3);
      await page.close();
    }
    expect(new Set(grounds).size).toBe(2);
    expect(folder.list('done/report')).toEqual(['findings-1.html', 'index.html']);
  });
});

describe('the server', () => {
  const app = dashboardApp(dir, () => true);
  const status = async (path: string, host = '127.0.0.1:1'): Promise<number> =>
    (await app.request(path, { headers: { host } })).status;

  test('answers for this machine only, and knows its pages', async () => {
    expect(await status('/')).toBe(200);
    expect(await status('/', 'localhost:7878')).toBe(200);
    expect(await status('/', 'elsewhere.example')).toBe(403);
    expect(await status('/findings-2.html')).toBe(404);
    expect(await status('/../jobs.ndjson')).toBe(404);
  });

  test('says where there is nothing to show', async () => {
    const { err, status: code } = await iovcheck(['campaign', 'serve', folder.path]);
    expect(code).toBe(2);
    expect(err).toContain('no campaign has begun here');
  });
});
