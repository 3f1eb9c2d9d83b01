/**
 * What somebody outside can see of a state: bytes that a reader gets at, the iterator and the pages as their caller has
 * them, what processes and files hold, who sleeps. Nothing of how a design keeps it: no slot, no index, no name of an
 * anonymous page, so that designs with other rings and other fields can be held against each other.
 *
 * Out of it is what an op has told already: its return value, and whether it warned.
 */
import { positionOf } from '../model/flat.js';
import { inodeByte } from '../model/inode.js';
import type { IovIter, Kernel } from '../model/kernel.js';
import { ITER_PIPE, PIPE_BUF_FLAG_PACKET, pipeNames, Vma } from '../model/kernel.js';
import type { World } from '../model/op.js';
import { FOLLOWS_FILE, foundAt, held } from '../model/private.js';
import type { Ghost } from '../model/ghost.js';
import { TaskState } from '../model/wait.js';
import type { Runner } from './runner.js';

/** In what two designs may differ, in the order in which an op is told to differ. */
export const KINDS = [
  'does-not-return',
  'error',
  'return-value',
  'warn',
  'bytes-delivered',
  'bytes-readable',
  'pipe-size',
  'iterator',
  'pages-held',
  'references',
  'memory',
  'files',
  'tasks',
  'state',
  'rules-broken',
  'call-offered',
] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that can be seen, in words. */
export interface Seen {
  readonly kind: Kind;
  readonly what: string;
  readonly value: string;
}

/** Numbers, one after the other, each of a kind; and, if somebody asks, words. Made once, filled after each op. */
export class View {
  n = 0;
  readonly values = new Int32Array(1024);
  private readonly kinds: Kind[] = [];
  /** Words for a report; undefined where only equality is of interest. */
  seen: Seen[] | undefined;

  begin(): void {
    this.n = 0;
    if (this.seen !== undefined) this.seen = [];
  }

  put(kind: Kind, value: number): void {
    this.kinds[this.n] = kind;
    this.values[this.n++] = value;
  }

  /** The same with its name. Lists have one name for all of their numbers: {@link tell}. */
  name(kind: Kind, what: string, value: number): void {
    this.put(kind, value);
    if (this.seen !== undefined) this.tell(kind, what, String(value));
  }

  tell(kind: Kind, what: string, value: string): void {
    this.seen?.push({ kind, what, value });
  }

  /** The kind of the first number that is another one; undefined where all are the same. */
  difference(other: View): Kind | undefined {
    const { values, n } = this;
    const length = Math.max(n, other.n);
    for (let i = 0; i < length; i++) {
      if (i < n && i < other.n && values[i] === other.values[i]) continue;
      return i < n ? this.kinds[i] : other.kinds[i];
    }
    return undefined;
  }
}

const SIGNS = ['?', '.', '*'];

/** The sign of a byte as reports have it; beside files each byte has a number, and that a letter. */
function signOf(k: Kernel, tag: number): string {
  if (!hasTags(k)) return '.';
  return k.needs.inodes === true ? (tag < 2 ? '?0'[tag] : String.fromCodePoint(95 + tag)) : (SIGNS[tag] ?? '?');
}

/** `2: .*`, and `none`. */
export function bytesOf(k: Kernel, tags: readonly number[]): string {
  return tags.length === 0 ? 'none' : `${tags.length}: ${tags.map((tag) => signOf(k, tag)).join('')}`;
}

/** Where pages are lent, what a byte holds is a name of its page, and judged by rules alone. */
const hasTags = ({ needs, bounds }: Kernel): boolean => bounds.contents !== 'off' && needs.lends !== true;

