/** sendfile(2), and splice(2) between files and the pipe A; a call is one op. */
import { EAGAIN, EBADF, EINVAL, ENODATA, ESPIPE, formatReturn } from '../errno.js';
import { judgePositions, judgeTarget, oweOfFile, place, promisedOfSource, promisedOfTarget } from '../transfers.js';
import { findBad, trouble, unkeptReturn, wasNotMet } from '../transfers.js';
import type { OpenFile } from '../files.js';
import { At, sourceBytes, targetPages, Trouble, TROUBLE_NAMES } from '../inode.js';
import type { Kernel } from '../kernel.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { freeSlots } from '../ring.js';
import { upTo } from './args.js';

const NAMES = ['f', 'fd', 'fc', 'fs', 'fw', 'g', 'ga', 'gr', 'A'];

/** What sendfile() is from and to, by the value of `files`. */
export const PAIRS: readonly (readonly [file: number, out: number])[] = [
  [At.F, At.G],
  [At.Fd, At.G],
  [At.Fc, At.G],
  [At.F, At.A],
  [At.Fd, At.A],
  [At.Fc, At.A],
  [At.Fs, At.G],
  [At.Fw, At.G],
  [At.F, At.Ga],
  [At.F, At.Gr],
];

const hasInodes = (w: World): boolean => w.scenario.needs.inodes === true && w.design.present.has('doSendfile');

/** Offsets are given in file-splice, and are mostly those of the files in sendfile. */
const isGivenHere = (w: World): boolean => w.scenario.changes === true;

const names = (list: readonly number[]): Record<number, string> => Object.fromEntries(list.map((n) => [n, NAMES[n]]));

const NONE = -1;

const offArg: ArgSpec = {
  name: 'off',
  omit: NONE,
  values: (w) => [NONE, ...upTo(sourceBytes(w.bounds))],
};

/** Up to a byte more than the ring takes. */
const lenArg: ArgSpec = {
  name: 'len',
  values: (w) => upTo(w.bounds.ring * w.bounds.page + 2).filter((n) => n > 0),
};

const withArg: ArgSpec = {
  name: 'with',
  omit: Trouble.None,
  names: TROUBLE_NAMES,
  values: (w) =>
    Object.values(Trouble).filter(
      (t) => w.bounds.oom === 'on' || (t !== Trouble.FailFirst && t !== Trouble.FailSecond),
    ),
};

/** The choice can be met with these files at all. */
function fits(choice: number, file: OpenFile | null, out: OpenFile | null): boolean {
  switch (choice) {
    case Trouble.ReadEio:
      return file !== null && !file.isCopied;
    case Trouble.ReadShort:
    case Trouble.CopyEio:
      return file !== null && (file.isCopied || file.isDirect);
    case Trouble.WriteShort:
    case Trouble.WriteEio:
    case Trouble.WriteEnospc:
      return out?.isPipe === false;
    default:
      return true;
  }
}

/** Errors that the files and the offset forbid the call with; scratch. */
const refusals: number[] = [];

function refuseIf(condition: boolean, err: number): void {
  if (condition && !refusals.includes(err)) refusals.push(err);
}

const isRefused = (file: OpenFile | null, out: OpenFile | null): boolean =>
  file?.isRead === false || file?.isSeekable === false || out?.isWrite === false || out?.isAppend === true;

/** A call that is refused is one of its kind. */
function isPlain(len: number, off: number, choice: number): boolean {
  return len === 1 && off <= 0 && choice === Trouble.None;
}

/** The length is of use: no further than a byte behind the end. */
const isOfUse = (w: World, len: number, rest: number): boolean =>
  len <= Math.max(1, rest + 1) || len === w.bounds.ring * w.bounds.page;

/** The target has the pages that the call may write. */
const hasRoom = (w: World, k: Kernel, at: number, bytes: number): boolean =>
  at + bytes <= targetPages(w.bounds) * k.pageSize;

const restOf = (k: Kernel, at: number): number => Math.max(0, k.splice.inodes[0].size - at);

