/**
 * io_uring's splice between two files that are no pipes, and the flags that its tee takes. Each
 * op is a whole call: preparation, issue, completion.
 */
import { EINVAL } from '../errno.js';
import {
  SPLICE_F_ALL,
  SPLICE_F_DIRECT,
  SPLICE_F_FD_IN_FIXED,
  SPLICE_F_READ_TO_READ,
  WITH_NAMES,
  With,
} from '../files.js';
import type { Kernel } from '../kernel.js';
import { clearValues, flagText, judgeBytes, setValues, unkeptPositions, unkeptReturn } from '../moved.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { upTo } from './args.js';

const UBLK = 0;
const FUSE = 1;
const F = 2;
const G = 3;
const WO = 4;
const OWN = 5;
const SEQ = 6;
const NOSPLICE = 7;

/** in and out: each lender and each other kind of producer, each kind of consumer. */
const PAIRS: readonly (readonly [file: number, out: number])[] = [
  [FUSE, F],
  [UBLK, F],
  [F, G],
  [G, F],
  [OWN, F],
  [OWN, G],
  [WO, F],
  [SEQ, F],
  [NOSPLICE, F],
  [FUSE, WO],
  [FUSE, OWN],
  [FUSE, NOSPLICE],
];

const NAMES = ['ublk', 'fuse', 'f', 'g', 'wo', 'own', 'seq', 'nosplice'];

const filesArg: ArgSpec = {
  name: 'files',
  names: Object.fromEntries(PAIRS.map(([file, out], n) => [n, `${NAMES[file]}>${NAMES[out]}`])),
  values: () => upTo(PAIRS.length),
};

const FLAGS: readonly number[] = [
  0,
  SPLICE_F_DIRECT,
  SPLICE_F_READ_TO_READ,
  SPLICE_F_DIRECT | SPLICE_F_READ_TO_READ,
  SPLICE_F_FD_IN_FIXED + (SPLICE_F_DIRECT | SPLICE_F_READ_TO_READ),
];

/** Index of the flags with SPLICE_F_FD_IN_FIXED. */
const FIXED = FLAGS.length - 1;

/** Pairs that are also called without an offset. */
const isPositioned = (pair: number): boolean =>
  (PAIRS[pair][0] === FUSE && PAIRS[pair][1] === F) || PAIRS[pair][0] === F;

const flagsArg: ArgSpec = {
  name: 'flags',
  names: Object.fromEntries(FLAGS.map((flags, n) => [n, flagText(flags) || '0'])),
  values: () => upTo(FLAGS.length),
};

/** Up to a byte more than the pipe takes at once. */
const lenArg: ArgSpec = {
  name: 'len',
  values: (w) => upTo(w.bounds.ring * w.bounds.page + 2).filter((len) => len > 0 && isLength(w, len)),
};

function isLength(w: World, len: number): boolean {
  const { page, ring, lengths } = w.bounds;
  return lengths === 'all' || [1, page, page + 1, ring * page, ring * page + 1].includes(len);
}

const withArg: ArgSpec = {
  name: 'with',
  omit: With.Nothing,
  names: WITH_NAMES,
  values: (w) => Object.values(With).filter((v) => v !== With.FailAlloc || w.bounds.oom === 'on'),
};

const hasFiles = (w: World): boolean => w.scenario.needs.openFiles === true && w.design.present.has('ioSplice');

/** Positions that the call names, and where in and out stand. */
function place(k: Kernel, pair: number, choice: number): void {
  const { splice } = k;
  const [file, out] = PAIRS[pair];
  splice.in = splice.files[file];
  splice.out = splice.files[out];
  splice.with = choice;
  splice.offIn.pos = choice === With.OffInOne ? 1 : 0;
  splice.offOut.pos = choice === With.OffOutOne ? 1 : choice === With.OffOutEof ? splice.out.size : 0;
  splice.inAt = choice === With.NoOffIn ? splice.in.fPos.pos : splice.offIn.pos;
  splice.outAt = choice === With.NoOffOut ? splice.out.fPos.pos : splice.offOut.pos;
  if (choice === With.FailAlloc) k.oom = 0;
}

/** A position is named; whether a failure was met is for the call to say. */
const isPlace = (choice: number): boolean => choice <= With.OffInOne;

export const ioSplice: OpSpec = {
  name: 'io_splice',
  help: 'IORING_OP_SPLICE between two files that are no pipes, from preparation to completion',
  args: [filesArg, flagsArg, lenArg, withArg],
  fn: 'ioSplice',
  exists: hasFiles,
  ready: () => true,
  // A registered file and positions of files are tried where nothing else is unusual; a write stays within its file.
  allowed(k, _g, _w, pair, flags, len, choice) {
    if (flags === FIXED && choice !== With.Nothing) return false;
    if ((choice === With.NoOffIn || choice === With.NoOffOut) && !isPositioned(pair)) return false;
    const isWrite = FLAGS[flags] === SPLICE_F_DIRECT;
    const out = k.splice.files[PAIRS[pair][1]];
    if (!isWrite) return true;
    const from = choice === With.NoOffOut ? out.fPos.pos : choice === With.OffOutEof ? out.size : 1;
    return from + len <= out.pages.length * k.pageSize;
  },
  apply(k, _w, pair, n, len, choice) {
    place(k, pair, choice);
    setValues(k);
    const { splice } = k;
    const { in: file, out } = splice;
    if (file === null || out === null) return 0;
    const flags = FLAGS[n];
    const err = k.fn.ioSplicePrep(k, flags);
    if (err < 0) return err;
    const offIn = choice === With.NoOffIn ? null : splice.offIn;
    const offOut = choice === With.NoOffOut ? null : splice.offOut;
    const ret = k.fn.ioSplice(k, file, offIn, out, offOut, len, flags);
    k.iter.clear();
    return ret;
  },
  isIdle: (k, _ret, _pair, _flags, _len, choice) =>
    !isPlace(choice) && !(choice === With.FailAlloc ? k.isOomHit : k.splice.isHit),
  promise(_g, k, _w, ret, _pair, n, len) {
    const flags = FLAGS[n];
    const unkept = unkeptReturn(k, ret, flags, len);
    judgeBytes(k, ret, flags, len);
    return unkept !== '' ? unkept : unkeptPositions(k, ret);
  },
  account(_g, k) {
    clearValues(k);
  },
};

/** Flags that a tee has a meaning for; what there is none for has to be refused (6.1 fs/splice.c, the system call). */
export const ioTeePrep: OpSpec = {
  name: 'io_tee_prep',
  help: 'the flags of IORING_OP_TEE are looked at',
  args: [flagsArg],
  fn: 'ioTeePrep',
  exists: hasFiles,
  ready: () => true,
  apply: (k, _w, n) => k.fn.ioTeePrep(k, FLAGS[n]),
  promise: (_g, _k, _w, ret, n) => {
    const want = (FLAGS[n] & ~(SPLICE_F_ALL | SPLICE_F_FD_IN_FIXED)) === 0 ? 0 : -EINVAL;
    return ret === want ? '' : want === 0 ? '0' : '-EINVAL: a tee has no such flag';
  },
};

export const IO_SPLICE_OPS: readonly OpSpec[] = [ioSplice, ioTeePrep];
