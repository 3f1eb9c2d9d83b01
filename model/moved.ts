/**
 * What a splice between two open files has to do, by definition: which calls are refused, what
 * a call moves, and what stays as it was. Only from the files, the arguments and the choices of
 * the op; nothing of the design is asked.
 *
 * Before a call each byte of a file or of a lender has a value of its own. After it, memory is
 * held against what the call has reported; then the values are taken out again, so that what
 * the files hold is no state.
 */
import { EACCES, EBADF, EFAULT, EINVAL, EIO, ENOMEM, formatReturn } from './errno.js';
import type { OpenFile } from './files.js';
import { SPLICE_F_DIRECT, SPLICE_F_FD_IN_FIXED, SPLICE_F_READ_TO_READ, With } from './files.js';
import type { Kernel, Page } from './kernel.js';
import { Tag } from './kernel.js';

/** The value of a byte before the call, from its page frame number and its place: 1 to 255. */
function initialValue(k: Kernel, page: Page, at: number): number {
  return 1 + ((page.pfn * k.pageSize + at) % 255);
}

export function setValues(k: Kernel): void {
  if (k.bounds.contents === 'off') return;
  for (const page of k.ownedPages) for (let at = 0; at < k.pageSize; at++) page.data[at] = initialValue(k, page, at);
}

/** What Kernel.reset() puts there. */
export function clearValues(k: Kernel): void {
  if (k.bounds.contents === 'off') return;
  for (const page of k.ownedPages) page.data.fill(page.isFile ? Tag.Plain : Tag.NeverWritten);
}

const isDirect = (flags: number): boolean => (flags & SPLICE_F_DIRECT) !== 0;
const isReadToRead = (flags: number): boolean => (flags & SPLICE_F_READ_TO_READ) !== 0;

/** Errors that a call may be refused with because of its flags and files; scratch, empty if it is in order. */
const refusals: number[] = [];
/** The refusal can be known before the producer is asked. */
let isKnownEarly = false;

function refuseIf(condition: boolean, err: number): void {
  if (condition) refusals.push(err);
}

/** Kernel rules of the text: flags, modes and operations of both files. */
function findRefusals(file: OpenFile, out: OpenFile, flags: number): void {
  refusals.length = 0;
  const isRead = isReadToRead(flags);
  refuseIf(isRead && !isDirect(flags), -EINVAL);
  if (!isRead && !isDirect(flags)) {
    refusals.push(-EINVAL);
    refuseIf(!file.isRead || !out.isWrite, -EBADF);
  } else {
    refuseIf(!file.isRead, -EBADF);
    refuseIf(file.spliceRead === 'none' || !file.isSeekable, -EINVAL);
    refuseIf(isRead ? !out.isRead : !out.isWrite, -EBADF);
    refuseIf(isRead ? out.spliceRead !== 'generic' : !out.hasSpliceWrite, -EINVAL);
  }
  isKnownEarly = refusals.length > 0;
  // Only the producer can say that its pages are to be filled, or that they are not data.
  refuseIf(isRead !== (file.spliceRead === 'lender'), -EINVAL);
}

/** The error that the op's choice stands for, if it was met; 0 otherwise. */
function faultError(k: Kernel): number {
  const { splice } = k;
  if (k.isOomHit) return -ENOMEM;
  if (!splice.isHit) return 0;
  switch (splice.with) {
    case With.ProducerEio:
    case With.ConsumerEio:
      return -EIO;
    case With.ConsumerEfault:
      return -EFAULT;
    case With.DenyIn:
    case With.DenyOut:
    case With.DenyOutLater:
      return -EACCES;
    default:
      return 0;
  }
}

/** Bytes that a call in order moves, where nothing fails. */
function bytesToMove(k: Kernel, len: number, flags: number): number {
  const { splice } = k;
  const { in: file, out, inAt, outAt } = splice;
  if (file === null || out === null) return 0;
  const given = Math.max(0, Math.min(len, file.size - inAt));
  const bytes = isReadToRead(flags) ? Math.max(0, Math.min(given, out.size - outAt)) : given;
  if (!splice.isHit) return bytes;
  if (splice.with === With.ProducerNone) return 0;
  // A file write goes on after a short one; a read does not.
  return splice.with === With.ConsumerOne && isReadToRead(flags) ? Math.min(1, bytes) : bytes;
}

const orList = (errs: readonly number[]): string => [...new Set(errs)].map(formatReturn).join(' or ');

/** What the call had to return: '' if it did. */
export function unkeptReturn(k: Kernel, ret: number, flags: number, len: number): string {
  const { splice } = k;
  const { in: file, out } = splice;
  if (file === null || out === null) return '';
  const fault = faultError(k);
  findRefusals(file, out, flags);
  if (refusals.length > 0) {
    if (isKnownEarly && splice.asked > 0) {
      splice.effect = `${file.name} was asked for pages by a call that its flags or files forbid`;
    }
    if (refusals.includes(ret) || (fault !== 0 && ret === fault)) return '';
    const isNothing = ret === 0 && !isKnownEarly && (splice.with === With.ProducerNone || splice.inAt >= file.size);
    return isNothing ? '' : orList(refusals);
  }
  const want = fault !== 0 ? fault : bytesToMove(k, len, flags);
  return ret === want ? '' : formatReturn(want);
}

