/**
 * What every byte of memory has to be after a copy. Before the call each byte of all pages,
 * and of the kernel buffer, gets a value of its own; after it they are compared with what the
 * reported bytes, in the iterator's order, make of them. Nothing of this is state: a copy
 * that keeps its promise leaves no trace that a later op could see.
 */
import { fillBytes } from './bytes.js';
import type { Flat } from './flat.js';
import { NOWHERE } from './flat.js';
import type { Kernel } from './kernel.js';
import { Tag } from './kernel.js';

/** The other side of a copy: the kernel buffer, bytes of a page, or zeros. */
export const Side = { Buffer: 0, Page: 1, Zeros: 2 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** Values of page bytes are 1 to 127, those of the buffer 129 to 255: none is 0. */
const VALUES = 127;
const IN_BUFFER = 129;

/** What each byte of the pages, and of the buffer, has to be. */
let inPages = new Uint8Array(0);
let inBuffer = new Uint8Array(0);

const pageValue = (place: number): number => 1 + (place % VALUES);
const bufferValue = (n: number): number => IN_BUFFER + (n % VALUES);

/** Gives each byte its value. */
export function fill(k: Kernel): void {
  const bytes = k.pages.length * k.pageSize;
  if (inPages.length < bytes) inPages = new Uint8Array(bytes);
  if (inBuffer.length < k.kbuf.length) inBuffer = new Uint8Array(k.kbuf.length);
  let place = 0;
  for (const { data } of k.pages) {
    for (let n = 0; n < data.length; n++, place++) data[n] = inPages[place] = pageValue(place);
  }
  for (let n = 0; n < k.kbuf.length; n++) k.kbuf[n] = inBuffer[n] = bufferValue(n);
}

/** Takes the values out again: in this world no page holds anything between two ops. */
export function clear(k: Kernel): void {
  for (const page of k.pages) fillBytes(page.data, page.isFile ? k.plain : Tag.NeverWritten);
}

/** Value of byte `n` of the other side, as fill() has left it. */
export function sideValue(side: Side, at: number, n: number): number {
  if (side === Side.Zeros) return 0;
  return side === Side.Page ? pageValue(at + n) : bufferValue(n);
}

/** Value of byte `pos` of the iterator's memory, as fill() has left it. */
export const flatValue = (flat: Flat, pos: number): number => pageValue(flat.place[pos]);

const nowIn = (k: Kernel, place: number): number => k.pages[Math.floor(place / k.pageSize)].data[place % k.pageSize];

/**
 * `moved` bytes from the other side have to be in the iterator's memory from `pos` on; those
 * up to `loose` may be there, too.
 */
export function wantInto(
  k: Kernel,
  flat: Flat,
  pos: number,
  moved: number,
  loose: number,
  side: Side,
  at: number,
): void {
  for (let n = 0; n < loose && pos + n < flat.bytes; n++) {
    const place = flat.place[pos + n];
    if (place === NOWHERE) continue;
    const value = sideValue(side, at, n);
    if (n < moved || nowIn(k, place) === value) inPages[place] = value;
  }
}

/** The same, the other way: out of the iterator's memory. */
export function wantOutOf(
  k: Kernel,
  flat: Flat,
  pos: number,
  moved: number,
  loose: number,
  side: Side,
  at: number,
): void {
  for (let n = 0; n < loose; n++) {
    const isMoved = n < moved && pos + n < flat.bytes;
    if (side === Side.Page) inPages[at + n] = isMoved ? flatValue(flat, pos + n) : nowIn(k, at + n);
    else if (n < k.kbuf.length) inBuffer[n] = isMoved ? flatValue(flat, pos + n) : k.kbuf[n];
  }
}

/** A value in words: which byte it was before the call, where each byte has a value of its own. */
function origin(k: Kernel, value: number): string {
  if (value === 0 || Math.max(k.pages.length * k.pageSize, k.kbuf.length) > VALUES) return String(value);
  if (value >= IN_BUFFER) return `byte ${value - IN_BUFFER} of the kernel buffer`;
  const place = value - 1;
  return `byte ${place % k.pageSize} of page ${k.pages[Math.floor(place / k.pageSize)]?.name ?? '?'}`;
}

/** Leaves the first byte that is not what it has to be in k.out, in words. */
export function compare(k: Kernel): void {
  let place = 0;
  for (const { data, name } of k.pages) {
    for (let n = 0; n < data.length; n++, place++) {
      if (data[n] === inPages[place]) continue;
      k.out.miscopied = `byte ${n} of page ${name} is now ${origin(k, data[n])}, and has to be ${origin(k, inPages[place])}`;
      return;
    }
  }
  for (let n = 0; n < k.kbuf.length; n++) {
    if (k.kbuf[n] === inBuffer[n]) continue;
    k.out.miscopied = `byte ${n} of the kernel buffer is now ${origin(k, k.kbuf[n])}, and has to be ${origin(k, inBuffer[n])}`;
    return;
  }
}
