/**
 * The page as it is looked at: in a headless Chromium, from a file, without a network. Run apart from
 * where it is absent: `apt-get install -y chromium`.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PageData, Run } from '#iov/reports/html/data.js';
import { pageFiles } from '#iov/reports/html/page.js';
import { defineDesign } from '#iov/model/design.js';
import { DMA, MERGE, QUIET } from './cases.js';
import { pageDataOf } from './made.js';

const program = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((dir) => join(dir, 'chromium'))
  .find((path) => existsSync(path));

const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];

const hostile = defineDesign({
  id: 'hostile',
  title: '</script><script>window.isHarmed = true</script><img src=x onerror="window.isHarmed = true">',
  source: [],
  base: MERGE.design,
});

const data: PageData = pageDataOf(DMA, QUIET, { ...MERGE, design: hostile });

/** What is asked of the network, and what the browser complains of. */
const trouble: string[] = [];
let browser: Browser | undefined;

let folder = '';
/** One window for all tests that ask for nothing special. */
let window: BrowserContext | undefined;
let pages: Page[] = [];

async function open(hash = '', options?: BrowserContextOptions): Promise<Page> {
  const context = options === undefined ? window : await browser?.newContext(options);
  if (context === undefined) throw new Error('the browser did not start');
  const page = await context.newPage();
  pages.push(page);
  page.on('console', (message) => trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) trouble.push(`asks for ${request.url()}`);
  });
  await page.goto(`${pathToFileURL(join(folder, 'index.html')).href}${hash}`);
  return page;
}

interface Shown {
  readonly at: string;
  /** Texts of the drawing, without the struck out ones. */
  readonly texts: readonly string[];
  readonly current: string;
}

function shown(page: Page): Promise<Shown> {
  return page.locator('section:visible').evaluate((section) => {
    const text = (selector: string): string => section.querySelector(selector)?.textContent ?? '';
    const texts = [...section.querySelectorAll('svg.state text:not(.old)')].map((e) => e.textContent ?? '');
    return { at: text('.at'), texts, current: text('.calls [aria-current=step] .n') };
  });
}

/** Every value that the state has at a step, to be found in the drawing. */
function wanted(run: Run, at: number): string[] {
  const { panels, pages: boxes } = run.steps[at].state;
  return [
    ...panels.flatMap(({ name, facts, rows }) => [
      name,
      ...facts.map(([, value]) => value.split(' ')[0]),
      ...rows.flatMap((row) => [row.name, ...row.cells.slice(0, 4)]),
    ]),
    ...boxes.flatMap(({ name, refcount, facts }) => [name, `refcount ${refcount}`, ...facts]),
  ].filter((text) => text !== '');
}

async function expectStep(page: Page, run: Run, at: number): Promise<void> {
  await expect.poll(async () => (await shown(page)).at).toBe(`step ${at} of ${run.steps.length - 1}`);
  const { texts, current } = await shown(page);
  expect(wanted(run, at).filter((text) => !texts.some((t) => t.startsWith(text)))).toEqual([]);
  expect(current).toBe(String(at));
}

/** A test that needs it. */
const look = test.skipIf(program === undefined);

