/** vmsplice(2) of a process's own memory, and what the process does with it meanwhile. */
import type { Args, CCall, Make } from './c-calls.js';
import { sizeC } from './c-size.js';
import { Unreachable } from './unreachable.js';

const plain = (call: string, ...parts: CCall['parts']): CCall => ({ call, data: 'NULL', parts });

/** A program is one process. */
function refuseChild(a: Args): void {
  if (a.word('pid') === 'child')
    throw new Unreachable('a program of one process has no child whose memory it could use');
}

function refuseOom(a: Args): void {
  if (a.of('fail_alloc') >= 0) throw new Unreachable('no program can make an allocation of a page fault fail');
}

/** An argument among those that have no type of their own. */
const long = (bytes: number): string => sizeC(bytes).replace(/^\d+$/, '$&L');

const vmsplice: Make = (a) => {
  refuseChild(a);
  const parts = a.segments.map(({ base, len }) => `, ${long(base)}, ${long(len)}`).join('');
  const n = a.segments.length;
  const flags = a.word('flags') === 'SPLICE_F_GIFT' ? 'SPLICE_F_GIFT | ' : '';
  return plain(`vmsplice(a.w, memory(${n}${parts}), ${n}, ${flags}SPLICE_F_NONBLOCK)`, 'mem', 'reserve', 'userMemory');
};

const vmspliceOut: Make = (a) => {
  const choice = a.of('with');
  if (choice < -1) throw new Unreachable(`no program can have ${a.word('with')} happen`);
  const to = choice < 0 ? 'buf' : `faulting(0, ${sizeC(choice)})`;
  const fd = a.word('pipe') === 'B' ? 'b.r' : 'a.r';
  const parts: CCall['parts'] = choice < 0 ? ['into'] : ['memory', 'into'];
  return plain(`vmsplice(${fd}, into(${to}, ${a.size('len')}), 1, SPLICE_F_NONBLOCK)`, ...parts);
};

const ofPage =
  (name: string, ...parts: CCall['parts']): Make =>
  (a) => {
    refuseChild(a);
    refuseOom(a);
    return plain(`${name}(${a.of('vpage')})`, 'mem', 'reserve', ...parts);
  };

const alone: Make = () => {
  throw new Unreachable('a program of one process does not fork');
};

export const MEMORY_CALLS: Readonly<Record<string, Make>> = {
  mmap: ofPage('map_page', 'putPage', 'mapPage'),
  munmap: ofPage('unmap_page', 'putPage', 'unmapPage'),
  store: ofPage('store_page', 'storePage'),
  fork: alone,
  exit: alone,
  vmsplice,
  vmsplice_out: vmspliceOut,
};