export const sendfileOp: OpSpec = {
  name: 'sendfile',
  help: "sendfile(2) from a file to a file or to the pipe A, at the input's position or at a given one",
  args: [
    {
      name: 'files',
      names: Object.fromEntries(PAIRS.map(([file, out], n) => [n, `${NAMES[file]}>${NAMES[out]}`])),
      values: () => upTo(PAIRS.length),
    },
    offArg,
    lenArg,
    withArg,
  ],
  fn: 'doSendfile',
  exists: (w) => hasInodes(w) && !isGivenHere(w),
  ready: () => true,
  allowed(k, _g, w, pair, off, len, choice) {
    const file = k.splice.files[PAIRS[pair][0]];
    const out = k.splice.files[PAIRS[pair][1]];
    if (isRefused(file, out)) return isPlain(len, off, choice);
    // Only f and g have positions that are state. What goes wrong does so at one offset each.
    if (off === NONE && PAIRS[pair][0] !== At.F) return false;
    if (choice !== Trouble.None && off > 0) return false;
    if (out.isPipe && freeSlots(k, w.ring) === 0 && !isPlain(len, off, choice)) return false;
    const rest = restOf(k, off === NONE ? file.fPos.pos : off);
    if (!fits(choice, file, out) || !isOfUse(w, len, rest)) return false;
    return out.isPipe || hasRoom(w, k, out.fPos.pos, Math.min(len, rest));
  },
  apply(k, _w, pair, off, len, choice) {
    const file = k.splice.files[PAIRS[pair][0]];
    const out = k.splice.files[PAIRS[pair][1]];
    place(k, file, out, off, NONE);
    trouble(k, choice);
    return k.fn.doSendfile(k, out, file, off === NONE ? null : k.splice.given, len);
  },
  isIdle: (k, _ret, _pair, _off, _len, choice) => wasNotMet(k, choice),
  promise(g, k, w, ret, _pair, off, len) {
    const { in: file, out, inAt } = k.splice;
    if (file === null || out === null) return '';
    judgePositions(k, ret, off !== NONE, false);
    judgeTarget(k, ret, (n) => g.content[inAt + n]);
    refusals.length = 0;
    refuseIf(!file.isRead || !out.isWrite, -EBADF);
    refuseIf(!file.isSeekable, off === NONE ? -EINVAL : -ESPIPE);
    refuseIf(out.isAppend, -EINVAL);
    if (refusals.length > 0) return refusals.includes(ret) ? '' : refusals.map(formatReturn).join(' or ');
    const isCopied = out.isPipe && w.design.contract.splice?.sendfileToPipe === 'copies';
    const given = promisedOfSource(k, file, len, !out.isPipe || isCopied);
    return unkeptReturn(k, w, ret, promisedOfTarget(k, given), out.isPipe);
  },
  account(g, k, w, ret) {
    const { in: file, out } = k.splice;
    if (ret > 0 && out?.isPipe === true && file !== null) oweOfFile(g, k, ret, isShared(w, file, true));
  },
};

/** What the pipe is given stays the file's. */
function isShared(w: World, file: OpenFile, isSendfile: boolean): boolean {
  const { splice } = w.design.contract;
  if (file.isCopied || (file.isDirect && splice?.direct === 'copies')) return false;
  return !isSendfile || splice?.sendfileToPipe === 'shares';
}

const SOURCES = [At.F, At.Fd, At.Fc, At.Fs, At.Fw];

