/** Memory that system calls are given: mapped, so that it has addresses, and followed by a page that faults. */
import type { Libc } from './libc.js';

/** PAGE_SIZE of the machine; the baselines are compared at this one alone. */
export const PAGE_SIZE = 4096;

const PROT_NONE = 0;
const PROT_READ_WRITE = 3;
const MAP_ANONYMOUS_PRIVATE = 0x22;
const MAP_FIXED = 0x10;

export class Region {
  readonly at: number;
  readonly bytes: Uint8Array;
  private readonly libc: Libc;

  /** So many bytes, rounded up to whole pages, and behind them a page that nobody may touch. */
  constructor(libc: Libc, bytes: number) {
    const size = Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
    this.libc = libc;
    this.at = libc.mmap(0, size + PAGE_SIZE, PROT_READ_WRITE, MAP_ANONYMOUS_PRIVATE, -1, 0);
    if (this.at < 0) throw new Error(`mmap of ${size} bytes: errno ${-this.at}`);
    libc.mprotect(this.at + size, PAGE_SIZE, PROT_NONE);
    this.bytes = libc.view(this.at, size);
  }

  /** The address behind the last byte: an access there faults. */
  get end(): number {
    return this.at + this.bytes.length;
  }

  /** mmap(MAP_FIXED) of a page: zeros, whatever was there. */
  map(page: number): void {
    const at = this.at + page * PAGE_SIZE;
    this.libc.mmap(at, PAGE_SIZE, PROT_READ_WRITE, MAP_ANONYMOUS_PRIVATE | MAP_FIXED, -1, 0);
  }

  /** Nothing is there any more; a mapping without any access keeps others from taking the place. */
  unmap(page: number): void {
    const at = this.at + page * PAGE_SIZE;
    this.libc.mmap(at, PAGE_SIZE, PROT_NONE, MAP_ANONYMOUS_PRIVATE | MAP_FIXED, -1, 0);
  }

  free(): void {
    this.libc.munmap(this.at, this.bytes.length + PAGE_SIZE);
  }
}

/** Bytes of contents that writes take theirs from, one after the other; behind them the same once more. */
export const CONTENTS = 1 << 20;

let made: Uint8Array | undefined;

/** The contents, made once; nobody writes to them. */
export function contentsOf(): Uint8Array {
  return (made ??= makeContents(CONTENTS));
}

/**
 * Bytes without a pattern that a shift would hide: what each byte of all that is ever written is, by its number. Neither
 * 0, which is what memory is before it is written, nor 1, which the spec has for that in files.
 */
function makeContents(length: number): Uint8Array {
  const bytes = new Uint8Array(2 * length);
  let x = 0x2545f491;
  for (let n = 0; n < length; n++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[n] = 2 + ((x >>> 8) % 254);
  }
  bytes.copyWithin(length, 0, length);
  return bytes;
}

/** Each byte `unit` times: what the machine has for bytes of the spec. */
export function stretch(from: Uint8Array, unit: number, to: Uint8Array): void {
  if (unit === 1) to.set(from.subarray(0, to.length));
  else for (let n = 0; n < to.length; n++) to[n] = from[Math.floor(n / unit)];
}
