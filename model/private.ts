/**
 * What each process has to find in its memory, stated without page tables: a private page
 * holds what this process, or a device on its behalf, wrote last; a page of the file that it
 * never wrote follows the file.
 *
 * Every write writes a value of its own, the same in each byte of the page, and only whether
 * two values are equal matters: no modelled function looks at what a page holds. 0 are zeros.
 * After each op the state is brought to a form of its own: private-form.ts.
 */
import type { Ghost } from './ghost.js';
import { VALUES } from './ghost.js';
import type { Kernel } from './kernel.js';
import { FOLL_PIN, Vma, Writer } from './kernel.js';
import { pageAnon } from './memory.js';

/** In Ghost.memory: reads as the file does. */
export const FOLLOWS_FILE = VALUES;

/** In Ghost.mayRead: not what the page holds now. */
export const NOTHING = VALUES;

/** What pages hold that nobody can reach any more; nobody ever has to read it. */
export const STALE = VALUES - 1;

/** The file's page behind a virtual page. */
export function fileOf(k: Kernel, vpage: number): number {
  return vpage % k.bounds.files;
}

/** The value that process `pid` has to read. */
export function toRead(g: Ghost, k: Kernel, pid: number, vpage: number): number {
  const value = g.memory[pid * k.bounds.vpages + vpage];
  return value === FOLLOWS_FILE ? g.file[fileOf(k, vpage)] : value;
}

/** The value that process `pid` reads; where nothing is mapped yet, what its first read would bring. */
export function foundAt(k: Kernel, pid: number, vpage: number): number {
  const { ptes, vma } = k.mms[pid];
  const first = vma[vpage] === Vma.Anon ? k.zeroPage : k.filePages[fileOf(k, vpage)];
  return (ptes[vpage].page ?? first)?.data[0] ?? 0;
}

/** What page `e` of the request holds. */
export function held(k: Kernel, e: number): number {
  return k.request.page[e]?.data[0] ?? 0;
}

/** A write that reaches the file; a device that reads from a mapping of it may find it. */
export function setFile(g: Ghost, k: Kernel, page: number, value: number): void {
  g.file[page] = value;
  const r = k.request;
  for (let e = 0; e < r.nr && r.isSource; e++) {
    const isOf = (g.followed & (1 << e)) !== 0 && fileOf(k, g.reqAt + e) === page;
    if (isOf && held(k, e) === value) g.mayRead[e] = value;
  }
}

/**
 * Since 5.19 a pin is of the page that its process has and goes on having: what the process writes later reaches the
 * device. Not so where it had the file's page or the zero page.
 *
 * @kernel 6.1 include/linux/mm.h gup_must_unshare; 6.3 tools/testing/selftests/mm/cow.c
 */
function hasToKeepUp(k: Kernel, e: number): boolean {
  const page = k.request.page[e];
  return k.bounds.cow === 'exclusive' && k.request.hold === FOLL_PIN && page !== null && pageAnon(page);
}

/** A process has written a page of its memory. */
export function noteStore(g: Ghost, k: Kernel, pid: number, vpage: number, value: number): void {
  if (k.mms[pid].vma[vpage] === Vma.SharedFile) {
    setFile(g, k, fileOf(k, vpage), value);
    return;
  }
  g.memory[pid * k.bounds.vpages + vpage] = value;
  const r = k.request;
  const e = vpage - g.reqAt;
  const isIn = r.isSource && r.mm === pid && e >= 0 && e < r.nr;
  if (!isIn || (g.lost & (1 << e)) !== 0) return;
  if (held(k, e) === value) g.mayRead[e] = value;
  else if (hasToKeepUp(k, e)) g.mayRead[e] = NOTHING;
}

/** Scratch: the names in use. */
const isUsed = new Uint8Array(VALUES + 1);

/**
 * The least value that nothing holds yet. Behind the last one all further values are one: then a mix-up of two of
 * them is not seen.
 */
export function freshValue(k: Kernel, g: Ghost, writer: number): number {
  isUsed.fill(0);
  for (const { data } of k.pages) isUsed[data[0]] = 1;
  for (const value of g.memory) isUsed[value] = 1;
  for (const value of g.file) isUsed[value] = 1;
  for (const value of g.mayRead) isUsed[value] = 1;
  let value = 1;
  while (value < STALE - 1 && isUsed[value] !== 0) value++;
  g.whose[value] = writer;
  g.born[value] = g.steps;
  return value;
}

const WRITER_NAMES: Readonly<Record<number, string>> = {
  [Writer.Parent]: 'parent',
  [Writer.Child]: 'child',
  [Writer.Device]: 'device',
  [Writer.File]: 'file',
};

/** A value as `zeros`, `file`, `parent:2`: whose it is, and of which step. Right on a path that was walked from the start. */
export function valueShort(g: Ghost, value: number): string {
  const name = WRITER_NAMES[value === STALE ? Writer.Nobody : g.whose[value]];
  if (name === undefined) return value === STALE ? 'stale' : 'zeros';
  return g.born[value] === 0 ? name : `${name}:${g.born[value]}`;
}

/** The same in words. */
export function valueName(g: Ghost, value: number): string {
  const [name, step] = valueShort(g, value).split(':');
  if (name === 'zeros') return name;
  if (name === 'stale') return 'what somebody had there before';
  return `the ${name}'s data${step === undefined ? '' : ` of step ${step}`}`;
}
