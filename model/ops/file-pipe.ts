/** What goes on around the splices of sendfile.ts: the pipe A is read and written, and f changes. */
import { findBad } from '../transfers.js';
import type { Ghost } from '../ghost.js';
import { ByteKind } from '../ghost.js';
import { sourceSize, WRITTEN, ZERO } from '../inode.js';
import type { Kernel } from '../kernel.js';
import { O_DIRECT, O_NONBLOCK } from '../kernel.js';
import type { OpSpec, World } from '../op.js';
import { isDeliveryRight, oweWrite, promiseRead, promiseWrite, takeRead } from '../owed.js';
import { freeSlots } from '../ring.js';
import { lengthArg, upTo } from './args.js';
import { plainFault } from './plain.js';

const hasInodes = (w: World): boolean => w.scenario.needs.inodes === true && w.design.present.has('doSendfile');
const changes = (w: World): boolean => hasInodes(w) && w.scenario.changes === true;

/** Numbers of what a process writes; those that an op does not use are never looked at. */
const bytes = Uint8Array.from({ length: 64 }, (_, n) => WRITTEN + n);

const pread: OpSpec = {
  name: 'pread',
  help: 'read(2) of the pipe A, non-blocking',
  args: [lengthArg('size')],
  fn: 'pipeRead',
  exists: hasInodes,
  ready: () => true,
  allowed: (_k, g, w, size) => size <= g.n + 1 || size === w.bounds.ring * w.bounds.page,
  apply(k, w, size) {
    findBad(k, w);
    k.user.empty(size);
    return k.fn.pipeRead(k, size);
  },
  promise(g, k, _w, ret, size) {
    const { bytes: good, err } = k.out.bad;
    if (err === 0 || size <= good) return promiseRead(g, k, ret, size);
    return ret === (good === 0 ? err : good) || promiseRead(g, k, ret, Math.max(good, 1)) === ''
      ? ''
      : `${good === 0 ? err : good}`;
  },
  account(g, k, _w, ret) {
    if (ret <= 0) return;
    g.isMisdelivered = !isDeliveryRight(g, k, ret);
    takeRead(g, ret);
  },
};

const pwrite: OpSpec = {
  name: 'pwrite',
  help: 'write(2) to the pipe A, non-blocking; its buffer may fault at once',
  args: [
    // More than a page is so many pages, and a rest.
    { name: 'size', values: (w) => [1, w.bounds.page] },
    { name: 'fault_at', omit: -1, values: (w) => (w.scenario.faults ? [-1, 0] : [-1]) },
  ],
  fn: 'pipeWrite',
  exists: changes,
  ready: () => true,
  allowed: (_k, _g, _w, size, fault) => fault < 0 || size === 1,
  apply(k, _w, size, fault) {
    k.user.total = size;
    k.user.fault = fault;
    k.user.mark = 0;
    k.src ??= bytes;
    return k.fn.pipeWrite(k, size, 0);
  },
  isIdle: (k, _ret, _size, fault) => fault >= 0 && !k.isFaultHit,
  plain: plainFault(1),
  promise: (_g, k, w, ret, size) => promiseWrite(k, ret, size, freeSlots(k, w.ring) === 0),
  account(g, k, _w, ret) {
    if (ret <= 0) return;
    const from = g.n;
    oweWrite(g, k, ret, -1, (k.files[0].fFlags & O_DIRECT) !== 0);
    for (let n = from; n < g.n; n++) g.tag[n] = k.bounds.contents === 'off' ? 0 : bytes[n - from];
  },
};

