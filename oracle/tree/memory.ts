/**
 * Copies of the C, between pages, the caller's buffer and user memory: the model does them. Every
 * address of kernel memory is resolved here; one that leads nowhere is an oops of the function that runs.
 */
import { EFAULT } from '../../model/errno.js';
import { Tag } from '../../model/kernel.js';
import type { Kernel, Page } from '../../model/kernel.js';
import { beforePoison } from '../../model/linux/6.1/iov_iter/iterate.js';
import { memcpyToPage } from '../../model/mm.js';
import {
  clearUserAddr,
  copyFromUser,
  copyFromUserAddr,
  copyToUser,
  copyToUserAddr,
  copyToUserNofault,
  faultInUser,
  Move,
  moveBytes,
} from '../../model/uaccess.js';
import { kernelPage } from '../../model/vecs.js';
import type { Machine } from './machine.js';
import type { Imports } from './wasm.js';

/** Addresses of c/include/iov/mm.h: pages that are mapped, and the caller's buffer. */
const KMAP = 0x20000000;
const KBUF = 0x30000000;

/** What read() and write() of a pipe are passed, byte by byte: the user's buffer, which may fault. */
export const USER_BUFFER = 0x40000000;

/** `addr` of the copies: the caller's buffer. */
export const kbufAddress = (k: Kernel): number => KBUF + k.kbufAt;

/** A sum, so that it is never 0; see c/include/iov/uaccess.h. */
const SUMMED = 0x40000000;

function nothingAt({ k, by }: Machine, addr: number): never {
  return k.die('no-bug', by, `${by}() touches kernel address ${addr}: nothing is there`);
}

/** One place in the memory of the kernel. */
class Place {
  /** The bytes there, from `at` on, and how many of them. */
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  room = 0;
  page: Page | null = null;

  find(m: Machine, addr: number): void {
    const { k } = m;
    if (addr >= KBUF && addr - KBUF < 0x10000000) {
      this.page = null;
      this.bytes = k.kbuf;
      this.at = addr - KBUF;
      this.room = Number.MAX_SAFE_INTEGER;
      return;
    }
    const size = k.pageSize;
    const mapped = addr >= KMAP ? k.pages[Math.floor((addr - KMAP) / size)] : kernelPage(k, addr);
    const page = mapped ?? nothingAt(m, addr);
    this.page = page;
    this.bytes = page.data;
    this.at = addr % size;
    this.room = size - this.at;
  }
}

const TO = new Place();
const FROM = new Place();

/** Part of linear memory, not of the model's: structs that the compiler or the source copies. */
function isStruct(m: Machine, addr: number): boolean {
  return addr < m.u8.length && addr >= m.k.pages.length * m.k.pageSize;
}

function isFree(m: Machine, page: Page): void {
  if (page.head.refcount === 0) {
    m.k.die('no-use-after-free', m.by, `${m.by}() maps page ${page.name}, which is free`);
  }
}

/** memcpy() between kernel addresses, page by page. */
function copy(m: Machine, to: number, from: number, n: number): void {
  const { k, by } = m;
  if (isStruct(m, to) && isStruct(m, from)) {
    m.u8.copyWithin(to, from, from + n);
    return;
  }
  for (let done = 0; done < n; ) {
    TO.find(m, to + done);
    FROM.find(m, from + done);
    const part = Math.min(n - done, TO.room, FROM.room);
    if (FROM.page !== null) isFree(m, FROM.page);
    if (TO.page === null) {
      if (FROM.page === null) nothingAt(m, to + done);
      else moveBytes(k, Move.FromPage, FROM.page, FROM.at, TO.bytes, TO.at, part, by);
    } else if (m.isPipe && FROM.page === null) {
      memcpyToPage(k, TO.page, TO.at, part, k.srcMark - (FROM.at - k.kbufAt), by);
    } else moveBytes(k, Move.ToPage, TO.page, TO.at, FROM.bytes, FROM.at, part, by);
    done += part;
  }
}

/** memset() */
function set(m: Machine, to: number, c: number, n: number): void {
  const { k, by } = m;
  if (isStruct(m, to)) {
    m.u8.fill(c, to, to + n);
    return;
  }
  for (let done = 0; done < n; ) {
    TO.find(m, to + done);
    const part = Math.min(n - done, TO.room);
    if (TO.page === null) k.kbuf.fill(0, TO.at, TO.at + part);
    else if (m.isPipe) memcpyToPage(k, TO.page, TO.at, part, -1, by);
    else moveBytes(k, Move.Zero, TO.page, TO.at, TO.bytes, 0, part, by);
    done += part;
  }
}

