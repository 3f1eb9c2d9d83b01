/** Text can be read: contrast as WCAG 2 has it, 4.5 to 1 for text and 3 to 1 for what is drawn. */
import { describe, expect, test } from 'vitest';
import type { Palette } from '#iov/reports/html/palette.js';
import { DARK, LIGHT } from '#iov/reports/html/palette.js';

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (hi + 0.05) / (lo + 0.05);
}

/** What is written on what. */
const TEXTS: readonly (readonly [keyof Palette, readonly (keyof Palette)[]])[] = [
  ['ink', ['ground', 'paper', 'accentPaper', 'badPaper', 'goodPaper']],
  ['dim', ['ground', 'paper', 'accentPaper', 'badPaper']],
  ['accent', ['ground', 'paper', 'accentPaper']],
  ['bad', ['ground', 'paper', 'badPaper', 'accentPaper']],
  ['good', ['ground', 'paper', 'goodPaper']],
];

/** What is drawn without a text. */
const SHAPES: readonly (readonly [keyof Palette, readonly (keyof Palette)[]])[] = [
  ['change', ['ground', 'paper', 'badPaper']],
  ['accent', ['paper', 'accentPaper']],
  ['dim', ['paper', 'ground']],
];

function faint(palette: Palette, pairs: typeof TEXTS, least: number): string[] {
  return pairs.flatMap(([on, grounds]) =>
    grounds.flatMap((ground) => {
      const ratio = contrast(palette[on], palette[ground]);
      return ratio >= least ? [] : [`${on} on ${ground}: ${ratio.toFixed(2)}`];
    }),
  );
}

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('%s', (_, palette) => {
  test('text stands out', () => expect(faint(palette, TEXTS, 4.5)).toEqual([]));
  test('lines and bars stand out', () => expect(faint(palette, SHAPES, 3)).toEqual([]));
});

test('a faint text is seen', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(faint({ ...LIGHT, dim: '#999999' }, TEXTS, 4.5)).toContain('dim on paper: 2.85');
});
