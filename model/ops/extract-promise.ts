/**
 * What a call that takes pages has to return, list and hold: by definition, from the vector's
 * own bytes (flat.ts) and the contract.
 */
import { EXTRACTING } from '../callers/callers.js';
import type { Retention } from '../contract.js';
import { EFAULT, ENOMEM, formatReturn } from '../errno.js';
import { flatOf, flatOffset, flatPage } from '../flat.js';
import type { Ghost } from '../ghost.js';
import type { Kernel, Vec } from '../kernel.js';
import * as K from '../kernel.js';
import type { World } from '../op.js';
import { flavourName } from '../vecs.js';
import { promiseGet } from './request.js';

export const isUser = (flavour: number): boolean => flavour === K.ITER_IOVEC || flavour === K.ITER_UBUF;

/** The promise of the document for this flavour and direction. */
export function retentionOf(k: Kernel, w: World, isExtraction: boolean): Retention {
  // Of the iterator as the call has found it.
  const { type } = k.out.iterWas;
  const flavour = type & ~K.WRITE;
  if (!isExtraction) return flavour === K.ITER_KVEC || flavour === K.ITER_DISCARD ? 'refused' : 'get';
  const said = w.design.contract.extract;
  if (said === undefined) return 'refused';
  if (isUser(flavour)) return (type & K.WRITE) !== 0 ? said.source : said.destination;
  if (flavour === K.ITER_KVEC) return said.kvec;
  if (flavour === K.ITER_BVEC) return said.bvec;
  if (flavour === K.ITER_XARRAY) return said.xarray;
  if (flavour === K.ITER_PIPE) return said.pipe;
  return flavour === K.ITER_FOLIOQ ? said.folioq : said.discard;
}

/** Bytes from flat position `pos` to the end of its segment; of a folio_queue or an xarray, to its end. */
export function toSegmentEnd(vec: Vec, pos: number): number {
  const lens = vec.bvec.length > 0 ? vec.bvec : vec.iov;
  let end = 0;
  for (const { len } of lens) {
    end += len;
    if (pos < end) return end - pos;
  }
  return vec.bytes - pos;
}

/** Bytes from `pos` on whose pages can be had: up to a hole or to a page that faults. */
export function toObstacle(k: Kernel, vec: Vec, pos: number, most: number): number {
  let n = 0;
  while (n < most) {
    const page = flatPage(k, vec, pos + n);
    if (page === null || (k.userFault >= 0 && page === k.userPages[k.userFault / k.pageSize])) break;
    n += k.pageSize - flatOffset(k, vec, pos + n);
  }
  return Math.min(n, most);
}

/** The return: the first segment that is not empty, as far as the list and the pages go. */
function promised(g: Ghost, k: Kernel, w: World, maxsize: number, maxpages: number, isExtraction: boolean): number {
  const { vec } = k.out.iterWas;
  if (g.left === 0) return 0;
  if (vec === null || retentionOf(k, w, isExtraction) === 'refused') return -EFAULT;
  const off = flatOffset(k, vec, g.pos);
  const want = Math.min(maxsize, g.left, toSegmentEnd(vec, g.pos), maxpages * k.pageSize - off);
  const there = toObstacle(k, vec, g.pos, want);
  return there === 0 && isUser(vec.flavour) ? -EFAULT : there;
}

/** What of all that could limit a return is the limit, in words. */
function limit(g: Ghost, k: Kernel, want: number, maxsize: number): string {
  const { vec, type } = k.out.iterWas;
  const flavour = type & ~K.WRITE;
  if (g.left === 0) return 'nothing is left of count';
  if (want === -EFAULT) return isUser(flavour) ? 'its first page faults' : `no pages of ${flavourName(flavour)}`;
  if (vec === null) return '';
  if (want === 0) return 'the file has no page there';
  if (want === maxsize) return 'as many bytes as were asked for';
  if (want === g.left) return 'all that is left of count';
  if (want === toSegmentEnd(vec, g.pos)) return `up to the end of its segment of ${vec.text}`;
  return toObstacle(k, vec, g.pos, want + 1) > want
    ? 'as much as the list has entries for'
    : 'as far as there are pages';
}

/**
 * Whether more than the first segment is listed as one run of pages. Since 6.13 a list may go on to the next bio_vec;
 * what comes of it is a list as good as any.
 */
function isOneRun(g: Ghost, k: Kernel, vec: Vec, bytes: number, most: number): boolean {
  if (bytes > most || bytes > g.left) return false;
  const { place } = flatOf(k, vec);
  for (let n = 0; n < bytes; n++) {
    const at = k.out.start + n;
    const page = k.pagesArray[Math.floor(at / k.pageSize)] ?? null;
    if (page === null || page.pfn * k.pageSize + (at % k.pageSize) !== place[g.pos + n]) return false;
  }
  return true;
}

/** The entries of the list against the pages that the buffer is made of. */
function checkList(g: Ghost, k: Kernel, vec: Vec, bytes: number): void {
  const off = flatOffset(k, vec, g.pos);
  for (let n = 0; n * k.pageSize < off + bytes; n++) {
    const page = flatPage(k, vec, g.pos + (n === 0 ? 0 : n * k.pageSize - off));
    const isRight = k.isEntryWritten[n] && k.pagesArray[n] === page && (n > 0 || k.out.start === off);
    if (isRight) continue;
    k.out.noteWrong(n, page, n === 0 ? off : 0);
    return;
  }
}

export const HOLDS: Readonly<Record<Retention, number>> = { none: 0, get: K.FOLL_GET, pin: K.FOLL_PIN, refused: -1 };
export const HOLD_WORDS = ['nothing', 'FOLL_GET', 'FOLL_PIN'];

export function promiseTake(
  g: Ghost,
  k: Kernel,
  w: World,
  ret: number,
  size: number,
  pages: number,
  isExtraction: boolean,
): string {
  const retention = retentionOf(k, w, isExtraction);
  if (ret > 0 && retention !== 'refused' && k.request.hold !== HOLDS[retention]) {
    return `to hold ${HOLD_WORDS[HOLDS[retention]]} of each page; its mode of retention says ${HOLD_WORDS[k.request.hold] ?? k.request.hold}`;
  }
  if (k.caller.kind !== EXTRACTING) {
    if (retention === 'refused') return ret === -EFAULT || g.left === 0 ? '' : '-EFAULT';
    return promiseGet(g, k, w, ret, size, pages * k.pageSize - (ret > 0 ? k.out.start : 0));
  }
  const want = promised(g, k, w, size, pages, isExtraction);
  const { vec } = k.out.iterWas;
  if (ret > 0 && vec !== null) checkList(g, k, vec, ret);
  if (ret === want || (ret === -ENOMEM && k.isOomHit)) return '';
  const most = Math.min(size, pages * k.pageSize - k.out.start);
  if (ret > want && want > 0 && vec !== null && isOneRun(g, k, vec, ret, most)) return '';
  return `${formatReturn(want)}: ${limit(g, k, want, size)}`;
}
