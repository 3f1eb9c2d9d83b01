/** The iterator's functions, in the words of world.ts. */
import type { Page, Pipe, World } from './world.js';
import { CACHE, DEFAULT, FILES, PAGE_SIZE, POOL, RING } from './world.js';

export function allocPage(w: World): Page | null {
  for (let n = FILES; n < FILES + POOL; n++) {
    const page = w.pages[n];
    if (page.refcount === 0) {
      page.refcount = 1;
      return page;
    }
  }
  return null;
}

export function release(pipe: Pipe, idx: number): void {
  const buf = pipe.bufs[idx];
  const page = buf.page;
  if (page !== null) page.refcount--;
  buf.page = null;
  buf.offset = 0;
  buf.len = 0;
  buf.ops = 0;
}

export function sanity(w: World): boolean {
  const pipe = w.pipe;
  const i = w.i;
  const next = (pipe.curbuf + pipe.nrbufs) & (RING - 1);
  if (i.iovOffset === 0) return i.idx === next;
  const last = (next - 1) & (RING - 1);
  const buf = pipe.bufs[last];
  return pipe.nrbufs > 0 && i.idx === last && buf.offset + buf.len === i.iovOffset;
}

export function copyPageToIter(w: World, page: Page, offset: number, bytes: number): number {
  const pipe = w.pipe;
  const i = w.i;
  if (bytes > i.count) bytes = i.count;
  if (bytes === 0 || !sanity(w)) return 0;
  let idx = i.idx;
  if (i.iovOffset !== 0) {
    const last = pipe.bufs[idx];
    if (offset === i.iovOffset && last.page === page) {
      last.len += bytes;
      i.iovOffset += bytes;
      i.count -= bytes;
      return bytes;
    }
    idx = (idx + 1) & (RING - 1);
  }
  if (pipe.nrbufs === RING) return 0;
  const buf = pipe.bufs[idx];
  pipe.nrbufs++;
  buf.ops = CACHE;
  buf.flags = 0;
  buf.page = page;
  page.refcount++;
  buf.offset = offset;
  buf.len = bytes;
  i.iovOffset = offset + bytes;
  i.idx = idx;
  i.count -= bytes;
  return bytes;
}

/** Whether the iterator may go on in the slot that it is at. */
export function mayAppend(w: World): boolean {
  const pipe = w.pipe;
  const i = w.i;
  if (i.iovOffset === 0 || i.iovOffset === PAGE_SIZE) return false;
  const buf = pipe.bufs[i.idx];
  return buf.ops === DEFAULT;
}

/** Slots for `size` bytes more; returns the bytes that there is room for now. */
export function pushPipe(w: World, size: number): number {
  const pipe = w.pipe;
  const i = w.i;
  if (size > i.count) size = i.count;
  if (size === 0) return 0;
  let left = size;
  let idx = i.idx;
  if (mayAppend(w)) {
    const last = pipe.bufs[idx];
    const room = PAGE_SIZE - (last.offset + last.len);
    last.len += left < room ? left : room;
    left -= room;
    if (left <= 0) return size;
    idx = (idx + 1) & (RING - 1);
  } else if (i.iovOffset !== 0) idx = (idx + 1) & (RING - 1);
  while (pipe.nrbufs < RING) {
    const page = allocPage(w);
    if (page === null) break;
    const buf = pipe.bufs[idx];
    pipe.nrbufs++;
    buf.ops = DEFAULT;
    buf.flags = 0;
    buf.page = page;
    buf.offset = 0;
    buf.len = left < PAGE_SIZE ? left : PAGE_SIZE;
    left -= PAGE_SIZE;
    if (left <= 0) return size;
    idx = (idx + 1) & (RING - 1);
  }
  return size - left;
}

/** The iterator stands after the last byte in the pipe. */
export function standAtEnd(w: World): void {
  const pipe = w.pipe;
  const i = w.i;
  const last = (pipe.curbuf + pipe.nrbufs - 1) & (RING - 1);
  const buf = pipe.bufs[last];
  i.idx = last;
  i.iovOffset = buf.offset + buf.len;
}

export function copyToIter(w: World, bytes: number): number {
  const i = w.i;
  if (!sanity(w)) return 0;
  const n = pushPipe(w, bytes);
  if (n === 0) return 0;
  standAtEnd(w);
  i.count -= n;
  return n;
}

export function getPages(w: World, maxsize: number, maxpages: number): number {
  const pipe = w.pipe;
  const i = w.i;
  if (!sanity(w)) return 0;
  const isBegun = mayAppend(w);
  const off = isBegun ? i.iovOffset : 0;
  const most = maxpages * PAGE_SIZE - off;
  let n = pushPipe(w, maxsize < most ? maxsize : most);
  if (n === 0) return 0;
  const got = n;
  let idx = isBegun || i.iovOffset === 0 ? i.idx : (i.idx + 1) & (RING - 1);
  n += off;
  for (let e = 0; n > 0; e++) {
    const buf = pipe.bufs[idx];
    const h = w.held[e];
    const page = buf.page;
    h.page = page;
    if (page !== null) page.refcount++;
    idx = (idx + 1) & (RING - 1);
    n -= PAGE_SIZE;
  }
  i.pend = 1;
  return got;
}

/** Goes on over `size` bytes of what get_pages has put behind the iterator, and drops the rest. */
export function advance(w: World, size: number): void {
  const pipe = w.pipe;
  const i = w.i;
  if (size > i.count) size = i.count;
  const consumed = size;
  let idx = i.idx;
  let off = i.iovOffset;
  if (size !== 0) {
    const first = pipe.bufs[idx];
    if (off !== 0) size += off - first.offset;
    let buf = first;
    while (size > buf.len) {
      size -= buf.len;
      idx = (idx + 1) & (RING - 1);
      buf = pipe.bufs[idx];
    }
    buf.len = size;
    off = buf.offset + size;
  } else if (off !== 0) {
    const buf = pipe.bufs[idx];
    buf.len = off - buf.offset;
  }
  i.idx = idx;
  i.iovOffset = off;
  i.count -= consumed;
  i.pend = 0;
  const wanted = ((idx - pipe.curbuf) & (RING - 1)) + (off !== 0 ? 1 : 0);
  while (pipe.nrbufs > wanted) {
    pipe.nrbufs--;
    release(pipe, (pipe.curbuf + pipe.nrbufs) & (RING - 1));
  }
}