/** Position of a file's byte in memory. */
const at = (k: Kernel, file: OpenFile, pos: number): [page: Page, offset: number] => [
  file.pages[Math.floor(pos / k.pageSize)],
  pos % k.pageSize,
];

/** Where the bytes of a call lie: `to` is a lender's page in a read to read, the file's in a write. */
interface Move {
  readonly from: OpenFile;
  readonly fromAt: number;
  readonly to: OpenFile;
  readonly toAt: number;
  /** Bytes reported, and bytes that the call may have touched on its way to an error or a short end. */
  readonly bytes: number;
  readonly touched: number;
}

function moveOf(k: Kernel, ret: number, flags: number, len: number): Move | null {
  const { in: file, out, inAt, outAt } = k.splice;
  if (file === null || out === null) return null;
  const isRead = isReadToRead(flags);
  const from = isRead ? out : file;
  const to = isRead ? file : out;
  const isInOrder = refusals.length === 0;
  const bytes = Math.max(0, ret);
  // A call that is not in order has nothing to move, whatever it says.
  const touched = isInOrder && k.splice.isHit ? Math.max(bytes, len) : isInOrder ? bytes : 0;
  return {
    from,
    fromAt: isRead ? outAt : inAt,
    to,
    toAt: isRead ? inAt : outAt,
    bytes: isInOrder ? bytes : 0,
    touched,
  };
}

/** How far `page[offset]` is from the first byte that is written; -1 where it is not of the target. */
function targetByte(k: Kernel, m: Move, page: Page, offset: number): number {
  const n = m.to.pages.indexOf(page);
  return n < 0 ? -1 : n * k.pageSize + offset - m.toAt;
}

function noteWrong(k: Kernel, page: Page, offset: number, why: string): void {
  const { splice } = k;
  const text = `byte ${offset} of page ${page.name} ${why}`;
  if (page.isFile && splice.cacheChanged === '') splice.cacheChanged = text;
  if (!page.isFile && splice.miscopied === '') splice.miscopied = text;
}

/** Holds each byte against what the call has reported. */
export function judgeBytes(k: Kernel, ret: number, flags: number, len: number): void {
  if (k.bounds.contents === 'off') return;
  const m = moveOf(k, ret, flags, len);
  if (m === null) return;
  for (const page of k.ownedPages) {
    for (let offset = 0; offset < k.pageSize; offset++) {
      const n = targetByte(k, m, page, offset);
      const found = page.data[offset];
      const isUntouched = found === initialValue(k, page, offset);
      const [source, sourceAt] = n >= 0 && m.fromAt + n < m.from.size ? at(k, m.from, m.fromAt + n) : [null, 0];
      const isRight = source !== null && found === initialValue(k, source, sourceAt);
      const isReported = n >= 0 && n < m.bytes;
      if (isReported ? isRight : isUntouched || (n >= m.bytes && n < m.touched && isRight)) continue;
      if (!isReported) noteWrong(k, page, offset, 'has changed');
      else if (isUntouched) noteWrong(k, page, offset, 'is reported, and nothing was written there');
      else noteWrong(k, page, offset, 'is not the byte that belongs there');
    }
  }
}

/** Offsets move by what is returned, or not at all; the one that is not given is the file's own. */
export function unkeptPositions(k: Kernel, ret: number): string {
  const { splice } = k;
  const moved = Math.max(0, ret);
  const isOwnIn = splice.with === With.NoOffIn;
  const isOwnOut = splice.with === With.NoOffOut;
  const inPos = isOwnIn ? (splice.in?.fPos.pos ?? 0) : splice.offIn.pos;
  const outPos = isOwnOut ? (splice.out?.fPos.pos ?? 0) : splice.offOut.pos;
  if (inPos !== splice.inAt + moved) return `the offset of ${splice.in?.name} at ${splice.inAt + moved}, not ${inPos}`;
  if (outPos !== splice.outAt + moved)
    return `the offset of ${splice.out?.name} at ${splice.outAt + moved}, not ${outPos}`;
  return splice.in?.fCount === 0 ? '' : `the reference on ${splice.in?.name} dropped`;
}

/** `DIRECT|READ_TO_READ` */
export function flagText(flags: number): string {
  const names: [number, string][] = [
    [SPLICE_F_DIRECT, 'DIRECT'],
    [SPLICE_F_READ_TO_READ, 'READ_TO_READ'],
    [SPLICE_F_FD_IN_FIXED, 'FD_IN_FIXED'],
  ];
  return names
    .filter(([bit]) => (flags & bit) !== 0)
    .map(([, name]) => name)
    .join('|');
}
