/**
 * The table of references and pins: for each design, flavour and direction, what a call that
 * takes pages does to them, what it returns and how far the iterator moves, beside what the
 * document promises. Written by `npm run tables`, and held to the committed file by a test.
 */
import { DEFAULT_BOUNDS } from '../model/bounds.js';
import type { Retentions } from '../model/contract.js';
import type { Design } from '../model/design.js';
import { DESIGNS } from '../model/designs/designs.js';
import { formatReturn } from '../model/errno.js';
import type { FunctionName } from '../model/functions.js';
import { positionOf } from '../model/flat.js';
import type { Vec } from '../model/kernel.js';
import * as K from '../model/kernel.js';
import { flavourName, makeVecs } from '../model/vecs.js';

/** Two pages of user, driver's and file memory; a buffer of a page and a half from byte 2 on. */
const BOUNDS = { ...DEFAULT_BOUNDS, page: 4, ring: 2, files: 2, vpages: 2, lengths: 'all' as const };
const START = 2;
const BYTES = 6;

type Call = 'iovIterExtractPages' | 'iovIterGetPages';

const CALL_NAMES: Readonly<Record<Call, string>> = {
  iovIterExtractPages: 'iov_iter_extract_pages',
  iovIterGetPages: 'iov_iter_get_pages2',
};

interface Row {
  readonly flavour: number;
  readonly direction: number;
  readonly make: FunctionName;
  /** Entry of the contract. */
  readonly promise: keyof Retentions;
}

const BOTH = [K.READ, K.WRITE];
const rows = (flavour: number, make: FunctionName, promise?: keyof Retentions): Row[] =>
  BOTH.map((direction) => ({
    flavour,
    direction,
    make,
    promise: promise ?? (direction === K.READ ? 'destination' : 'source'),
  }));

const ROWS: readonly Row[] = [
  ...rows(K.ITER_IOVEC, 'iovIterInit'),
  ...rows(K.ITER_UBUF, 'iovIterUbuf'),
  ...rows(K.ITER_KVEC, 'iovIterKvec', 'kvec'),
  ...rows(K.ITER_BVEC, 'iovIterBvec', 'bvec'),
  ...rows(K.ITER_XARRAY, 'iovIterXarray', 'xarray'),
  ...rows(K.ITER_FOLIOQ, 'iovIterFolioQueue', 'folioq'),
  { flavour: K.ITER_PIPE, direction: K.READ, make: 'iovIterPipe', promise: 'pipe' },
  { flavour: K.ITER_DISCARD, direction: K.READ, make: 'iovIterDiscard', promise: 'discard' },
];

/** The buffer of a page and a half, in this flavour; folios begin at their start. */
function vecOf(k: K.Kernel, flavour: number): Vec | undefined {
  const want = `${START}+${BYTES}`;
  return k.vecs.find((vec) => {
    if (vec.flavour !== flavour) return false;
    if (flavour === K.ITER_XARRAY) return vec.text === `xarray:F0F1@1`;
    if (flavour === K.ITER_FOLIOQ || flavour === K.ITER_DISCARD) return true;
    return vec.text === `${flavourName(flavour)}:[${want}]`;
  });
}

function makeIter(k: K.Kernel, row: Row): void {
  const { iter, fn } = k;
  const vec = vecOf(k, row.flavour);
  if (row.flavour === K.ITER_PIPE) fn.iovIterPipe(k, iter, K.ITER_PIPE, BYTES);
  else if (row.flavour === K.ITER_DISCARD) fn.iovIterDiscard(k, iter, row.direction, BYTES);
  else if (vec !== undefined) {
    const make = fn[row.make] as typeof fn.iovIterInit;
    make(k, iter, row.direction, vec, Math.min(BYTES, vec.bytes));
  }
}

