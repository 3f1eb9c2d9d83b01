/** The picture in the README is the one that a report has. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pageFiles } from '#iov/reports/html/page.js';
import { DMA } from '../reports/html/cases.js';
import { pageDataOf } from '../reports/html/made.js';

const path = 'docs/source-data-is-the-callers.svg';

test('docs/source-data-is-the-callers.svg; IOV_WRITE=1 writes it anew', async () => {
  const files = await pageFiles(pageDataOf(DMA));
  const svg = files.filter(({ file }) => file.endsWith('.svg')).at(-1)?.text ?? '';
  if (process.env['IOV_WRITE'] === '1') writeFileSync(path, svg);
  expect(readFileSync(path, 'utf8')).toBe(svg);
});
