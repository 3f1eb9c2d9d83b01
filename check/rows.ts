/**
 * From an image to its row of part numbers, and the row's hash: written out for the widths
 * of one world. Loops over two or three words cost more than what they do.
 */
import { FACTORS, mix } from './hash.js';
import type { Parts } from './parts.js';

/**
 * Writes the row of the image at `images[at]` to `rows[to]` and returns its hash. Parts that the image has in common
 * with `from`, the image of the row at `known[row]`, have the numbers that stand there; where there is no such row,
 * `row` is negative.
 */
export type RowOf = (
  images: Int32Array,
  at: number,
  rows: Int32Array,
  to: number,
  from: Int32Array,
  known: Int32Array,
  row: number,
) => number;

const sumOf = (names: readonly string[], start: number): string =>
  names.reduce((sum, name, i) => `((${sum} + Math.imul(${name}, ${FACTORS[i]})) | 0)`, String(start));

function partCode(p: number, start: number, width: number): string {
  const words = Array.from({ length: width }, (_, i) => i);
  const names = words.map((i) => `a${start + i}`);
  const isSame = words.map((i) => `${names[i]} === from[${start + i}]`).join(' && ');
  const isFound = words.map((i) => `words[there + ${i}] === ${names[i]}`).join(' && ');
  return `
  ${words.map((i) => `const ${names[i]} = images[at + ${start + i}];`).join('\n  ')}
  let n${p} = 0;
  if (row >= 0 && ${isSame}) n${p} = known[row + ${p}];
  else {
    const { words, table } = p${p};
    const mask = table.length - 1;
    let slot = mix(${sumOf(names, width)}) & mask;
    for (;;) {
      const found = table[slot];
      if (found === 0) {
        n${p} = p${p}.add(images, at + ${start}, slot);
        break;
      }
      const there = (found - 1) * ${width};
      if (${isFound}) {
        n${p} = found - 1;
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  rows[to + ${p}] = n${p};`;
}

/** `starts`: the first word of each part in an image. */
export function makeRowOf(parts: readonly Parts[], starts: readonly number[]): RowOf {
  const names = parts.map((_, p) => `p${p}`);
  const code = parts.map(({ width }, p) => partCode(p, starts[p], width)).join('\n');
  const sum = sumOf(
    parts.map((_, p) => `n${p}`),
    parts.length,
  );
  const body = `return (images, at, rows, to, from, known, row) => {${code}\n  return mix(${sum});\n};`;
  return new Function(...names, 'mix', body)(...parts, mix) as RowOf;
}
