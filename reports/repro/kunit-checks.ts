/** What a test inside the kernel can ask after a call: what it finds on the design, and what it has to find by the rules. */
import type { RealOp, RealRun } from '../../harness/real-size.js';
import { FILE_BYTE } from '../../harness/real-size.js';
import { isPending } from '../../model/callers/callers.js';
import { flatOf, positionOf } from '../../model/flat.js';
import { ByteKind } from '../../model/ghost.js';
import type { Page } from '../../model/kernel.js';
import { ITER_BVEC, ITER_FOLIOQ, ITER_IOVEC, ITER_KVEC, ITER_PIPE, PIPE_BUF_FLAG_PACKET } from '../../model/kernel.js';
import { clearOwners, countOwners, isCounted, pins, refcountOf, refs } from '../../model/owners.js';

/** One question: an expression in C, and its two answers. */
export interface Check {
  readonly c: string;
  readonly has: string;
  readonly wants: string;
  /** Of pointers: they are compared as such. */
  readonly isPointer?: true;
  /** 1 or 0, for yes and no. */
  readonly isTruth?: true;
}

const yes = (is: boolean): string => (is ? '1' : '0');
const truth = (c: string, has: boolean, wants: boolean): Check => ({
  c,
  has: yes(has),
  wants: yes(wants),
  isTruth: true,
});

/** `mem + 1`, `file`: what the test calls a page; undefined where it has no name for it. */
export function pageC(run: RealRun, page: Page | null): string | undefined {
  const { driverPages, filePages } = run.k;
  const at = (list: readonly Page[], name: string): string | undefined => {
    const n = page === null ? -1 : list.indexOf(page);
    return n < 0 ? undefined : n === 0 ? name : `${name} + ${n}`;
  };
  return at(driverPages, 'mem') ?? at(filePages, 'file');
}

/** References beyond those that the owners for life have: a page of the test has one. */
function references(run: RealRun): Check[] {
  const { k, w } = run;
  countOwners(k, w.ring);
  const out = k.pages.flatMap((page): Check[] => {
    const name = pageC(run, page);
    if (name === undefined || !isCounted(page)) return [];
    const wants = refcountOf(k, page, refs[page.pfn], pins[page.pfn]);
    // A page that nobody has to do with is no news.
    if (page.refcount === 1 && wants === 1) return [];
    return [{ c: `page_ref_count(${name})`, has: String(page.refcount), wants: String(wants) }];
  });
  clearOwners(k);
  return out;
}

/** Flavours that stand in a segment: iov_offset counts from its begin. */
const SEGMENTED: ReadonlySet<number> = new Set([ITER_IOVEC, ITER_KVEC, ITER_BVEC, ITER_FOLIOQ]);

/** Where in its segment an iterator has to stand that stands elsewhere. */
function position({ k, g }: RealRun): Check[] {
  const { vec, flavour, iovOffset } = k.iter;
  if (vec === null || !SEGMENTED.has(flavour) || positionOf(k, k.iter) === g.pos) return [];
  const begin = Math.max(...[...flatOf(k, vec).starts].filter((at) => at <= g.pos));
  return [{ c: 'iter.iov_offset', has: String(iovOffset), wants: String(g.pos - begin) }];
}

/** What is left of the iterator, and where it stands. */
function iterator(run: RealRun): Check[] {
  const { k, g, w } = run;
  if (!k.iter.active || w.design.contract.count === 'capacity') return [];
  return [{ c: 'iov_iter_count(&iter)', has: String(k.iter.count), wants: String(g.left) }, ...position(run)];
}

/** The bytes that a reader of the pipe finds, and which buffers are packets. */
function pipe({ k, g, w }: RealRun): Check[] {
  const isPipe = k.needs.pipe && (k.needs.memory === 'none' || k.iter.flavour === ITER_PIPE);
  if (!isPipe || isPending(k)) return [];
  const used = Math.min(w.ring.used(k), w.ring.size(k));
  const bufs = Array.from({ length: used }, (_, j) => w.ring.slot(k, j));
  const bytes = bufs.reduce((sum, { len }) => sum + len, 0);
  const out: Check[] = [{ c: 'readable(pipe)', has: String(bytes), wants: String(g.n) }];
  let at = 0;
  bufs.forEach(({ len, flags }, j) => {
    const isPacket = g.kind[at] === ByteKind.Packet || g.kind[at] === ByteKind.PacketEnd;
    out.push(truth(`is_packet(pipe, ${j})`, (flags & PIPE_BUF_FLAG_PACKET) !== 0, isPacket));
    at += len;
  });
  return out;
}

/** Entries that a call which returned `ret` has to have written. */
function unset({ k }: RealRun, ret: number): Check[] {
  const want = ret > 0 ? Math.ceil((k.out.start + ret) / k.pageSize) : 0;
  const entries = Array.from({ length: want }, (_, n) => n);
  return entries.flatMap((n) => (k.isEntryWritten[n] ? [] : [truth(`!!list[${n}]`, false, true)]));
}

/** Whoever gets an error, or nothing, has no array; entries that bytes are in name their pages, which live. */
function pageList(run: RealRun, op: RealOp, ret: number): Check[] {
  const { k } = run;
  const { wrongEntry, rightPage } = k.out;
  const out: Check[] = [];
  if (k.arrays > (k.request.ownsArray ? 1 : 0))
    out.push({ c: 'list', has: 'an array', wants: 'NULL', isPointer: true });
  const right = wrongEntry < 0 ? undefined : pageC(run, rightPage);
  if (right !== undefined) out.push({ c: `list[${wrongEntry}]`, has: 'another one', wants: right, isPointer: true });
  if (TAKES.test(op.spec.fn ?? '')) out.push(...unset(run, ret));
  for (let e = 0; k.request.inFlight && e < k.request.nr; e++) {
    const page = k.request.page[e];
    if (page !== null && pageC(run, page) === undefined && page.owner === '')
      out.push(truth(`page_ref_count(list[${e}]) > 0`, page.head.refcount > 0, true));
  }
  return out;
}

const TAKES = /^iovIter(GetPages|ExtractPages)/;

/** Nobody has written to the file. */
function contents({ k, fileMark }: RealRun): Check[] {
  if (k.needs.memory !== 'none') return [];
  return k.filePages.flatMap((page, n): Check[] => {
    const isSame = page.data.every((tag, b) => tag === FILE_BYTE || n * k.pageSize + b === fileMark);
    const at = n === 0 ? 'file' : `file + ${n}`;
    return isSame ? [] : [truth(`!memchr_inv(page_address(${at}), 0, PAGE_SIZE)`, false, true)];
  });
}

/** All of them, on the state as it is. */
export function checksOf(run: RealRun, op: RealOp, ret: number): Check[] {
  return [...iterator(run), ...pipe(run), ...pageList(run, op, ret), ...references(run), ...contents(run)];
}

export const isBroken = ({ has, wants }: Check): boolean => has !== wants;