export const spliceFile: OpSpec = {
  name: 'splice_file',
  help: 'splice(2) from a file into the pipe A, non-blocking',
  args: [{ name: 'file', names: names(SOURCES), values: () => SOURCES }, offArg, lenArg, withArg],
  fn: 'doSpliceFromFile',
  exists: hasInodes,
  ready: () => true,
  allowed(k, _g, w, in_, off, len, choice) {
    const file = k.splice.files[in_];
    if (isRefused(file, null)) return isGivenHere(w) && off >= 0 && isPlain(len, off, choice);
    if ((off === NONE) === isGivenHere(w) || (off === NONE && in_ !== At.F)) return false;
    if (off > 1 && off % k.pageSize !== 0) return false;
    // A full pipe is all that there is to say.
    if (freeSlots(k, w.ring) === 0) return isPlain(len, off, choice);
    return fits(choice, file, null) && isOfUse(w, len, restOf(k, off === NONE ? file.fPos.pos : off));
  },
  apply(k, _w, in_, off, len, choice) {
    const file = k.splice.files[in_];
    place(k, file, null, off, NONE);
    trouble(k, choice);
    return k.fn.doSpliceFromFile(k, file, off === NONE ? null : k.splice.given, len);
  },
  isIdle: (k, _ret, _in, _off, _len, choice) => wasNotMet(k, choice),
  promise(_g, k, w, ret, _in, off, len) {
    const { in: file } = k.splice;
    if (file === null) return '';
    judgePositions(k, ret, off !== NONE, false);
    judgeTarget(k, 0, () => 0);
    refusals.length = 0;
    refuseIf(!file.isRead, -EBADF);
    refuseIf(!file.isSeekable && off !== NONE, -EINVAL);
    if (refusals.length > 0) return refusals.includes(ret) ? '' : refusals.map(formatReturn).join(' or ');
    return unkeptReturn(k, w, ret, promisedOfSource(k, file, len, false), true);
  },
  account(g, k, w, ret) {
    if (ret > 0 && k.splice.in !== null) oweOfFile(g, k, ret, isShared(w, k.splice.in, false));
  },
};

const TARGETS = [At.G, At.Ga, At.Gr];

export const spliceToFile: OpSpec = {
  name: 'splice_to_file',
  help: 'splice(2) from the pipe A into a file, non-blocking',
  args: [
    { name: 'file', names: names(TARGETS), values: () => TARGETS },
    { ...offArg, values: (w) => [NONE, ...upTo(targetPages(w.bounds) * w.bounds.page)] },
    lenArg,
    withArg,
  ],
  fn: 'doSpliceToFile',
  exists: hasInodes,
  ready: () => true,
  allowed(k, g, w, out_, off, len, choice) {
    const out = k.splice.files[out_];
    if (isRefused(null, out)) return isPlain(len, off, choice);
    if ((off === NONE) === isGivenHere(w) || !fits(choice, null, out) || !isOfUse(w, len, g.n)) return false;
    // Where in the page it is, and whether behind the end: two offsets and the end.
    if (off > 1 && off !== targetPages(w.bounds) * w.bounds.page - 1) return false;
    return hasRoom(w, k, off === NONE ? out.fPos.pos : off, Math.min(len, g.n));
  },
  apply(k, w, out_, off, len, choice) {
    const out = k.splice.files[out_];
    place(k, null, out, NONE, off);
    trouble(k, choice);
    findBad(k, w);
    return k.fn.doSpliceToFile(k, out, off === NONE ? null : k.splice.given, len);
  },
  isIdle: (k, _ret, _out, _off, _len, choice) => wasNotMet(k, choice),
  promise(g, k, w, ret, _out, off, len) {
    const { out } = k.splice;
    if (out === null) return '';
    judgePositions(k, ret, false, off !== NONE);
    judgeTarget(k, ret, (n) => g.owedByte(n));
    refusals.length = 0;
    refuseIf(!out.isWrite, -EBADF);
    refuseIf(out.isAppend, -EINVAL);
    if (refusals.length > 0) return refusals.includes(ret) ? '' : refusals.map(formatReturn).join(' or ');
    let want = g.n === 0 ? -EAGAIN : Math.min(len, g.n);
    const { bytes, err } = k.out.bad;
    if (err !== 0 && bytes < want) {
      // It may say at once why it can not go on, as long as nothing was written; of 0 see retry-makes-progress.
      if (ret === err || (ret === 0 && err === -ENODATA)) return '';
      want = bytes === 0 ? err : bytes;
    }
    return unkeptReturn(k, w, ret, promisedOfTarget(k, want), false);
  },
  account(g, _k, _w, ret) {
    if (ret > 0) g.pop(ret);
  },
};

export const SENDFILE_OPS: readonly OpSpec[] = [sendfileOp, spliceFile, spliceToFile];
