/** `iovcheck list designs|ops|invariants|scenarios|oracles`: what there is, in tables. */
import { INVARIANTS } from '../invariants/invariants.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { ArgSpec, OpSpec } from '../model/op.js';
import { OPS } from '../model/ops/ops.js';
import { SCENARIOS } from '../model/scenario.js';
import type { ListName } from './help.js';
import { oracles } from './oracles.js';

/** Columns as wide as they need to be; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, c) => (c === row.length - 1 ? cell : cell.padEnd(widths[c])))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

const orDash = (words: readonly string[]): string => (words.length === 0 ? '-' : words.join(', '));

function designs(): string[][] {
  const rows = DESIGNS.map((d) => [
    d.id,
    d.base?.id ?? '-',
    orDash(d.scenarios),
    d.title,
    orDash(Object.keys(d.fixes ?? {})),
  ]);
  return [['DESIGN', 'BASE', 'SCENARIOS', 'TITLE', 'FIXES'], ...rows];
}

/** `at:0`, `at:1`, ... `at:9` as `at:0..9`. */
function inRanges(names: readonly string[]): string {
  const out: { stem: string; first: string; last: string }[] = [];
  for (const name of names) {
    const [, stem, digits] = /^(.*?)(\d*)$/.exec(name) as RegExpExecArray;
    const range = out.at(-1);
    const isNext =
      range !== undefined && range.stem === stem && digits !== '' && Number(range.last) + 1 === Number(digits);
    if (isNext) range.last = digits;
    else out.push({ stem, first: digits, last: digits });
  }
  return out.map(({ stem, first, last }) => `${stem}${first}${first === last ? '' : `..${last}`}`).join(',');
}

function argText(arg: ArgSpec): string {
  // Names that differ by bounds are found out by a check; they would be many.
  const name = typeof arg.names === 'object' ? `${arg.name}=${inRanges(Object.values(arg.names))}` : arg.name;
  return arg.omit === undefined ? name : `[${name}]`;
}

function ops(): string[][] {
  const rows = OPS.map((op: OpSpec) => [op.name, op.help, op.args.map(argText).join(' ') || '-']);
  return [['OP', 'WHAT IT DOES', 'ARGUMENTS'], ...rows];
}

function invariants(): string[][] {
  return [
    ['INVARIANT', 'SEVERITY', 'WHEN', 'STATEMENT'],
    ...INVARIANTS.map((i) => [i.id, i.severity, i.when, i.statement]),
  ];
}

function scenarios(): string[][] {
  const of = (name: string): string =>
    orDash(DESIGNS.filter((d) => d.scenarios.some((s) => s === name)).map(({ id }) => id));
  return [
    ['SCENARIO', 'TITLE', 'DESIGNS THAT LIST IT'],
    ...Object.values(SCENARIOS).map((s) => [s.name, s.title, of(s.name)]),
  ];
}

const ROWS: Readonly<Record<ListName, () => string[][]>> = { designs, ops, invariants, scenarios, oracles };

export function list(name: ListName): string {
  return table(ROWS[name]());
}