describe(`in Chromium${program === undefined ? ' (skipped: it is absent; apt-get install -y chromium)' : ''}`, () => {
  beforeAll(async () => {
    if (program === undefined) return;
    folder = mkdtempSync(join(tmpdir(), 'iov-page-'));
    for (const { file, text } of await pageFiles(data))
      if (file === 'index.html') writeFileSync(join(folder, file), text);
    browser = await chromium.launch({ executablePath: program, args: ARGS });
    window = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  });
  afterAll(async () => {
    await browser?.close();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const page of pages) await page.close();
    pages = [];
    expect(trouble.splice(0)).toEqual([]);
  });

  const [dma] = data.results[0].violations;

  look('a run is stepped through by keys, each step with the state of the replay', async () => {
    const page = await open('#r1v1');
    const last = dma.run.steps.length - 1;
    await expectStep(page, dma.run, last);
    expect(await page.locator('section:visible .callout').first().textContent()).toContain(dma.explanation);
    await page.keyboard.press('Home');
    for (let at = 0; at <= last; at++) {
      await expectStep(page, dma.run, at);
      await page.keyboard.press('ArrowRight');
    }
    await page.keyboard.press('ArrowLeft');
    await expectStep(page, dma.run, last - 1);
    await expect.poll(() => page.url()).toMatch(new RegExp(`#r1v1-s${last - 1}$`));
    await page.keyboard.press('End');
    await expectStep(page, dma.run, last);
  });

  look('and by mouse, on the buttons and on the calls', async () => {
    const page = await open('#r1v1-s2');
    await expectStep(page, dma.run, 2);
    await page.getByRole('button', { name: 'next step' }).click();
    await expectStep(page, dma.run, 3);
    await page.getByRole('button', { name: 'first step' }).click();
    await expectStep(page, dma.run, 0);
    await page.locator('section:visible .calls button').nth(5).click();
    await expectStep(page, dma.run, 5);
    await page.getByRole('button', { name: 'as text' }).click();
    expect(await page.locator('section:visible pre.text').first().textContent()).toBe(
      dma.run.steps[5].state.text.join('\n'),
    );
  });

  look('a step is said aloud, and what it has changed is marked', async () => {
    const page = await open('#r1v1-s3');
    const said = page.locator('section:visible [aria-live=polite]');
    await expect.poll(() => said.textContent()).toContain('fork = 0');
    const bars = await page.locator('section:visible svg.state .changed title').allTextContents();
    expect(bars).toEqual(expect.arrayContaining(['was writable', 'was 1', 'new']));
  });

  look('j and k go from violation to violation, links and the address do as well', async () => {
    const page = await open();
    const title = page.locator('section:visible h2');
    await expect.poll(() => title.textContent()).toBe('extract-rfc-2022, fork-dma');
    await page.keyboard.press('j');
    await expect.poll(() => title.textContent()).toContain('source-data-is-the-callers');
    await page.keyboard.press('k');
    await expect.poll(() => title.textContent()).toBe('extract-rfc-2022, fork-dma');
    await page
      .getByRole('link', { name: /packet-boundaries/ })
      .first()
      .click();
    await expect.poll(() => title.textContent()).toContain('packet-boundaries');
    await expect.poll(() => page.locator('nav [aria-current=page] .id').textContent()).toContain('packet-boundaries');
    expect(await page.locator('section:visible svg.state .here').count()).toBe(1);
  });

  look('light and dark, by the system and by hand', async () => {
    const page = await open('', { colorScheme: 'dark' });
    const ground = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await ground();
    await page.keyboard.press('d');
    await expect.poll(ground).not.toBe(dark);
    const light = await ground();
    expect([dark, light]).toEqual(['rgb(18, 19, 23)', 'rgb(244, 244, 240)']);
    await page.reload();
    await expect.poll(ground).toBe(light);
  });

  look('? lists the keys, and Escape closes the list', async () => {
    const page = await open();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    // The page is drawn a moment after the key.
    await expect.poll(() => dialog.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.isVisible()).toBe(false);
  });

  look('a narrow screen has all of it, and nothing sticks out', async () => {
    const page = await open('#r1v1', { viewport: { width: 390, height: 800 } });
    await expectStep(page, dma.run, dma.run.steps.length - 1);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(390);
    await page.getByRole('button', { name: 'results' }).click();
    await expect.poll(() => page.getByRole('navigation', { name: 'results' }).isVisible()).toBe(true);
  });

  look('texts of a design are texts', async () => {
    const page = await open('#r3');
    expect(await page.locator('section:visible .lead').textContent()).toBe(hostile.title);
    expect(await page.evaluate(() => 'isHarmed' in globalThis)).toBe(false);
  });

  look('each picture and control has a name, ids are there once, and headings come in order', async () => {
    const page = await open('#r1v1');
    const nameless = await page.evaluate(() => {
      const name = (e: Element): string => e.getAttribute('aria-label') ?? e.textContent ?? '';
      return [...document.querySelectorAll('button, a, [role=img], figure, summary, dialog[aria-labelledby] h2')]
        .filter((e) => name(e).trim() === '')
        .map((e) => e.outerHTML.slice(0, 80));
    });
    expect(nameless).toEqual([]);
    const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(({ id }) => id));
    expect(ids).toEqual([...new Set(ids)]);
    const levels = await page.locator('section:visible :is(h2, h3)').evaluateAll((all) => all.map((e) => e.tagName));
    expect(levels[0]).toBe('H2');
    expect(levels.slice(1)).not.toContain('H2');
    expect(await page.locator('main').count()).toBe(1);
  });

  look('without scripts all of it can be read', async () => {
    const page = await open('', { javaScriptEnabled: false });
    const count = data.results.reduce((sum, { violations }) => sum + 1 + violations.length, 0);
    expect(await page.locator('section:visible').count()).toBe(count);
  });

  look('the pictures for documents are XML that draws', async () => {
    const page = await open();
    const svgs = (await pageFiles(data)).filter(({ file }) => file.endsWith('.svg')).map(({ text }) => text);
    const bad = await page.evaluate(
      (texts) =>
        texts.flatMap((text) => {
          const { documentElement: root } = new DOMParser().parseFromString(text, 'image/svg+xml');
          const error = root.querySelector('parsererror') ?? (root.tagName === 'svg' ? null : root);
          return error === null ? [] : [error.textContent?.slice(0, 200)];
        }),
      svgs,
    );
    expect(svgs.length).toBeGreaterThan(10);
    expect(bad).toEqual([]);
  });
});
