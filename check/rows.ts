/**
 * From an image to its row of part numbers, and the row's hash: written out for the widths
 * of one world. Loops over two or three words cost more than what they do.
 */
import { FACTORS, mix } from './hash.js';
import type { Parts } from './parts.js';

/** Writes the row of the image at `images[at]` to `rows[to]` and returns its hash. */
export type RowOf = (images: Int32Array, at: number, rows: Int32Array, to: number) => number;

/**
 * The same in three steps, for many images at once, so that cache misses overlap. The first writes to `rows[to]` the numbers
 * of those parts that the image has in common with `from`, the image of the row at `known[row]`, and a negative number with
 * the hash of each other part; false where there is no other.
 */
export type BeginRow = (
  images: Int32Array,
  at: number,
  rows: Int32Array,
  to: number,
  from: Int32Array,
  known: Int32Array,
  row: number,
) => boolean;

/** The second loads what the third will look at, for `count` rows but those with a twin before them; returns what has no meaning. */
export type TouchRows = (rows: Int32Array, twin: Int32Array, count: number) => number;

/** The third finishes what stands at `rows[to]`, and returns the hash. */
export type EndRow = RowOf;

export interface RowMaker {
  readonly rowOf: RowOf;
  readonly begin: BeginRow;
  readonly touch: TouchRows;
  readonly end: EndRow;
}

const sumOf = (names: readonly string[], start: number): string =>
  names.reduce((sum, name, i) => `((${sum} + Math.imul(${name}, ${FACTORS[i]})) | 0)`, String(start));

/** The words of a part in an image. */
interface Cut {
  readonly p: number;
  readonly start: number;
  readonly width: number;
}

const words = ({ width }: Cut): number[] => Array.from({ length: width }, (_, i) => i);
const nameOf = ({ start }: Cut, i: number): string => `a${start + i}`;

const loadCode = (cut: Cut): string =>
  words(cut)
    .map((i) => `const ${nameOf(cut, i)} = images[at + ${cut.start + i}];`)
    .join('\n');

const hashCode = (cut: Cut): string =>
  `~(mix(${sumOf(
    words(cut).map((i) => nameOf(cut, i)),
    cut.width,
  )}) & 0x7fffffff)`;

function beginCode(cut: Cut): string {
  const { p, start } = cut;
  const isSame = words(cut)
    .map((i) => `${nameOf(cut, i)} === from[${start + i}]`)
    .join(' && ');
  return `
  ${loadCode(cut)}
  if (${isSame}) rows[to + ${p}] = known[row + ${p}];
  else {
    rows[to + ${p}] = ${hashCode(cut)};
    isOther = true;
  }`;
}

/** A line for each part that is not numbered yet, of each row. */
function touchCode(cuts: readonly Cut[], line: (p: number) => string): string {
  return `for (let i = 0; i < count; i++) {
    if (twin[i] !== i) continue;
    const to = i * ${cuts.length};
    ${cuts.map(({ p }) => `{ const v = rows[to + ${p}]; if (v < 0) { ${line(p)} } }`).join('\n')}
  }`;
}

function endCode(cut: Cut): string {
  const { p, start, width } = cut;
  const isFound = words(cut)
    .map((i) => `words[there + ${i}] === images[at + ${start + i}]`)
    .join(' && ');
  return `
  let n${p} = rows[to + ${p}];
  if (n${p} < 0) {
    const { words, table } = p${p};
    const mask = table.length - 1;
    let slot = ~n${p} & mask;
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
    rows[to + ${p}] = n${p};
  }`;
}

/** `starts`: the first word of each part in an image. */
export function makeRows(parts: readonly Parts[], starts: readonly number[]): RowMaker {
  const cuts = parts.map(({ width }, p): Cut => ({ p, start: starts[p], width }));
  const names = cuts.map(({ p }) => `p${p}`);
  const make = (params: string, body: string): unknown =>
    new Function(...names, 'mix', `return (${params}) => {${body}\n};\n//# sourceURL=rows`)(...parts, mix);
  const slot = (p: number): string => `t${p}[~v & m${p}]`;
  const columns = cuts.map(({ p }) => `const t${p} = p${p}.table, w${p} = p${p}.words, m${p} = t${p}.length - 1;`);
  const sum = sumOf(
    cuts.map(({ p }) => `n${p}`),
    cuts.length,
  );
  const hashes = cuts.map((cut) => `${loadCode(cut)}\nrows[to + ${cut.p}] = ${hashCode(cut)};`).join('\n');
  const end = `${cuts.map(endCode).join('\n')}\n  return mix(${sum});`;
  const begin = `let isOther = false;${cuts.map(beginCode).join('\n')}\n  return isOther;`;
  const touch = `${columns.join('\n')}
  let x = 0;
  ${touchCode(cuts, (p) => `x ^= ${slot(p)};`)}
  ${touchCode(cuts, (p) => `const f = ${slot(p)}; if (f !== 0) x ^= w${p}[(f - 1) * ${cuts[p].width}];`)}
  return x;`;
  return {
    rowOf: make('images, at, rows, to', `${hashes}\n${end}`) as RowOf,
    begin: make('images, at, rows, to, from, known, row', begin) as BeginRow,
    touch: make('rows, twin, count', touch) as TouchRows,
    end: make('images, at, rows, to', end) as EndRow,
  };
}
