/**
 * What processes do with their memory while I/O may be in flight: map, read, write, fork,
 * unmap, exit. Process 0 is the parent. The judge keeps, page by page, what each process has
 * to read (Ghost.memory), from these ops alone.
 */
import { ENOMEM } from '../errno.js';
import type { Ghost } from '../ghost.js';
import type { Kernel, MmStruct, Pte } from '../kernel.js';
import { FAULT_FLAG_WRITE, Vma, Writer } from '../kernel.js';
import type { ArgSpec, OpSpec, World } from '../op.js';
import { FOLLOWS_FILE, freshValue, noteStore } from '../private.js';
import { upTo } from './args.js';

export const isPaged = ({ scenario, design }: World): boolean =>
  scenario.needs.memory === 'paged' && scenario.needs.lends !== true && design.present.has('handleMmFault');

export const pidArg: ArgSpec = {
  name: 'pid',
  names: { 0: 'parent', 1: 'child' },
  values: (w) => upTo(w.scenario.needs.mms),
};

export const pageArg: ArgSpec = { name: 'vpage', values: (w) => upTo(w.bounds.vpages) };

const oneOomArg: ArgSpec = {
  name: 'fail_alloc',
  omit: -1,
  values: (w) => (w.bounds.oom === 'off' ? [-1] : [-1, 0]),
};

const isOomIdle: OpSpec['isIdle'] = (k, _ret, _a, _b, c) => c >= 0 && !k.isOomHit;

/** Who is running. */
function run(k: Kernel, pid: number): MmStruct {
  k.current = pid;
  return k.mms[pid];
}

const VMA_NAMES = { [Vma.Anon]: 'anon', [Vma.PrivateFile]: 'private_file', [Vma.SharedFile]: 'shared_file' };

export const mmap: OpSpec = {
  name: 'mmap',
  help: 'map a page of memory: anonymous, or of the file, private or shared',
  args: [pageArg, { name: 'of', names: VMA_NAMES, values: () => [Vma.Anon, Vma.PrivateFile, Vma.SharedFile] }],
  fn: null,
  exists: isPaged,
  // The child has what it was forked with.
  ready: (k) => k.mms[0].isAlive,
  allowed: (k, _g, _w, vpage) => k.mms[0].vma[vpage] === Vma.None,
  apply(k, _w, vpage, vma) {
    run(k, 0).vma[vpage] = vma;
    return 0;
  },
  account(g, k, _w, _ret, vpage, vma) {
    if (k.bounds.contents !== 'off') g.memory[vpage] = vma === Vma.Anon ? Writer.Nobody : FOLLOWS_FILE;
  },
};

/** Whether such an access needs no fault. */
export function isAllowedBy(pte: Pte, isWrite: boolean): boolean {
  return pte.page !== null && (pte.isWritable || !isWrite);
}

/** An access faults until the page table allows it, or for good. */
function access(k: Kernel, mm: MmStruct, vpage: number, isWrite: boolean): number {
  const pte = mm.ptes[vpage];
  while (!isAllowedBy(pte, isWrite)) {
    k.turn('handle_mm_fault');
    const err = k.fn.handleMmFault(k, mm, vpage, isWrite ? FAULT_FLAG_WRITE : 0);
    if (err !== 0) return err;
  }
  return 0;
}

export const load: OpSpec = {
  name: 'load',
  help: 'a process reads a page of its memory for the first time',
  args: [pidArg, pageArg, oneOomArg],
  fn: 'handleMmFault',
  exists: isPaged,
  ready: (k) => k.mms[0].isAlive || k.mms[1].isAlive,
  allowed: (k, _g, _w, pid, vpage) => {
    const mm = k.mms[pid];
    return mm.isAlive && mm.vma[vpage] !== Vma.None && mm.ptes[vpage].page === null;
  },
  apply(k, _w, pid, vpage, oom) {
    k.oom = oom;
    return access(k, run(k, pid), vpage, false);
  },
  isIdle: isOomIdle,
  promise: (_g, k, _w, ret) => (ret === 0 || (ret === -ENOMEM && k.isOomHit) ? '' : '0'),
};

