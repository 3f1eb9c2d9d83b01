/**
 * Memory as the author of a test sees it: bytes by their place in a range of addresses,
 * whichever pages they are in.
 */
import type { Page } from './mm_types.js';

/** What byte `n` of a range is to hold; the low eight bits count. */
export type Pattern = (n: number) => number;

/** A range of addresses from `base` on, and the pages behind it. */
export class LabMemory {
  /** Address of the first byte. */
  readonly base: number;
  /** In the order of the addresses. */
  readonly pages: readonly Page[];
  readonly bytes: number;
  private readonly pageSize: number;

  constructor(base: number, pages: readonly Page[], pageSize: number) {
    this.base = base;
    this.pages = pages;
    this.pageSize = pageSize;
    this.bytes = pages.length * pageSize;
  }

  /** Each byte gets the value that the pattern has for its place. */
  fill(pattern: Pattern): this {
    let n = 0;
    for (const { data } of this.pages) for (let at = 0; at < data.length; at++) data[at] = pattern(n++);
    return this;
  }

  /** memset(buffer, 0, bufsize) */
  clear(): this {
    for (const { data } of this.pages) data.fill(0);
    return this;
  }

  /** A copy of `bytes` bytes from place `at` on. */
  read(at = 0, bytes = this.bytes - at): Uint8Array {
    this.check(at, bytes);
    const out = new Uint8Array(bytes);
    this.each(at, bytes, (data, from, len, done) => out.set(data.subarray(from, from + len), done));
    return out;
  }

  /** Puts bytes to place `at`. */
  write(at: number, from: Uint8Array): this {
    this.check(at, from.length);
    this.each(at, from.length, (data, to, len, done) => data.set(from.subarray(done, done + len), to));
    return this;
  }

  private check(at: number, bytes: number): void {
    if (at >= 0 && bytes >= 0 && at + bytes <= this.bytes) return;
    throw new RangeError(`bytes ${at}..${at + bytes} are not within memory of ${this.bytes} bytes`);
  }

  private each(
    at: number,
    bytes: number,
    piece: (data: Uint8Array, from: number, len: number, done: number) => void,
  ): void {
    for (let done = 0; done < bytes; ) {
      const from = (at + done) % this.pageSize;
      const len = Math.min(bytes - done, this.pageSize - from);
      piece(this.pages[Math.floor((at + done) / this.pageSize)].data, from, len, done);
      done += len;
    }
  }
}
