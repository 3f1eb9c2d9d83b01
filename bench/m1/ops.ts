/** Reads and writes of the pipe, what has to hold in each state, and which ops there are. */
import { advance, allocPage, copyPageToIter, copyToIter, getPages, release, sanity } from './iter.js';
import * as iter from './iter.js';
import type { World } from './world.js';
import { ANON, COUNT, FILES, PACKET, PAGE_SIZE, POOL, RING } from './world.js';

function ioDone(w: World): void {
  for (let e = 0; e < 2; e++) {
    const h = w.held[e];
    const page = h.page;
    if (page !== null) page.refcount--;
    h.page = null;
  }
}

function pipeRead(w: World, bytes: number): void {
  const pipe = w.pipe;
  while (bytes > 0 && pipe.nrbufs > 0) {
    const buf = pipe.bufs[pipe.curbuf];
    const chars = buf.len < bytes ? buf.len : bytes;
    const isPacket = buf.flags === 1;
    buf.offset += chars;
    buf.len -= chars;
    bytes -= chars;
    if (buf.len === 0 || isPacket) {
      release(pipe, pipe.curbuf);
      pipe.curbuf = (pipe.curbuf + 1) & (RING - 1);
      pipe.nrbufs--;
    }
    if (isPacket) break;
  }
}

function pipeWrite(w: World, bytes: number, packet: number): void {
  const pipe = w.pipe;
  if (pipe.nrbufs === RING) return;
  const page = allocPage(w);
  if (page === null) return;
  const buf = pipe.bufs[(pipe.curbuf + pipe.nrbufs) & (RING - 1)];
  pipe.nrbufs++;
  buf.page = page;
  buf.offset = 0;
  buf.len = bytes;
  buf.ops = packet === 1 ? PACKET : ANON;
  buf.flags = packet;
}

function iovIterPipe(w: World, count: number): void {
  const pipe = w.pipe;
  const i = w.i;
  i.active = 1;
  i.idx = (pipe.curbuf + pipe.nrbufs) & (RING - 1);
  i.iovOffset = 0;
  i.count = count;
}

function close(w: World): void {
  const i = w.i;
  i.active = 0;
  i.idx = 0;
  i.iovOffset = 0;
  i.count = 0;
}

/** Every reference has an owner; every slot in use has bytes of a page, and no other has any. */
function holds(w: World, refs: Int32Array): boolean {
  const pipe = w.pipe;
  const i = w.i;
  for (let n = 0; n < FILES + POOL; n++) {
    const page = w.pages[n];
    refs[n] = page.refcount - (n < FILES ? 1 : 0);
  }
  for (let j = 0; j < RING; j++) {
    const buf = pipe.bufs[(pipe.curbuf + j) & (RING - 1)];
    if (j >= pipe.nrbufs !== (buf.ops === 0)) return false;
    if (j >= pipe.nrbufs) continue;
    const page = buf.page;
    if (page === null || buf.len < 1 || buf.offset + buf.len > PAGE_SIZE) return false;
    refs[page.pfn]--;
  }
  for (let e = 0; e < 2; e++) {
    const h = w.held[e];
    const page = h.page;
    if (page !== null) refs[page.pfn]--;
  }
  for (let n = 0; n < FILES + POOL; n++) if (refs[n] !== 0) return false;
  return i.active === 0 || i.pend === 1 || sanity(w);
}

/** Every op that is enabled: taken, and given to `emit`, which puts the state back. */
function successors(w: World, emit: (op: number) => void): void {
  const i = w.i;
  const h = w.held[0];
  if (h.page !== null) {
    ioDone(w);
    emit(0);
  }
  if (i.pend === 1) {
    for (let n = 0; n < 2; n++) {
      advance(w, n * 5);
      emit(1 + n);
    }
    return;
  }
  if (i.active === 0) {
    iovIterPipe(w, COUNT);
    emit(3);
    pipeRead(w, 4);
    emit(4);
    for (let packet = 0; packet < 2; packet++) {
      pipeWrite(w, 4, packet);
      emit(5 + packet);
    }
    return;
  }
  for (let n = 0; n < 2 * FILES; n++) {
    const page = w.pages[n >> 1];
    const half = n & 1;
    copyPageToIter(w, page, 2 * half, half === 0 ? 4 : 2);
    emit(7 + n);
  }
  copyToIter(w, 6);
  emit(11);
  if (h.page === null) {
    getPages(w, 8, 2);
    emit(12);
  }
  close(w);
  emit(13);
}

/** All functions of the model. */
export const FUNCTIONS = [...Object.values(iter), ioDone, pipeRead, pipeWrite, iovIterPipe, close, holds, successors];
