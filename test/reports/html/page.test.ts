/** The page as a file: one, with everything in it, the same for the same data, whatever its texts say. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { defineDesign } from '#iov/model/design.js';
import { pageFiles, pageText } from '#iov/reports/html/page.js';
import { resolveOps } from '#iov/harness/trace.js';
import { replay } from '#iov/harness/replay.js';
import { designNamed } from '../../harness/walk.js';
import { DMA, MERGE, QUIET } from './cases.js';
import { pageDataOf, runnerFor } from './made.js';

const HOSTILE = `</script><script>alert(1)</script><!-- " ' & <img src=x onerror=alert(2)>`;

const hostile = defineDesign({
  id: 'hostile',
  title: HOSTILE,
  source: [{ tree: HOSTILE, file: 'a.c', symbol: 'b' }],
  base: designNamed('packet-2012'),
});

describe('the page', () => {
  test('is the same for the same data, to the byte', async () => {
    const [a, b] = await Promise.all([pageFiles(pageDataOf(MERGE, QUIET)), pageFiles(pageDataOf(MERGE, QUIET))]);
    expect(a).toEqual(b);
  });

  test('asks for nothing from outside, and runs one script', async () => {
    const html = await pageText(pageDataOf(MERGE));
    expect(/<(link|img|iframe|object|embed)\b|\bsrc=|@import|url\(/.exec(html)).toBeNull();
    const [, script] = /<script>([\s\S]*?)<\/script>\n<\/body>/.exec(html) ?? [];
    const hash = createHash('sha256').update(script).digest('base64');
    const wanted = [`script-src 'sha256-${hash}'`, "default-src 'none'", 'The MIT License'];
    expect(wanted.filter((text) => !html.includes(text))).toEqual([]);
  });

  test('takes no text for markup', async () => {
    const html = await pageText(pageDataOf({ ...MERGE, design: hostile }));
    expect(['<script>alert', '<img'].filter((text) => html.includes(text))).toEqual([]);
    expect(html.match(/<script/g)).toHaveLength(2);
    const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/.exec(html) ?? [];
    expect(JSON.parse(json)).toMatchObject({ results: [{ title: HOSTILE }] });
  });

  test('says without its script what the text report says', async () => {
    const html = await pageText(pageDataOf(DMA));
    const said = html
      .replaceAll(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ');
    const wanted = [
      'source-data-is-the-callers',
      "The device reads the child's data of step 6",
      'include/linux/mm.h gup_must_unshare (6.1)',
      'iovcheck check extract-rfc-2022 --scenario fork-dma',
      '12 states, 34 edges',
      'races under a lock',
      'cow mapcount',
      ...DMA.ops,
    ];
    expect(wanted.filter((text) => !said.includes(text))).toEqual([]);
  });

  test('of what broke nothing has bounds, proof and calls', async () => {
    const html = await pageText(pageDataOf(QUIET));
    const wanted = ['✓ exhausted', 'PAGE_SIZE, in bytes', 'What it does not mean', '> 0: 12, -EAGAIN: 3'];
    expect(wanted.filter((text) => !html.includes(text))).toEqual([]);
  });
});

describe('pictures', () => {
  test('are one a step, in a folder a violation', async () => {
    const files = (await pageFiles(pageDataOf(MERGE))).map(({ file }) => file);
    expect(files).toEqual([
      'index.html',
      ...['00', '01', '02'].map((n) => `packet-2012.packet.packet-boundaries/step-${n}.svg`),
    ]);
  });

  test('say the call, the values of the replay, and what broke', async () => {
    const svg = (await pageFiles(pageDataOf(MERGE))).at(-1)?.text ?? '';
    const runner = runnerFor(MERGE);
    const { ops } = MERGE;
    const list = resolveOps(runner, { design: 'x', scenario: 'packet', bounds: runner.w.bounds, ops }, 'x');
    const [, last] = replay(runner, list).steps;
    const wanted = [ops[1], last.found[0].explanation.split(';')[0], `>${runner.k.pipe.bufs[0].len}<`, '✗ here'];
    expect(wanted.filter((text) => !svg.includes(text))).toEqual([]);
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
    expect(svg).not.toContain('var(--');
  });
});
