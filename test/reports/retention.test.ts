/** The committed table of references and pins is what the designs do now. */
import { readFileSync } from 'node:fs';
import { retentionText } from '#iov/reports/retention.js';
import { expect, test } from 'vitest';

const rows = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('| '));

test('reports/published/retention.md is up to date (npm run tables)', () => {
  const published = readFileSync(new URL('../../reports/published/retention.md', import.meta.url), 'utf8');
  expect(published).toBe(retentionText());
});

test('a source of the 2022 patch is referenced, of 6.12 pinned; get_pages2 always references', () => {
  const text = retentionText();
  const section = (head: string): string[] => rows(text.split(`## ${head}\n`)[1].split('\n## ')[0]);
  const source = section('iov_iter_extract_pages: ubuf, source (WRITE)');
  expect(source).toContain('| extract-rfc-2022 | 6 of 6 | 2 | 1 reference | FOLL_GET | 6 | get |');
  expect(source).toContain('| linux-6.12 | 6 of 6 | 2 | 1 pin | will pin | 6 | pin |');
  for (const row of section('iov_iter_get_pages2: ubuf, source (WRITE)').slice(1)) {
    expect(row).toMatch(/\| 1 reference \|/);
  }
});