/** The bytes that a reader can get at, and which of them are the last of a packet. */
function observePipe(k: Kernel, w: World, p: number, v: View): void {
  const name = k.pipes.length > 1 ? ` of ${pipeNames(k)[p]}` : '';
  v.name('pipe-size', `slots${name}`, w.ring.size(k));
  const used = Math.min(w.ring.used(k), w.ring.size(k));
  let text = '';
  let n = 0;
  for (let j = 0; j < used; j++) {
    const { page, offset, len, flags } = w.ring.slot(k, j);
    const isPacket = (flags & PIPE_BUF_FLAG_PACKET) !== 0;
    let signs = '';
    for (let b = 0; b < len; b++, n++) {
      const tag = page === null || !hasTags(k) ? 0 : (page.data[offset + b] ?? 0);
      v.put('bytes-readable', (isPacket && b === len - 1 ? 256 : 0) | tag);
      if (v.seen !== undefined) signs += signOf(k, tag);
    }
    text += isPacket ? `<${signs}>` : signs;
  }
  v.put('bytes-readable', -1);
  if (v.seen !== undefined) v.tell('bytes-readable', `bytes readable${name}`, n === 0 ? 'none' : `${n}: ${text}`);
}

/** What the last op gave to a user: of a read, its bytes. */
function observeDelivery({ k, judged }: Runner, v: View): void {
  const { spec, ret } = judged;
  if (ret <= 0 || !hasTags(k) || k.needs.inodes === true) return;
  if (spec.fn !== 'pipeRead' && spec.fn !== 'pipeReadv') return;
  const { data } = k.user;
  for (let n = 0; n < ret && n < data.length; n++) v.put('bytes-delivered', data[n]);
  if (v.seen !== undefined) v.tell('bytes-delivered', 'bytes delivered', bytesOf(k, [...data.subarray(0, ret)]));
}

function observeIter(k: Kernel, i: IovIter, name: string, v: View): void {
  v.put('iterator', i.active ? 1 : 0);
  if (!i.active) {
    v.tell('iterator', name, 'none');
    return;
  }
  v.name('iterator', `${name}->count`, i.count);
  // Where it stands in a pipe is the kernel's business, and nobody else's.
  if (i.flavour !== ITER_PIPE) v.name('iterator', `position of ${name}`, positionOf(k, i));
}

/** The entry of the request that first names the same page. */
function firstEntry(k: Kernel, e: number): number {
  const { page } = k.request;
  for (let n = 0; n < e; n++) if (page[n] === page[e]) return n;
  return e;
}

const HOLDS = ['nothing', 'a reference', 'a pin'];

/** The pages that a caller was handed, and how many others hold them. */
function observeRequest(k: Kernel, v: View): void {
  const { request: r } = k;
  v.name('pages-held', 'pages listed', r.on === 0 ? 0 : r.nr);
  if (r.on === 0) return;
  if (r.nr > 0) {
    v.put('pages-held', r.hold);
    v.tell('pages-held', 'the caller has to drop', HOLDS[r.hold] ?? String(r.hold));
  }
  for (let e = 0; e < r.nr; e++) {
    v.put('pages-held', firstEntry(k, e));
    v.put('pages-held', r.off[e]);
    v.put('pages-held', r.len[e]);
    const page = r.page[e];
    v.put('references', page?.head.refcount ?? -1);
    v.put('references', page?.head.pincount ?? -1);
    if (v.seen === undefined) continue;
    v.tell('pages-held', `entry ${e}`, `page of entry ${firstEntry(k, e)}, bytes ${r.off[e]}+${r.len[e]}`);
    const head = page?.head;
    v.tell('references', `references of entry ${e}`, head === undefined ? 'no page' : `${head.refcount}`);
    if (head?.hasTail === true) v.tell('references', `pins of entry ${e}`, `${head.pincount}`);
  }
}

/** Scratch: the first place of each value, and how many places there were. */
const firstAt = new Int16Array(256);
let places = 0;

function putValue(v: View, x: number): void {
  if (firstAt[x] < 0) firstAt[x] = places;
  v.put('memory', firstAt[x]);
  places++;
}

/** The same with its name: the place that first had the value. */
function nameValue(v: View, what: string, x: number): void {
  putValue(v, x);
  v.tell('memory', what, `value ${firstAt[x]}`);
}

/**
 * What processes read, and devices. Values are renamed after each op, so that only which are equal says something; what
 * each has to read (the ghost's) is among them, and is the same for both designs as long as their calls return the same.
 */