/** The page is written behind the fault, with a value that the judge has chosen. */
export const store: OpSpec = {
  name: 'store',
  help: 'a process writes a page of its memory',
  args: [pidArg, pageArg, oneOomArg],
  fn: 'handleMmFault',
  exists: isPaged,
  ready: (k) => k.mms[0].isAlive || k.mms[1].isAlive,
  allowed: (k, _g, _w, pid, vpage) => k.mms[pid].isAlive && k.mms[pid].vma[vpage] !== Vma.None,
  apply(k, _w, pid, vpage, oom) {
    k.oom = oom;
    return access(k, run(k, pid), vpage, true);
  },
  isIdle: isOomIdle,
  promise: (_g, k, _w, ret) => (ret === 0 || (ret === -ENOMEM && k.isOomHit) ? '' : '0'),
  account(g, k, _w, ret, pid, vpage) {
    if (ret !== 0 || k.bounds.contents === 'off') return;
    const value = freshValue(k, g, pid === 0 ? Writer.Parent : Writer.Child);
    k.mms[pid].ptes[vpage].page?.data.fill(value);
    noteStore(g, k, pid, vpage, value);
  },
};

function isMappedAlike(a: MmStruct, b: MmStruct): boolean {
  for (let v = 0; v < a.vma.length; v++) if (a.vma[v] !== b.vma[v]) return false;
  return true;
}

export const fork: OpSpec = {
  name: 'fork',
  help: 'the parent forks',
  args: [{ ...oneOomArg, values: (w) => (w.bounds.oom === 'off' ? [-1] : [-1, ...upTo(w.bounds.vpages)]) }],
  fn: 'dupMmap',
  exists: isPaged,
  ready: (k) => k.mms[0].isAlive && !k.mms[1].isAlive,
  apply(k, _w, oom) {
    k.oom = oom;
    return k.fn.dupMmap(k, run(k, 0), k.mms[1]);
  },
  isIdle: (k, _ret, oom) => oom >= 0 && !k.isOomHit,
  promise(_g, k, _w, ret) {
    if (ret !== 0 && (ret !== -ENOMEM || !k.isOomHit)) return '0';
    if ((ret === 0) !== k.mms[1].isAlive) return 'a child with 0, and none with an error';
    // What the child has to find in its memory is judged where it has something mapped: so that has to be all.
    return ret !== 0 || isMappedAlike(k.mms[0], k.mms[1]) ? '' : 'a child that has mapped what its parent has';
  },
  account(g, k, _w, ret) {
    const { vpages } = k.bounds;
    if (ret === 0) for (let v = 0; v < vpages; v++) g.memory[vpages + v] = g.memory[v];
  },
};

/** The page is unmapped: nobody reads it any more, and a device that still writes it does so for nobody. */
function forget(g: Ghost, k: Kernel, pid: number, vpage: number): void {
  g.memory[pid * k.bounds.vpages + vpage] = Writer.Nobody;
  const r = k.request;
  const e = vpage - g.reqAt;
  const isIn = r.inFlight && r.mm === pid && e >= 0 && e < r.nr;
  if (isIn && k.bounds.contents !== 'off') g.lost |= 1 << e;
}

export const munmap: OpSpec = {
  name: 'munmap',
  help: 'a process unmaps a page',
  args: [pidArg, pageArg],
  fn: 'zapPte',
  exists: isPaged,
  ready: (k) => k.mms[0].isAlive || k.mms[1].isAlive,
  allowed: (k, _g, _w, pid, vpage) => k.mms[pid].isAlive && k.mms[pid].vma[vpage] !== Vma.None,
  apply(k, _w, pid, vpage) {
    const mm = run(k, pid);
    k.fn.zapPte(k, mm, vpage);
    mm.vma[vpage] = Vma.None;
    return 0;
  },
  account: (g, k, _w, _ret, pid, vpage) => forget(g, k, pid, vpage),
};

export const exit: OpSpec = {
  name: 'exit',
  help: 'a process ends, and its memory with it',
  args: [pidArg],
  fn: 'zapPte',
  exists: isPaged,
  ready: (k) => k.mms[0].isAlive || k.mms[1].isAlive,
  allowed: (k, _g, _w, pid) => k.mms[pid].isAlive,
  apply(k, _w, pid) {
    const mm = run(k, pid);
    for (let v = 0; v < k.bounds.vpages; v++) k.fn.zapPte(k, mm, v);
    mm.clear();
    return 0;
  },
  account(g, k, _w, _ret, pid) {
    for (let v = 0; v < k.bounds.vpages; v++) forget(g, k, pid, v);
  },
};

export const PROCESS_OPS: readonly OpSpec[] = [mmap, load, store, fork, munmap, exit];