/** `1 pin`, `1 reference`, `none`: what each listed page has more than before. */
function taken(k: K.Kernel, before: readonly number[], ret: number): string {
  const kinds = new Set(
    k.pages.flatMap((page, n) => {
      const more = page.refcount - before[n];
      // A page that a pipe has taken from the pool is the pipe's: one reference.
      const own = page.owner === '' && page.refcount > 0 ? 1 : 0;
      const isListed = k.pagesArray.some((listed, e) => k.isEntryWritten[e] && listed === page);
      if (!isListed) return more === 0 || own === more ? [] : [`${more} on a page that is not listed`];
      const kept = more - own;
      if (kept === 0) return ['none'];
      if (kept === k.bounds.bias) return ['1 pin'];
      return [kept === 1 ? '1 reference' : `${kept} references`];
    }),
  );
  return ret <= 0 && kinds.size === 0 ? '–' : [...kinds].join(' and ');
}

function moved(k: K.Kernel, countBefore: number): string {
  const bytes = countBefore - k.iter.count;
  const at = k.iter.vec === null ? bytes : positionOf(k, k.iter);
  return at === bytes ? `${bytes}` : `count by ${bytes}, position by ${at}`;
}

function modeOf(design: Design, k: K.Kernel): string {
  if (design.present.has('iovIterExtractMode')) {
    return ['0', 'FOLL_GET', 'FOLL_PIN'][k.fn.iovIterExtractMode(k, k.iter)] ?? '?';
  }
  if (!design.present.has('iovIterExtractWillPin')) return '–';
  return k.fn.iovIterExtractWillPin(k, k.iter) ? 'will pin' : 'will not pin';
}

function measure(design: Design, call: Call, row: Row): string[] | undefined {
  if (!design.present.has(row.make)) return undefined;
  const k = new K.Kernel(BOUNDS, design.functions, { pipe: true, memory: 'fixed', mms: 1 });
  k.vecs = makeVecs(k);
  makeIter(k, row);
  const before = k.pages.map((page) => page.refcount);
  const countBefore = k.iter.count;
  const mode = call === 'iovIterExtractPages' ? modeOf(design, k) : '–';
  k.pagesArrayMax = 4;
  k.isEntryWritten.fill(false);
  let ret = 0;
  try {
    ret = k.fn[call](k, k.iter, countBefore, 4);
  } catch (error) {
    if (error !== K.OOPS) throw error;
    return [design.id, 'BUG', '', '', mode, ''];
  }
  const pages = k.isEntryWritten.filter((is) => is).length;
  const promise = call === 'iovIterExtractPages' ? (design.contract.extract?.[row.promise] ?? '–') : '–';
  return [
    design.id,
    ret < 0 ? formatReturn(ret) : `${ret} of ${countBefore}`,
    String(pages),
    taken(k, before, ret),
    mode,
    moved(k, countBefore),
    promise,
  ];
}

const HEADS = ['design', 'returns', 'pages', 'held, a page', 'mode', 'moves by', 'promised'];

function section(call: Call, row: Row): string[] {
  const lines = DESIGNS.filter((design) => design.scenarios.includes('extract') && design.present.has(call))
    .map((design) => measure(design, call, row))
    .filter((cells) => cells !== undefined);
  if (lines.length === 0) return [];
  const way = row.direction === K.READ ? 'destination (READ)' : 'source (WRITE)';
  return [
    `## ${CALL_NAMES[call]}: ${flavourName(row.flavour)}, ${way}`,
    '',
    `| ${HEADS.join(' | ')} |`,
    `|${HEADS.map(() => '---').join('|')}|`,
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ];
}

/** The whole file. */
export function retentionText(): string {
  const calls: Call[] = ['iovIterExtractPages', 'iovIterGetPages'];
  const parts = calls.flatMap((call) => ROWS.flatMap((row) => section(call, row)));
  return `${[
    '# References and pins',
    '',
    'What a call that takes pages does to them, by flavour and direction: a buffer of one and a half pages that begins inside a page (xarray: at byte 1; folio_queue: at the start of a folio), asked for whole, with a caller\'s array of four entries. "Promised" is what the document or the kernel-doc of the design says; where it says "refused", -EFAULT is right. Written by `npm run tables`.',
    '',
    ...parts,
  ]
    .join('\n')
    .trimEnd()}\n`;
}
