/** Which calls are made, on which iterators, with which numbers: around 2^31, 2^32, 2^43 (2^31 pages), 2^63 and 2^64. */
import { known } from './known.js';
import type { Flavour, Iter, Seg } from './place.js';
import { FLAVOURS, iterText, MAX_RW_COUNT, PAGE, sizeText } from './place.js';
import type { Answer, Rule } from './rules.js';
import * as rules from './rules.js';

export interface Question {
  /** The C name. */
  readonly call: string;
  readonly iter: Iter;
  readonly args: readonly bigint[];
  /** User memory is not there. */
  readonly faults: boolean;
  readonly expected: Answer;
  /** What untouched kernels answer instead, and the entry of docs/findings.md that says so. */
  readonly known?: { readonly answer: Answer; readonly finding: string };
}

interface Call {
  /** In the order of c/wide.c. */
  readonly name: string;
  readonly args: readonly string[];
  readonly rule: Rule;
  /** Those that a correct caller has. */
  readonly flavours: readonly Flavour[];
  readonly numbers: (iter: Iter) => readonly (readonly bigint[])[];
  readonly fits?: (iter: Iter) => boolean;
  readonly faults?: boolean;
}

const ALL = FLAVOURS;
const VECTORS: readonly Flavour[] = ['ubuf', 'iovec', 'kvec', 'bvec'];
const COPIED: readonly Flavour[] = [...VECTORS, 'discard', 'folioq'];
const TOP = 2n ** 64n - 1n;
const NONE = (): readonly (readonly bigint[])[] => [[]];

/** What goes page by page takes too long where it is longer. */
const isShort = ({ flavour, skip, count }: Iter): boolean =>
  !['bvec', 'folioq'].includes(flavour) || (count <= 2n ** 33n && skip <= 7n);
const isWithin = ({ flavour, segs, skip }: Iter): boolean => flavour !== 'xarray' || segs[0].base + skip < 8n * PAGE;
const isFresh = ({ skip }: Iter): boolean => skip === 0n;

const amounts = ({ count }: Iter): readonly (readonly bigint[])[] =>
  [...new Set([1n, 2n ** 31n, 2n ** 32n + 5n, count, TOP])].map((n) => [n]);
const room = (iter: Iter): readonly (readonly bigint[])[] =>
  amounts(iter).flatMap(([n]) => [16n, 2n ** 32n - 1n].map((pages) => [n, pages]));
const back = ({ skip }: Iter): readonly (readonly bigint[])[] =>
  [1n, skip, MAX_RW_COUNT, MAX_RW_COUNT + 1n, 2n ** 31n, 2n ** 32n + 1n, TOP]
    .filter((n) => n > 0n && (n <= skip || n > MAX_RW_COUNT))
    .map((n) => [n]);
const ranges = (): readonly (readonly bigint[])[] => [
  [0n, 2n ** 31n],
  [0n, 2n ** 32n + 5n],
  [2n ** 32n + 1n, 4097n],
  [2n ** 33n, 1n],
  [2n ** 63n, 2n ** 63n + 5n],
  [TOP, 2n],
  [5n, TOP],
];

const CALLS: readonly Call[] = [
  { name: 'iov_iter_advance', args: ['bytes'], rule: rules.advance, flavours: ALL, numbers: amounts },
  { name: 'iov_iter_revert', args: ['bytes'], rule: rules.revert, flavours: ALL, numbers: back },
  { name: 'iov_iter_truncate', args: ['count'], rule: rules.truncate, flavours: ALL, numbers: amounts },
  {
    name: 'iov_iter_npages',
    args: ['maxpages'],
    rule: rules.npages,
    flavours: ALL,
    numbers: () => [[16n], [2n ** 31n - 1n]],
  },
  { name: 'iov_iter_alignment', args: [], rule: rules.alignment, flavours: ALL, numbers: NONE },
  {
    name: 'iov_iter_gap_alignment',
    args: [],
    rule: rules.gapAlignment,
    flavours: ['ubuf', 'iovec'],
    numbers: NONE,
    fits: isFresh,
  },
  {
    name: 'iov_iter_single_seg_count',
    args: [],
    rule: rules.singleSegCount,
    flavours: ALL,
    numbers: NONE,
    fits: (iter) => iter.flavour !== 'folioq' || isFresh(iter),
  },
  {
    name: 'iov_iter_get_pages2',
    args: ['maxsize', 'maxpages'],
    rule: rules.getPages,
    flavours: ALL,
    numbers: room,
    fits: isWithin,
  },
  {
    name: 'iov_iter_extract_pages',
    args: ['maxsize', 'maxpages'],
    rule: rules.extractPages,
    flavours: ALL,
    numbers: room,
    fits: isWithin,
  },
  {
    name: '_copy_to_iter',
    args: ['bytes'],
    rule: rules.copy,
    flavours: COPIED,
    numbers: amounts,
    fits: isShort,
    faults: true,
  },
  {
    name: '_copy_from_iter',
    args: ['bytes'],
    rule: rules.copy,
    flavours: ['ubuf', 'iovec', 'kvec', 'bvec', 'folioq'],
    numbers: amounts,
    fits: isShort,
    faults: true,
  },
  {
    name: 'iov_iter_zero',
    args: ['bytes'],
    rule: rules.copy,
    flavours: COPIED,
    numbers: amounts,
    fits: isShort,
    faults: true,
  },
  { name: 'fault_in_iov_iter_readable', args: ['size'], rule: rules.faultIn, flavours: VECTORS, numbers: amounts },
  { name: 'fault_in_iov_iter_writeable', args: ['size'], rule: rules.faultIn, flavours: VECTORS, numbers: amounts },
  {
    name: 'copy_page_to_iter',
    args: ['offset', 'bytes'],
    rule: rules.copyPage,
    flavours: ['ubuf', 'kvec', 'discard'],
    numbers: ranges,
    fits: isFresh,
  },
  { name: 'import_iovec', args: [], rule: rules.importIovec, flavours: ['iovec'], numbers: NONE, fits: isFresh },
];