function observeMemory(k: Kernel, g: Ghost, v: View): void {
  firstAt.fill(-1);
  places = 0;
  const isLent = k.needs.lends === true;
  const isTold = v.seen !== undefined;
  const files = isLent ? 0 : g.file.length;
  for (let f = 0; f < files; f++) {
    putValue(v, g.file[f]);
    nameValue(v, isTold ? `page ${f} of the file` : '', k.filePages[f].data[0]);
  }
  for (const mm of k.mms) {
    const who = mm.id === 0 ? 'parent' : 'child';
    v.put('memory', mm.isAlive ? 1 : 0);
    if (isTold) v.tell('memory', `the ${who} lives`, mm.isAlive ? 'yes' : 'no');
    for (let p = 0; p < mm.vma.length && mm.isAlive; p++) {
      v.put('memory', mm.vma[p]);
      if (isTold) v.tell('memory', `page ${p} of the ${who} is mapped`, mm.vma[p] === Vma.None ? 'no' : 'yes');
      if (mm.vma[p] === Vma.None || isLent) continue;
      const toRead = g.memory[mm.id * mm.vma.length + p];
      if (toRead !== FOLLOWS_FILE) putValue(v, toRead);
      nameValue(v, isTold ? `page ${p} of the ${who}` : '', foundAt(k, mm.id, p));
    }
  }
  const entries = isLent || !k.request.inFlight ? 0 : k.request.nr;
  for (let e = 0; e < entries; e++) nameValue(v, isTold ? `page of entry ${e}` : '', held(k, e));
}

/** Files as who opens them finds them. */
function observeFiles(k: Kernel, v: View): void {
  const { files, inodes } = k.splice;
  for (const file of files) v.name('files', `position of ${file.name}`, file.fPos.pos);
  if (inodes.length > 0) {
    const [f] = inodes;
    v.name('files', 'i_size of f', f.size);
    const bytes = Array.from({ length: Math.min(f.size, f.cache.length * k.pageSize) }, (_, n) => inodeByte(k, f, n));
    for (const byte of bytes) v.put('files', byte);
    v.tell('files', 'bytes of f', bytesOf(k, bytes));
  } else if (files.length === 0 && hasTags(k) && k.needs.memory === 'none') {
    for (const page of k.filePages) {
      for (const tag of page.data) v.put('files', tag);
      if (v.seen !== undefined) v.tell('files', `page ${page.name} of the file`, bytesOf(k, [...page.data]));
    }
  }
}

const STATES = { [TaskState.Running]: 'not in a call', [TaskState.Asleep]: 'asleep', [TaskState.Woken]: 'woken' };

function observeTasks(k: Kernel, v: View): void {
  for (const { id, call, state } of k.tasks) {
    v.put('tasks', call);
    v.put('tasks', state);
    v.tell('tasks', `task ${id}`, call === 0 ? STATES[TaskState.Running] : (STATES[state as 0] ?? String(state)));
  }
}

/** All that can be seen after the op that the runner has just taken. */
export function observe(runner: Runner, v: View): void {
  const { k, g, w } = runner;
  const { needs } = k;
  v.begin();
  observeDelivery(runner, v);
  // Under the lock of a pipe nobody reads it, nor a file through it.
  const isLocked = k.caller.kind !== 0;
  if (needs.pipe && needs.openFiles !== true && !isLocked) {
    // Beside files the second pipe is the task's own, and empty between two calls.
    for (let p = 0; p < (needs.inodes === true ? 1 : k.pipes.length); p++) {
      runner.usePipe(p);
      observePipe(k, w, p, v);
    }
    runner.usePipe(0);
  }
  const { iterators, copies, extract } = w.scenario;
  if (iterators || copies || (extract && needs.memory === 'fixed')) observeIter(k, k.iter, 'iter', v);
  if (iterators || extract) observeRequest(k, v);
  if (needs.memory === 'paged') observeMemory(k, g, v);
  if (!isLocked) observeFiles(k, v);
  observeTasks(k, v);
}
