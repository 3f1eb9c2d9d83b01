/**
 * What calls between files and pipes have to do, by definition (inode.ts): what they return, which
 * bytes are where afterwards, and how far which position has moved. From arguments, reported
 * returns, what f holds and what A owes; nothing of the design is asked.
 */
import { EAGAIN, EIO, ENODATA, ENOMEM, formatReturn } from './errno.js';
import type { OpenFile } from './files.js';
import type { Ghost } from './ghost.js';
import { ByteKind } from './ghost.js';
import { At, targetByte, targetSize, Trouble, ZERO } from './inode.js';
import type { Kernel } from './kernel.js';
import type { World } from './op.js';
import { freeSlots } from './ring.js';

/** The call is prepared: its files, and the offset that is given for one of them; below 0 where none is. */
export function place(k: Kernel, file: OpenFile | null, out: OpenFile | null, offIn: number, offOut: number): void {
  const { splice } = k;
  for (let n = 0; n < splice.files.length; n++) if (n !== At.F && n !== At.G) splice.files[n].fPos.pos = 0;
  splice.in = file;
  splice.out = out;
  splice.inWas = file?.fPos.pos ?? 0;
  splice.outWas = out?.fPos.pos ?? 0;
  splice.given.pos = Math.max(0, offIn, offOut);
  splice.inAt = offIn < 0 ? splice.inWas : offIn;
  splice.outAt = offOut < 0 ? splice.outWas : offOut;
}

/** What may go wrong in the call. */
export function trouble(k: Kernel, choice: number): void {
  if (choice === Trouble.FailFirst) k.oom = 0;
  else if (choice === Trouble.FailSecond) k.oom = 1;
  else k.splice.with = choice;
}

/** The choice was never met. */
export const wasNotMet = (k: Kernel, choice: number): boolean =>
  choice !== Trouble.None && !k.splice.isHit && !k.isOomHit;

/** Bytes of f from a position on, up to the first page that is not there; all of them where none is missing. */
function bytesCached(k: Kernel, pos: number, bytes: number): number {
  const { cache } = k.splice.inodes[0];
  for (let n = 0; n < bytes; n++) {
    const page = cache[Math.floor((pos + n) / k.pageSize)] ?? null;
    if (page?.isUptodate !== true) return n;
  }
  return bytes;
}

/** What the source has to give: bytes, or an error where it fails before the first. */
export function promisedOfSource(k: Kernel, file: OpenFile, len: number, isLooped: boolean): number {
  const { splice } = k;
  const bytes = Math.max(0, Math.min(len, (file.inode?.size ?? 0) - splice.inAt));
  if (!splice.isHit || bytes === 0) return bytes;
  switch (splice.with) {
    case Trouble.ReadEio: {
      const cached = bytesCached(k, splice.inAt, bytes);
      return cached === 0 ? -EIO : cached;
    }
    case Trouble.CopyEio:
      return -EIO;
    case Trouble.ReadShort:
      return isLooped ? bytes : 1;
    default:
      return bytes;
  }
}

/** What a write of so many bytes has to do. */
export function promisedOfTarget(k: Kernel, bytes: number): number {
  const { splice } = k;
  if (bytes <= 0 || !splice.isHit) return bytes;
  if (splice.with === Trouble.WriteEio) return -EIO;
  return splice.with === Trouble.WriteEnospc ? 1 : bytes;
}

/** '' if the return is what was promised, where allocations may fail and A may be full. */
export function unkeptReturn(k: Kernel, w: World, ret: number, want: number, mayFill: boolean): string {
  if (ret === want) return '';
  const isFull = mayFill && freeSlots(k, w.ring) === 0;
  if (ret === -EAGAIN && isFull) return '';
  if (want > 0 && ret > 0 && ret < want && (isFull || k.isOomHit)) return '';
  if (k.isOomHit && (ret === -ENOMEM || ret === -EAGAIN)) return '';
  return formatReturn(want);
}

/** `ret` bytes of f at the call's position are owed by A from here on. */
export function oweOfFile(g: Ghost, k: Kernel, ret: number, isShared: boolean): void {
  const { inAt } = k.splice;
  for (let n = 0; n < ret; n++) {
    const pos = inAt + n;
    if (isShared) g.owe(pos, ByteKind.Shared);
    else g.owe(pos < g.content.length ? g.content[pos] : ZERO, ByteKind.Stream);
  }
}

/** Holds g against what the call says it wrote there: byte n of it is `moved(n)`. */
export function judgeTarget(k: Kernel, ret: number, moved: (n: number) => number): void {
  const { splice, bounds } = k;
  const { outAt, out } = splice;
  const target = splice.inodes[1];
  const isTarget = out?.inode === target && out.isWrite && !out.isAppend;
  const bytes = isTarget ? Math.max(0, ret) : 0;
  const size = bytes > 0 ? Math.max(targetSize(bounds), outAt + bytes) : targetSize(bounds);
  let wrong = '';
  if (target.size !== size) wrong = `g ends at ${target.size}, not at ${size}`;
  for (let pos = 0; pos < size && wrong === '' && bounds.contents !== 'off'; pos++) {
    const n = pos - outAt;
    const isReported = n >= 0 && n < bytes;
    const found = k.filePages[Math.floor(pos / k.pageSize)].data[pos % k.pageSize];
    if (found === (isReported ? moved(n) : targetByte(bounds, pos))) continue;
    wrong = `byte ${pos} of g ${isReported ? 'is not the byte that belongs there' : 'has changed'}`;
  }
  if (isTarget) splice.miscopied = wrong;
  else splice.cacheChanged = wrong;
}

function checkPosition(k: Kernel, file: OpenFile | null, was: number, moved: number): void {
  const { splice } = k;
  if (file === null || file.inode === null || splice.misplaced !== '' || file.fPos.pos === was + moved) return;
  splice.misplaced = `${file.name} stands at ${file.fPos.pos}, not at ${was + moved}`;
}

/** Positions move by what is returned, or not at all; a given one moves in the stead of the file's own. */
export function judgePositions(k: Kernel, ret: number, isInGiven: boolean, isOutGiven: boolean): void {
  const { splice } = k;
  const moved = Math.max(0, ret);
  checkPosition(k, splice.in, splice.inWas, isInGiven ? 0 : moved);
  checkPosition(k, splice.out, splice.outWas, isOutGiven ? 0 : moved);
  if (!isInGiven && !isOutGiven) return;
  const want = (isInGiven ? splice.inAt : splice.outAt) + moved;
  if (splice.given.pos !== want && splice.misplaced === '') {
    splice.misplaced = `the offset that was given is ${splice.given.pos}, not ${want}`;
  }
}

/** Into k.out.bad: bytes that can be read of A before the first slot whose page has gone bad, and what that says; 0: none has. */
export function findBad(k: Kernel, w: World): void {
  const { bad } = k.out;
  bad.bytes = bad.err = 0;
  for (let j = 0; j < w.ring.used(k); j++) {
    const { page, len } = w.ring.slot(k, j);
    if (page !== null && !page.isUptodate) {
      bad.err = k.splice.inodes[0].cache.includes(page) ? -EIO : -ENODATA;
      return;
    }
    bad.bytes += len;
  }
}
