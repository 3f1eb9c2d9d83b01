/** What the C calls: the rest of the kernel, which is the model's. */
import { callRelease } from '../../model/linux/3.3/pipe.js';
import { xasRetry } from '../../model/linux/6.1/iov_iter/iterate.js';
import { allocPage, getPage, getPagesArray, kvfreeArray, mayAllocate, putPage } from '../../model/mm.js';
import { kernelPage } from '../../model/vecs.js';
import type { Machine } from './machine.js';
import { copyOut, memoryImports, sumImports } from './memory.js';
import type { Imports } from './wasm.js';

/** Branches of the C in one call, above which it is taken to loop for ever; the longest call within bounds takes some hundreds. */
export const FUEL = 50_000;

/** kmalloc(0) */
const ZERO_SIZE_PTR = 16;

function pageImports(m: Machine): Imports {
  const { k } = m;
  /** What mm/gup.c has put into the caller's array from its first entry on, into the one of the C. */
  const taken = (res: number, pages: number): number => {
    for (let n = 0; n < res; n++) m.i32[(pages >> 2) + n] = m.pageAt(k.pagesArray[n]);
    return res;
  };
  return {
    alloc_page: () => m.pageAt(allocPage(k)),
    get_page: (at: number) => getPage(k, m.pageOf(at), m.by),
    put_page: (at: number) => putPage(k, m.pageOf(at), m.by),
    page_count: (at: number) =>
      (m.pageOf(at) ?? k.die('no-bug', m.by, `${m.by}() counts the references of page NULL`)).head.refcount,
    kernel_page: (addr: number) => m.pageAt(kernelPage(k, addr >>> 0)),
    get_user_pages_fast: (start: number, nr: number, flags: number, pages: number) =>
      taken(k.fn.getUserPagesFast(k, start >>> 0, nr, flags), pages),
    pin_user_pages_fast: (start: number, nr: number, flags: number, pages: number) =>
      taken(k.fn.pinUserPagesFast(k, start >>> 0, nr, flags), pages),
    unpin_user_page(at: number) {
      const page = m.pageOf(at);
      k.fn.unpinUserPage(k, page ?? k.die('no-bug', m.by, 'unpin_user_page(NULL)'));
    },
    release(_pipe: number, at: number, ops: number) {
      const buf = m.bufOf(at);
      callRelease(k, buf, ops);
      m.writeBack(buf, at);
    },
    confirm(_pipe: number, at: number) {
      const buf = m.bufOf(at);
      return buf.page?.isUptodate === false ? k.fn.pipeBufConfirm(k, buf) : 0;
    },
    xas_retry: (index: number) => (xasRetry(k, index) ? 1 : 0),
    no_slot(queue: number, slot: number) {
      const why =
        queue === 0
          ? 'follows the chain of folio_queue past its end'
          : `looks at slot ${slot}, which the folio_queue does not have`;
      return k.die('no-bug', m.by, `${m.by}() ${why}`);
    },
  };
}

function slabImports(m: Machine): Imports {
  const { k } = m;
  return {
    kvmalloc_array(n: number) {
      if (n === 0) return ZERO_SIZE_PTR;
      if (n < 0 || n > m.layout.entriesMax / 2) {
        return k.die('value-out-of-range', m.by, `${m.by}() allocates an array of ${n >>> 0} pages`);
      }
      return getPagesArray(k, n) ? m.writeArray() : 0;
    },
    kvfree(at: number) {
      if (at === 0 || at === ZERO_SIZE_PTR) return;
      if (at !== m.layout.pages) k.die('no-bug', m.by, `${m.by}() frees memory that was never allocated`);
      kvfreeArray(k, m.by);
      k.pagesArrayMax = 0;
    },
    kmemdup: (from: number, n: number) => (mayAllocate(k) ? m.vectors.duplicate(from >>> 0, n >>> 0) : 0),
  };
}

export function importsFor(m: Machine): Imports {
  const toUser = copyOut(m);
  const names = new Map<number, string>();
  /** `__func__`; the model's functions have no leading underscores. */
  const nameAt = (at: number): string => {
    let name = names.get(at);
    if (name === undefined) {
      name = Buffer.from(m.u8.subarray(at, m.u8.indexOf(0, at)))
        .toString('latin1')
        .replace(/^_+/, '');
      names.set(at, name);
    }
    return name;
  };
  return {
    ...memoryImports(m, toUser),
    ...sumImports(m, toUser),
    ...pageImports(m),
    ...slabImports(m),
    warn: (at: number) => m.k.warn(nameAt(at)),
    bug: (at: number, line: number) => m.k.die('no-bug', nameAt(at), `BUG() in line ${line}`),
    sleeps: () => m.k.die('every-loop-ends', m.by, `${m.by}() waits, and O_NONBLOCK is set`),
    left_locked: () => m.k.die('no-bug', m.by, `${m.by}() returns with the pipe locked`),
    spent: () => m.k.die('every-loop-ends', m.by, `${m.by}() took more than ${FUEL} branches in one call`),
  };
}