const setfl: OpSpec = {
  name: 'fcntl_setfl',
  help: "fcntl(F_SETFL) of A's write end: O_DIRECT set or cleared",
  args: [
    {
      name: 'flags',
      values: () => [O_NONBLOCK, O_NONBLOCK | O_DIRECT],
      names: { [O_NONBLOCK]: 'O_NONBLOCK', [O_NONBLOCK | O_DIRECT]: 'O_DIRECT|O_NONBLOCK' },
    },
  ],
  fn: 'setfl',
  exists: changes,
  ready: () => true,
  allowed: (k, _g, _w, flags) => k.files[0].fFlags !== flags,
  apply: (k, _w, flags) => k.fn.setfl(k, 0, flags),
  promise: (_g, k, _w, ret, flags) => (ret === 0 && k.files[0].fFlags === flags ? '' : '0'),
};

/** What A owes of a page that leaves the page cache is what the page holds now, whatever becomes of the file. */
function settleShared(g: Ghost, k: Kernel, size: number): void {
  const kept = Math.ceil(size / k.pageSize) * k.pageSize;
  for (let n = 0; n < g.n; n++) {
    if (g.kind[n] !== ByteKind.Shared || g.tag[n] < kept) continue;
    g.tag[n] = g.content[g.tag[n]];
    g.kind[n] = ByteKind.Stream;
  }
}

const ftruncate: OpSpec = {
  name: 'ftruncate',
  help: 'ftruncate(2) of f, by whoever may write it',
  // To nothing, into its first page, and to what it was.
  args: [{ name: 'size', values: (w) => [0, 1, sourceSize(w.bounds)] }],
  fn: 'truncateSetsize',
  exists: changes,
  ready: () => true,
  allowed: (k, _g, _w, size) => size !== k.splice.inodes[0].size,
  apply(k, _w, size) {
    k.fn.truncateSetsize(k, k.splice.inodes[0], size);
    return 0;
  },
  account(g, k, _w, _ret, size) {
    settleShared(g, k, size);
    if (k.bounds.contents !== 'off') g.content.fill(ZERO, size);
  },
};

/** The bytes go where they belong; no function of a design is asked. */
function writeCached(k: Kernel, pos: number, n: number): void {
  const inode = k.splice.inodes[0];
  for (let i = 0; i < n && k.bounds.contents !== 'off'; i++) {
    const page = inode.cache[Math.floor((pos + i) / k.pageSize)];
    if (page !== null) page.data[(pos + i) % k.pageSize] = bytes[i];
  }
}

const write: OpSpec = {
  name: 'write_file',
  help: 'pwrite(2) of cached bytes of f, by whoever may write it',
  args: [
    { name: 'pos', values: (w) => upTo(sourceSize(w.bounds)) },
    { name: 'size', values: () => [1] },
  ],
  fn: null,
  exists: changes,
  ready: () => true,
  // A page that is not cached is read, or made, in the same way by whoever reads the file next.
  allowed(k, _g, _w, pos, size) {
    const f = k.splice.inodes[0];
    for (let n = pos; n < pos + size; n++)
      if (n >= f.size || f.cache[Math.floor(n / k.pageSize)] === null) return false;
    return true;
  },
  apply(k, _w, pos, size) {
    writeCached(k, pos, size);
    return size;
  },
  account(g, k, _w, ret, pos) {
    for (let n = 0; n < ret && k.bounds.contents !== 'off'; n++) g.content[pos + n] = bytes[n];
  },
};

const writeback: OpSpec = {
  name: 'writeback_error',
  help: 'the write-back of a page of f fails: the page is in the page cache, and not up to date',
  args: [{ name: 'page', values: (w) => upTo(w.bounds.files) }],
  fn: null,
  exists: changes,
  ready: () => true,
  allowed(k, _g, _w, n) {
    const page = k.splice.inodes[0].cache[n];
    return page?.isUptodate === true && k.pipe.bufs.some((buf) => buf.ops !== 0 && buf.page === page);
  },
  apply(k, _w, n) {
    const page = k.splice.inodes[0].cache[n];
    if (page !== null) page.isUptodate = false;
    return 0;
  },
};

export const FILE_PIPE_OPS: readonly OpSpec[] = [pread, pwrite, setfl, ftruncate, write, writeback];