/** Whatever lies there, `n` bytes in one piece as far as they are of one page or buffer: how many. */
function piece(m: Machine, place: Place, addr: number, n: number): number {
  place.find(m, addr);
  if (place.page !== null) isFree(m, place.page);
  return Math.min(n, place.room);
}

/** A copy with user memory, in pieces of kernel memory; bytes that were not copied. */
function withUser(
  m: Machine,
  kernel: number,
  n: number,
  one: (k: Kernel, user: number, at: Place, n: number) => number,
  user: number,
): number {
  let done = 0;
  do {
    const part = piece(m, FROM, kernel + done, n - done);
    const left = one(m.k, user + done, FROM, part);
    done += part - left;
    if (left !== 0) break;
  } while (done < n);
  return n - done;
}

/** The values of `n` bytes at a kernel address; 0 where contents are off. */
function sumOf(m: Machine, addr: number, n: number): number {
  if (m.k.bounds.contents === 'off') return 0;
  let sum = 0;
  for (let done = 0; done < n; ) {
    const part = piece(m, FROM, addr + done, n - done);
    for (let b = 0; b < part; b++) sum += FROM.bytes[FROM.at + b];
    done += part;
  }
  return sum;
}

/** The next copy with the user's buffer is of the byte that the C has named. */
function atByte(k: Kernel, addr: number): Kernel {
  k.user.pos = addr - USER_BUFFER;
  return k;
}

type ToUser = (to: number, from: number, n: number) => number;

/** copy_to_user() */
export function copyOut(m: Machine): ToUser {
  const { k } = m;
  return (to, from, n) =>
    withUser(
      m,
      from >>> 0,
      n,
      (_k, addr, { page, bytes, at }, part) =>
        addr < USER_BUFFER
          ? copyToUserAddr(k, addr, bytes, at, part, m.by)
          : part - copyToUser(atByte(k, addr), page, at, part, m.by),
      to >>> 0,
    );
}

/** What copies without a sum. */
export function memoryImports(m: Machine, toUser: ToUser): Imports {
  const { k } = m;
  return {
    copy: (to: number, from: number, n: number) => copy(m, to >>> 0, from >>> 0, n >>> 0),
    set: (to: number, c: number, n: number) => set(m, to >>> 0, c, n >>> 0),
    to_user: toUser,
    to_user_nofault(to: number, from: number, n: number) {
      piece(m, FROM, from >>> 0, n);
      return copyToUserNofault(k, to >>> 0, FROM.bytes, FROM.at, n, m.by) === 0 ? 0 : -EFAULT;
    },
    from_user: (to: number, from: number, n: number, isAtomic: number) =>
      withUser(
        m,
        to >>> 0,
        n,
        (_k, addr, { page, bytes, at }, part) =>
          addr < USER_BUFFER
            ? copyFromUserAddr(k, addr, bytes, at, part, isAtomic !== 0, m.by)
            : part - copyFromUser(atByte(k, addr), page, at, part, m.by),
        from >>> 0,
      ),
    clear_user: (to: number, n: number) => clearUserAddr(k, to >>> 0, n, m.by),
    mc_to_user(to: number, from: number, n: number) {
      const good = beforePoison(k, (from >>> 0) - KBUF - k.kbufAt, n);
      return n - good + toUser(to, from, good);
    },
    mc_to_kernel(to: number, from: number, n: number) {
      const good = beforePoison(k, (from >>> 0) - KBUF - k.kbufAt, n);
      copy(m, to >>> 0, from >>> 0, good);
      return n - good;
    },
    fault_in: (addr: number, n: number, isWrite: number) => faultInUser(k, addr >>> 0, n, isWrite !== 0),
  };
}

/** What sums as well. */
export function sumImports(m: Machine, toUser: ToUser): Imports {
  const { k } = m;
  return {
    csum_to_user: (from: number, to: number, n: number) =>
      toUser(to, from, n) === 0 ? SUMMED | sumOf(m, from >>> 0, n) : 0,
    csum_from_user(from: number, to: number, n: number) {
      piece(m, TO, to >>> 0, n);
      const left = copyFromUserAddr(k, from >>> 0, TO.bytes, TO.at, n, false, m.by);
      return left === 0 ? SUMMED | sumOf(m, to >>> 0, n) : 0;
    },
    csum_copy(from: number, to: number, n: number) {
      copy(m, to >>> 0, from >>> 0, n);
      // Where a pipe's pages hold nothing, the bytes of the source are all alike.
      return (
        SUMMED | (m.isPipe && k.plain === Tag.NeverWritten ? n * Tag.Plain : sumOf(m, (m.isPipe ? to : from) >>> 0, n))
      );
    },
  };
}
