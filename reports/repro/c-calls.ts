/** Each op as the C that does it, and the parts that it needs. */
import type { RealOp } from '../../harness/real-size.js';
import { REAL_PAGE } from '../../harness/real-size.js';
import { namesOf } from '../../model/op.js';
import type { World } from '../../model/op.js';
import type { ScenarioName } from '../../model/scenario.js';
import { BLOCKING_CALLS } from './c-tasks.js';
import { FILE_CALLS } from './c-files.js';
import { MEMORY_CALLS } from './c-memory.js';
import type { Part } from './c-parts.js';
import type { PlanStep, Segment } from './plan-step.js';
import { Unreachable } from './unreachable.js';
import { sizeC } from './c-size.js';

/** A call of the program. */
export interface CCall {
  /** An expression that returns what the system call does. */
  readonly call: string;
  /** Where the bytes are that it has read; NULL where it reads none. */
  readonly data: string;
  readonly parts: readonly Part[];
  /** The file that the call uses has this byte marked. */
  readonly fileMark?: number;
}

/** Arguments by name. */
export class Args {
  private readonly op: RealOp;
  private readonly w: World;
  /** Of the vector that it names, in bytes of user memory. */
  readonly segments: readonly Segment[];

  constructor(op: RealOp, w: World, segments: readonly Segment[] = []) {
    this.op = op;
    this.w = w;
    this.segments = segments;
  }

  /** Its value; -1 where the op has no such argument, or it was left out. */
  of(name: string): number {
    const at = this.op.spec.args.findIndex((arg) => arg.name === name);
    return at < 0 ? -1 : (this.op.args[at] ?? -1);
  }

  /** Its value as a trace has it. */
  word(name: string): string {
    const arg = this.op.spec.args.find((a) => a.name === name);
    return arg === undefined ? '' : (namesOf(arg, this.w)?.[this.of(name)] ?? String(this.of(name)));
  }

  /** Bytes of the file that a look at it reads. */
  get fileBytes(): number {
    return Math.min(this.w.bounds.files, this.w.bounds.ring) * REAL_PAGE;
  }

  /** A byte count in C. */
  size(name: string): string {
    return sizeC(this.of(name));
  }
}

export type Make = (a: Args, letter: string) => CCall;

/** `A.wd` of two pipes, `wd` of one. */
function end(name: string): string {
  const [pipe, of] = name.includes('.') ? name.split('.') : ['p', name];
  return `${pipe.toLowerCase()}.${of}`;
}

const pipeEnd = (a: Args, arg: string, of: string): string => end(`${a.word(arg) === '' ? 'p' : a.word(arg)}.${of}`);

const write: Make = (a, letter) => {
  const fd = end(a.word('fd'));
  const [fault, mark, size] = [a.of('fault_at'), a.of('mark'), a.size('size')];
  if (a.of('fail_alloc') >= 0) throw new Unreachable('no program can make an allocation of write() fail');
  if (fault >= 0 && mark >= 0) throw new Unreachable('a write() of a marked byte that faults has no words in C yet');
  if (fault >= 0)
    return { call: `write(${fd}, faulting('${letter}', ${sizeC(fault)}), ${size})`, data: 'NULL', parts: ['memory'] };
  if (mark < 0) return { call: `write(${fd}, fill('${letter}', ${size}), ${size})`, data: 'NULL', parts: ['fill'] };
  return {
    call: `write(${fd}, marked('${letter}', ${size}, ${sizeC(mark)}), ${size})`,
    data: 'NULL',
    parts: ['mark'],
  };
};

const read: Make = (a) => {
  const fd = pipeEnd(a, 'pipe', 'r');
  const fault = a.of('fault_at');
  if (fault < 0) return { call: `read(${fd}, buf, ${a.size('size')})`, data: 'buf', parts: [] };
  return { call: `read(${fd}, faulting(0, ${sizeC(fault)}), ${a.size('size')})`, data: 'NULL', parts: ['memory'] };
};

function mover(name: string): Make {
  return (a) => {
    const [from, to] = [pipeEnd(a, 'from', 'r'), pipeEnd(a, 'to', 'w')];
    const call =
      name === 'tee'
        ? `tee(${from}, ${to}, ${a.size('len')}, SPLICE_F_NONBLOCK)`
        : `splice(${from}, NULL, ${to}, NULL, ${a.size('len')}, SPLICE_F_NONBLOCK)`;
    return { call, data: 'NULL', parts: [] };
  };
}

const CALLS: Readonly<Record<string, Make>> = {
  pwrite: write,
  pread: read,
  readv: (a) => ({
    call: `read_two(p.r, ${a.size('split')}, ${sizeC(a.of('size') - a.of('split'))})`,
    data: 'buf',
    parts: ['fresh', 'readTwo'],
  }),
  pipe2: (a) => ({ call: `pipe2((int[2]){ 0 }, ${flagsC(a)})`, data: 'NULL', parts: [] }),
  fcntl_setfl: (a) => ({ call: `fcntl(${end(a.word('fd'))}, F_SETFL, ${flagsC(a)})`, data: 'NULL', parts: [] }),
  splice: mover('splice'),
  tee: mover('tee'),
  splice_file: (a) => ({
    call: `splice_at(${a.size('pos')}, ${pipeEnd(a, 'to', 'w')}, ${a.size('len')})`,
    data: 'NULL',
    parts: ['file', 'openFile', 'spliceAt'],
    ...(a.of('mark') < 0 ? {} : { fileMark: a.of('pos') + a.of('mark') }),
  }),
  fcntl_setpipe_sz: (a) => ({
    call: `fcntl(${pipeEnd(a, 'pipe', 'r')}, F_SETPIPE_SZ, ${a.of('size') < 0 ? '-1' : a.size('size')})`,
    data: 'NULL',
    parts: [],
  }),
  pread_file: (a) => ({
    call: `pread(file, buf, ${sizeC(a.fileBytes)}, 0)`,
    data: 'buf',
    parts: ['file', 'openFile'],
  }),
  fionread: (a) => ({ call: `fionread(${pipeEnd(a, 'pipe', 'r')})`, data: 'NULL', parts: ['fionread'] }),
};

const flagsC = (a: Args): string => a.word('flags').replaceAll('|', ' | ');

/** Scenarios of pipes that user space has calls for. */
const BY_SCENARIO: Partial<Readonly<Record<ScenarioName, Readonly<Record<string, Make>>>>> = {
  'pipe-iter': CALLS,
  packet: CALLS,
  splice: CALLS,
  all: CALLS,
  blocking: BLOCKING_CALLS,
  sendfile: FILE_CALLS,
  'file-splice': FILE_CALLS,
  vmsplice: { ...CALLS, ...MEMORY_CALLS, pread: (a, letter) => ({ ...read(a, letter), data: 'NULL' }) },
};

/** Whether user space has a call for it at all. */
export const hasCall = (name: string, scenario: ScenarioName): boolean =>
  Object.hasOwn(BY_SCENARIO[scenario] ?? {}, name);

export function callOf({ op, letter, segments }: Pick<PlanStep, 'op' | 'letter' | 'segments'>, w: World): CCall {
  const make = BY_SCENARIO[w.scenario.name]?.[op.spec.name];
  if (make === undefined) throw new Unreachable(`user space has no call that is ${op.spec.name}`);
  const a = new Args(op, w, segments);
  if (op.spec.name === 'fcntl_setpipe_sz' && a.of('size') > w.bounds.ring * REAL_PAGE)
    throw new Unreachable('F_SETPIPE_SZ beyond the largest pipe is a matter of /proc/sys/fs/pipe-max-size');
  return make(a, letter);
}
