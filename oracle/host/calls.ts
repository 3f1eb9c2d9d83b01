/** Which system call each op of the spec is, and which ops no program can make: one row an op, by its name and arguments. */
import type { Kernel } from '../../model/kernel.js';
import type { OpSpec } from '../../model/op.js';
import { At, targetPages } from '../../model/inode.js';
import { PAIRS } from '../../model/ops/sendfile.js';
import { FILES, SECTOR } from './files.js';
import type { Machine } from './machine.js';

/** `start`: the first byte of the contents that a write takes. Then the arguments in the op's own order. */
type Make = (m: Machine, k: Kernel, start: number, a: number, b: number, c: number, d: number) => number;

export interface HostCall {
  readonly make: Make;
  /** The op is taken only where its `allowed` says so; any other is tried in every state. */
  readonly isGuarded?: true;
  /** Whether the machine's files let the op be taken. */
  readonly fits?: (m: Machine, k: Kernel, a: number, b: number, c: number) => boolean;
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
  'pread(size)': unguarded((m, _k, _start, size) => m.read(0, size, -1)),
  'pwrite(size,fault_at)': unguarded((m, _k, start, size, fault) => m.write(0, size, start, fault)),
  'fcntl_setfl(flags)': unguarded((m, _k, _start, flags) => m.setFlags(0, flags)),
  'sendfile(files,off,len,with)': {
    make: (m, _k, _start, pair, off, len) => m.sendfile(PAIRS[pair][0], PAIRS[pair][1], off, len),
    fits: (m, k, pair, off, len) => isFileFit(m, k, PAIRS[pair][0], off, len) && isRoom(k, PAIRS[pair][1], NONE, len),
  },
  'splice_file(file,off,len,with)': {
    make: (m, _k, _start, file, off, len) => m.spliceOpenFile(file, off, len),
    fits: (m, k, file, off, len) => isFileFit(m, k, file, off, len),
  },
  'splice_to_file(file,off,len,with)': {
    make: (m, _k, _start, file, off, len) => m.spliceToFile(file, off, len),
    fits: (_m, k, file, off, len) => isRoom(k, file, off, len),
  },
  'ftruncate(size)': {
    make: (m, _k, _start, size) => m.files?.truncate(size) ?? 0,
    isGuarded: true,
    fits: (m) => m.files?.isTmpfs === false,
  },
  'write_file(pos,size)': {
    make: (m, _k, _start, pos, size) => m.files?.writeByte(pos, size) ?? 0,
    isGuarded: true,
    // A hole of tmpfs that was read is no page of its page cache.
    fits: (m, k, pos, size) => m.files?.isTmpfs === false || pos + size <= k.pageSize,
  },
};

const NONE = -1;

/** The file is one that a program has, and direct I/O asks for whole sectors. */
function isFileFit(m: Machine, k: Kernel, file: number, off: number, len: number): boolean {
  if (!FILES.includes(file) || m.files === undefined || m.files.fd(file) < 0) return false;
  if (file !== At.Fd) return true;
  return [Math.max(0, off), len].every((n) => (n * m.unit) % SECTOR === 0) && k.splice.inodes[0].size > 0;
}

/** g does not become longer than the spec has pages for. */
function isRoom(k: Kernel, file: number, off: number, len: number): boolean {
  if (file !== At.G) return true;
  const at = off === NONE ? k.splice.files[At.G].fPos.pos : off;
  return at + len <= targetPages(k.bounds) * k.pageSize;
}

const keyOf = ({ name, args }: OpSpec): string => `${name}(${args.map((arg) => arg.name).join(',')})`;

/** Why no program can make an op, by its name. */
const BEYOND: Readonly<Record<string, string>> = {
  fork: 'the oracle is one process, and does not fork',
  exit: 'the oracle is one process, and does not end in the middle',
  fuse_dev_splice_write: 'a fuse device needs a daemon, and the right to mount',
  port_fops_splice_write: 'there is no virtio console that is free to be written',
  writeback_error: 'no program can make the write-back of a page fail',
};

interface Range {
  readonly least: number;
  readonly most: number;
  readonly why: string;
}

/** Why no program can have an argument of an op other than this value. */
const CHOICES: Readonly<Record<string, Range>> = {
  fail_alloc: { least: -1, most: -1, why: 'no program can make an allocation of the running kernel fail' },
  mark: { least: -1, most: -1, why: 'each byte has contents of its own, and none is marked' },
  pid: { least: 0, most: 0, why: 'the oracle is one process: parent' },
};

/** What `with` may be: of vmsplice_out the byte at which its buffer faults, of calls on files nothing. */
const FAULT: Range = {
  least: -1,
  most: Number.POSITIVE_INFINITY,
  why: 'no program can make a page of a file go bad at will',
};
const NOTHING: Range = { least: 0, most: 0, why: 'no program can make a read, a write or an allocation fail at will' };

function rangeOf(spec: OpSpec, name: string): Range | undefined {
  if (name === 'with') return spec.name === 'vmsplice_out' ? FAULT : NOTHING;
  return Object.hasOwn(CHOICES, name) ? CHOICES[name] : undefined;
}

/** The call of an op; undefined where there is none. */
export function callOf(spec: OpSpec): HostCall | undefined {
  return CALLS[keyOf(spec)];
}

/** The values of an argument that a program can have. */
export function reachable(spec: OpSpec, name: string, values: readonly number[]): number[] {
  const range = rangeOf(spec, name);
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
    if (reachable(spec, name, [args[n]]).length === 0) return rangeOf(spec, name)?.why ?? '';
  }
  return '';
}
