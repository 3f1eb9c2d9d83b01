/** Which system call each op of the spec is, and which ops no program can make: one row an op, by its name and arguments. */
import type { Kernel } from '../../model/kernel.js';
import type { OpSpec } from '../../model/op.js';
import type { Machine } from './machine.js';

/** `start`: the first byte of the contents that a write takes. Then the arguments in the op's own order. */
type Make = (m: Machine, k: Kernel, start: number, a: number, b: number, c: number, d: number) => number;

export interface HostCall {
  readonly make: Make;
  /** The op is taken only where its `allowed` says so; any other is tried in every state. */
  readonly isGuarded?: true;
}

const unguarded = (make: Make): HostCall => ({ make });

/** By `name(arguments)`, since some names stand for one op in one scenario and for another in the next. */
const CALLS: Readonly<Record<string, HostCall>> = {
  'pread(size,fault_at)': unguarded((m, _k, _start, size, fault) => m.read(0, size, fault)),
  'pread(pipe,size)': unguarded((m, _k, _start, pipe, size) => m.read(pipe, size, -1)),
  'pwrite(fd,size,mark,fault_at)': unguarded((m, _k, start, fd, size, _mark, fault) => m.write(fd, size, start, fault)),
  'pipe2(flags)': unguarded((m, _k, _start, flags) => m.pipe2(flags)),
  'fcntl_setfl(fd,flags)': unguarded((m, _k, _start, fd, flags) => m.setFlags(fd, flags)),
  'splice(from,to,len)': unguarded((m, _k, _start, from, to, len) => m.splice(from, to, len)),
  'tee(from,to,len)': unguarded((m, _k, _start, from, to, len) => m.tee(from, to, len)),
  'splice_file(pos,to,len,mark)': unguarded((m, _k, _start, pos, to, len) => m.spliceFile(pos, to, len)),
  'fcntl_setpipe_sz(pipe,size,fail_alloc)': unguarded((m, _k, _start, pipe, size) => m.setPipeSize(pipe, size)),
  'fionread(pipe)': unguarded((m, _k, _start, pipe) => m.bytesIn(pipe)),
  'mmap(vpage,of)': { make: (m, _k, _start, vpage) => m.mapPage(vpage), isGuarded: true },
  'munmap(pid,vpage)': { make: (m, _k, _start, _pid, vpage) => m.unmapPage(vpage), isGuarded: true },
  'store(pid,vpage,fail_alloc)': { make: (m, _k, start, _pid, vpage) => m.store(vpage, start), isGuarded: true },
  'vmsplice(pid,buffer,flags)': unguarded((m, k, _start, _pid, vec, flags) => m.vmsplice(k.vecs[vec].iov, flags)),
  'vmsplice_out(pipe,len,with)': unguarded((m, _k, _start, pipe, len, fault) => m.vmspliceOut(pipe, len, fault)),
};

const keyOf = ({ name, args }: OpSpec): string => `${name}(${args.map((arg) => arg.name).join(',')})`;

/** Why no program can make an op, by its name. */
const BEYOND: Readonly<Record<string, string>> = {
  fork: 'the oracle is one process, and does not fork',
  exit: 'the oracle is one process, and does not end in the middle',
  fuse_dev_splice_write: 'a fuse device needs a daemon, and the right to mount',
  port_fops_splice_write: 'there is no virtio console that is free to be written',
  writeback_error: 'no program can make the write-back of a page fail',
};

/** Why no program can have an argument of an op other than this value. */
const CHOICES: Readonly<Record<string, { readonly least: number; readonly most: number; readonly why: string }>> = {
  fail_alloc: { least: -1, most: -1, why: 'no program can make an allocation of the running kernel fail' },
  mark: { least: -1, most: -1, why: 'each byte has contents of its own, and none is marked' },
  pid: { least: 0, most: 0, why: 'the oracle is one process: parent' },
};

/** Of `with`, only a buffer that faults can be had, which is 0 or more; -1 is nothing. */
const WITH = {
  least: -1,
  most: Number.POSITIVE_INFINITY,
  why: 'no program can make a page of a file fail to be read at will',
};

/** The call of an op; undefined where there is none. */
export function callOf(spec: OpSpec): HostCall | undefined {
  return CALLS[keyOf(spec)];
}

/** The values of an argument that a program can have. */
export function reachable(name: string, values: readonly number[]): number[] {
  const range = name === 'with' ? WITH : CHOICES[name];
  return range === undefined ? [...values] : values.filter((v) => v >= range.least && v <= range.most);
}

/** Why an op with these arguments can not be made on a running kernel; '' where it can. */
export function whyNot(spec: OpSpec, args: readonly number[]): string {
  if (callOf(spec) === undefined) {
    if (spec.args.some(({ name }) => name === 'fail_alloc')) return CHOICES['fail_alloc'].why;
    return (
      BEYOND[spec.name] ?? `${spec.name} is a function inside the kernel, and no system call is that function alone`
    );
  }
  for (const [n, { name }] of spec.args.entries()) {
    if (reachable(name, [args[n]]).length === 0) return (name === 'with' ? WITH : CHOICES[name]).why;
  }
  return '';
}
