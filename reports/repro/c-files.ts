/** splice(2) and sendfile(2) between files and a pipe, and what is done to the files meanwhile. */
import type { Args, CCall, Make } from './c-calls.js';
import { sizeC } from './c-size.js';
import { Unreachable } from './unreachable.js';

/** Open files of the model, as a program has them: the pipe A, the file f and the file g in other modes. */
const FILES: Readonly<Record<string, string>> = {
  f: 'f.fd',
  fd: 'f.direct',
  fw: 'f.write',
  g: 'g.fd',
  ga: 'g.append',
  gr: 'g.read',
};

function fileOf(name: string): string {
  const file = FILES[name];
  if (file === undefined)
    throw new Unreachable(`a program has no file that is ${name}: one that copies, or can not seek`);
  return file;
}

/** What goes wrong in a device is beyond a program. */
function refuseTrouble(a: Args): void {
  if (a.of('with') > 0) throw new Unreachable(`no program can have ${a.word('with')} happen`);
}

/** An offset that is given, or -1: the position of the file. */
const offset = (a: Args): string => (a.of('off') < 0 ? '-1' : a.size('off'));

const plain = (call: string, ...parts: CCall['parts']): CCall => ({
  call,
  data: 'NULL',
  parts: ['files', 'openFiles', ...parts],
});

const sendfile: Make = (a) => {
  refuseTrouble(a);
  const [from, to] = a.word('files').split('>');
  const out = to === 'A' ? 'p.w' : fileOf(to);
  return plain(`send_file(${out}, ${fileOf(from)}, ${offset(a)}, ${a.size('len')})`, 'sendFile');
};

const spliceIn: Make = (a) => {
  refuseTrouble(a);
  return plain(`splice_in(${fileOf(a.word('file'))}, ${offset(a)}, p.w, ${a.size('len')})`, 'spliceIn');
};

const spliceOut: Make = (a) => {
  refuseTrouble(a);
  return plain(`splice_out(p.r, ${fileOf(a.word('file'))}, ${offset(a)}, ${a.size('len')})`, 'spliceOut');
};

export const FILE_CALLS: Readonly<Record<string, Make>> = {
  sendfile,
  splice_file: spliceIn,
  splice_to_file: spliceOut,
  pread: (a) => ({ call: `read(p.r, buf, ${a.size('size')})`, data: 'NULL', parts: [] }),
  pwrite: (a, letter) => {
    const [fault, size] = [a.of('fault_at'), a.size('size')];
    if (fault < 0) return { call: `write(p.w, fill('${letter}', ${size}), ${size})`, data: 'NULL', parts: ['fill'] };
    return { call: `write(p.w, faulting('${letter}', ${sizeC(fault)}), ${size})`, data: 'NULL', parts: ['memory'] };
  },
  fcntl_setfl: (a) => ({
    call: `fcntl(p.w, F_SETFL, ${a.word('flags').replaceAll('|', ' | ')})`,
    data: 'NULL',
    parts: [],
  }),
  ftruncate: (a) => plain(`ftruncate(f.fd, ${a.size('size')})`),
  write_file: (a) => plain(`pwrite(f.fd, "w", 1, ${a.size('pos')})`),
};