export const CALL_NAMES: readonly string[] = CALLS.map(({ name }) => name);

const SIZES = [MAX_RW_COUNT, 2n ** 31n, 2n ** 32n + 5n, 2n ** 43n, 2n ** 62n];
const ODD = 5n * PAGE + 5n;
const LONG = 2n ** 32n - 1n;

function vectorsOf(flavour: Flavour): Seg[][] {
  if (flavour === 'discard') return [...SIZES, 2n ** 63n, TOP].map((len) => [{ base: 0n, len }]);
  if (flavour === 'folioq') return SIZES.map((len) => [{ base: 0n, len }]);
  if (flavour === 'ubuf') return [...SIZES, 2n ** 63n - PAGE].map((len) => [{ base: ODD, len }]);
  if (flavour === 'xarray')
    return [5n, 2n ** 32n + 5n, 2n ** 45n].flatMap((base) => SIZES.map((len) => [{ base, len }]));
  if (flavour === 'bvec')
    return [
      [{ base: 5n, len: LONG }],
      [{ base: 4091n, len: 2n ** 31n }],
      [
        { base: 5n, len: LONG },
        { base: 0n, len: LONG - 2n },
      ],
    ];
  return SIZES.flatMap((len) => [
    [{ base: ODD, len }],
    [
      { base: ODD, len },
      { base: PAGE * 7n, len: 2n ** 31n + 3n },
    ],
  ]);
}

function itersOf(flavour: Flavour): Iter[] {
  return vectorsOf(flavour).flatMap((segs) => {
    const total = segs.reduce((sum, { len }) => sum + len, 0n);
    const skips = flavour === 'discard' ? [0n] : [0n, 7n, MAX_RW_COUNT - 1n, segs[0].len + 3n];
    return skips.filter((skip) => skip < total).map((skip) => ({ flavour, segs, skip, count: total - skip }));
  });
}

/** Vectors of a process, as readv() hands them over: lengths that no iterator has. */
const IMPORTED: readonly Iter[] = [
  [2n ** 63n - 1n],
  [2n ** 63n],
  [TOP],
  [2n ** 62n, 2n ** 62n, 2n ** 62n],
  [MAX_RW_COUNT, 1n],
  [2n ** 31n, 2n ** 63n - 1n],
  [1n, TOP],
  [2n ** 32n + 1n, 2n ** 32n + 1n],
].map((lens) => ({ flavour: 'iovec', segs: lens.map((len) => ({ base: PAGE, len })), skip: 0n, count: 0n }));

function complete(part: Partial<Answer>, { flavour, skip, count }: Iter): Answer {
  const whole = { ret: 0n, count, at: flavour === 'discard' ? 0n : skip, moved: 0n, warns: 0n, ...part };
  return { ...whole, ret: BigInt.asUintN(64, whole.ret) };
}

function questionsOf(call: Call): Question[] {
  const iters = call.flavours.flatMap(itersOf);
  const all = (call.name === 'import_iovec' ? [...iters, ...IMPORTED] : iters).filter(call.fits ?? (() => true));
  return all.flatMap((iter) =>
    call.numbers(iter).flatMap((args) =>
      (call.faults === true && iter.flavour === 'ubuf' ? [false, true] : [false]).map((faults) => {
        const expected = complete(call.rule(iter, args, faults), iter);
        const other = known(call.name, iter, args, faults);
        const question = { call: call.name, iter, args, faults, expected };
        if (other === undefined) return question;
        return { ...question, known: { answer: complete(other.answer, iter), finding: other.finding } };
      }),
    ),
  );
}

/** All that a tree is asked, by what it has. */
export function questions(has: (name: string) => boolean): Question[] {
  const flavours = new Set(FLAVOURS.filter((flavour) => flavour !== 'folioq' || has('ITER_FOLIOQ')));
  return CALLS.filter(({ name }) => name !== 'iov_iter_extract_pages' || has(name))
    .flatMap(questionsOf)
    .filter(({ iter }) => flavours.has(iter.flavour));
}

/** `iov_iter_npages(kvec:[4096+2^43] count=2^43, maxpages=16)` */
export function questionText({ call, iter, args, faults }: Question): string {
  const names = CALLS.find(({ name }) => name === call)?.args ?? [];
  const numbers = names.map((name, k) => `, ${name}=${sizeText(args[k])}`).join('');
  return `${call}(${iterText(iter)}${numbers})${faults ? ', and user memory faults' : ''}`;
}
