/**
 * What a reader is owed, stated without the ring: the rules of pipe(7), pipe2(2) and of
 * the documents, over the bytes that were reported as written. Nothing here may look at
 * how a design does it.
 */
import { EAGAIN, EFAULT, ENOMEM } from './errno.js';
import type { Ghost } from './ghost.js';
import { ByteKind } from './ghost.js';
import type { Kernel } from './kernel.js';
import { Tag } from './kernel.js';

/** Bytes that a read of `size` returns when nothing faults: to the end of the first packet it reaches. */
export function owedToRead(g: Ghost, size: number): number {
  let n = 0;
  while (n < g.n && n < size) {
    n++;
    if (g.kind[n - 1] === ByteKind.PacketEnd) break;
  }
  return n;
}

/** The read delivered `ret` bytes: they are gone, and what it left of a packet is dropped. */
export function takeRead(g: Ghost, ret: number): void {
  const last = ret > 0 ? g.kind[ret - 1] : ByteKind.Stream;
  g.pop(ret);
  if (last !== ByteKind.Packet) return;
  let rest = 0;
  while (rest < g.n && g.kind[rest] !== ByteKind.PacketEnd) rest++;
  g.pop(rest + 1);
}

/** Whether the user's buffer holds what was owed. */
export function isDeliveryRight(g: Ghost, k: Kernel, ret: number): boolean {
  for (let n = 0; n < ret; n++) if (n >= g.n || k.user.data[n] !== g.owedByte(n)) return false;
  return true;
}

/** `bytes` were written in one write(): a packet a page, or stream. */
export function oweWrite(g: Ghost, k: Kernel, bytes: number, mark: number, isPacket: boolean): void {
  for (let n = 0; n < bytes; n++) {
    const isEnd = n === bytes - 1 || (n + 1) % k.pageSize === 0;
    const kind = isPacket ? (isEnd ? ByteKind.PacketEnd : ByteKind.Packet) : ByteKind.Stream;
    g.owe(n === mark ? Tag.Marked : k.plain, kind);
  }
  if (mark >= 0 && mark < bytes) g.isMarkFree = false;
}

/** `bytes` went through an iterator. */
export function oweStream(g: Ghost, k: Kernel, bytes: number, mark: number): void {
  oweWrite(g, k, bytes, mark, false);
}

/** '' if a read's return is one that read(2) allows here. */
export function promiseRead(g: Ghost, k: Kernel, ret: number, size: number): string {
  const owed = owedToRead(g, size);
  if (k.isFaultHit && ret !== owed) {
    const ok = ret === -EFAULT || (ret > 0 && ret <= k.user.fault);
    return ok ? '' : `-EFAULT or the bytes before the fault (at most ${k.user.fault})`;
  }
  if (owed === 0) return ret === -EAGAIN ? '' : '-EAGAIN: the pipe holds no byte and has a writer';
  return ret === owed ? '' : `${owed}`;
}

/** '' if a write's return is one that write(2) allows here; `isFull`: no slot is free now. */
export function promiseWrite(k: Kernel, ret: number, size: number, isFull: boolean): string {
  if (ret === size) return '';
  if (ret > size || ret === 0) return `${size}`;
  if (ret === -EFAULT) return k.isFaultHit ? '' : 'no -EFAULT: nothing faulted';
  if (ret === -ENOMEM) return k.isOomHit ? '' : 'no -ENOMEM: no allocation failed';
  if (ret === -EAGAIN) return isFull ? '' : 'no -EAGAIN: a slot is free';
  if (ret < 0) return `${size}, or -EAGAIN, -EFAULT, -ENOMEM`;
  if (size <= k.pageSize && !k.isFaultHit && !k.isOomHit) return `all ${size} bytes or none (PIPE_BUF)`;
  if (k.isFaultHit) return ret <= k.user.fault ? '' : `at most ${k.user.fault}, where the buffer faults`;
  return isFull || k.isOomHit ? '' : `${size}: a slot is free`;
}
