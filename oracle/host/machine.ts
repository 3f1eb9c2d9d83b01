/**
 * Pipes and files of the running kernel, as the ops of the spec name them. Everything is non-blocking, is in a temporary
 * folder or has no name at all, and needs no more than an ordinary user may do; CAP_SYS_RESOURCE, which lifts the
 * limit of pipe sizes, is dropped first.
 *
 * Where the pages of a trace are smaller than the machine's, a byte of the spec is `unit` bytes here: the pipe's functions
 * add and compare lengths and page sizes, and nothing else, so that all that they do is as much longer.
 */
import { constants, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EPERM } from '../../model/errno.js';
import { SPLICE_F_NONBLOCK } from '../../model/files.js';
import { O_APPEND, O_CLOEXEC, O_DIRECT, O_NONBLOCK } from '../../model/kernel.js';
import { At } from '../../model/inode.js';
import type { Files } from './files.js';
import type { Libc } from './libc.js';
import { CONTENTS, contentsOf, PAGE_SIZE, Region, stretch } from './memory.js';

const F_SETFL = 4;
const F_SETPIPE_SZ = 1031;
const FIONREAD = 0x541b;
/** O_CLOEXEC of fcntl.h, which node does not name; the same on each architecture that koffi has. */
const CLOEXEC = 0o2000000;

/** A pipe: its read end and two write ends, the second one with O_DIRECT. */
interface Ends {
  readonly r: number;
  readonly w: readonly [number, number];
}

export interface MachineSize {
  readonly pipes: number;
  /** The most slots that a pipe may have. */
  readonly ring: number;
  /** Slots of each pipe at the start. */
  readonly slots: readonly number[];
  /** Bytes of the machine for each of the spec's. */
  readonly unit: number;
  /** Pages of memory that may be lent. */
  readonly vpages: number;
  /** Pages of the file that is only read. */
  readonly files: number;
  /** A folder for files, without which there are none; whoever gave it takes it away. */
  readonly folder: string;
}

/** A machine that can not be used as it is: one sentence. */
export class MachineError extends Error {}

/** /proc/sys/fs/pipe-max-size */
function pipeMaxSize(): number {
  const bytes = Number(readFileSync('/proc/sys/fs/pipe-max-size', 'utf8'));
  return Number.isSafeInteger(bytes) ? bytes : 2 ** 20;
}

/** Open flags as the machine has them. */
function flagsOf(flags: number): number {
  return (
    ((flags & O_NONBLOCK) !== 0 ? constants.O_NONBLOCK : 0) |
    ((flags & O_DIRECT) !== 0 ? constants.O_DIRECT : 0) |
    ((flags & O_CLOEXEC) !== 0 ? CLOEXEC : 0) |
    ((flags & O_APPEND) !== 0 ? constants.O_APPEND : 0)
  );
}

export class Machine {
  readonly unit: number;
  /** What reads deliver. */
  readonly into: Region;
  /** What writes take theirs from; the caller fills it. */
  readonly from: Region;
  /** Memory that is lent with vmsplice(). */
  readonly memory: Region;
  protected readonly libc: Libc;
  private readonly size: MachineSize;
  private readonly pipes: Ends[] = [];
  /** A few words that calls read and write by address. */
  private readonly words: Region;
  private readonly ints: Int32Array;
  private readonly longs: BigUint64Array;
  private readonly tooLarge: number;
  /** f and g, in scenarios that have them. */
  files: Files | undefined;
  private given = -1;
  /** Open for reading: the first of the contents; -1 where there is none. */
  private readonly file: number;

  constructor(libc: Libc, size: MachineSize) {
    this.libc = libc;
    this.size = size;
    this.unit = size.unit;
    const most = (size.ring + 1) * PAGE_SIZE;
    this.into = new Region(libc, most);
    this.from = new Region(libc, CONTENTS + most);
    this.memory = new Region(libc, Math.max(1, size.vpages) * PAGE_SIZE);
    this.words = new Region(libc, PAGE_SIZE);
    this.ints = new Int32Array(this.words.bytes.buffer, this.words.bytes.byteOffset, 4);
    this.longs = new BigUint64Array(this.words.bytes.buffer, this.words.bytes.byteOffset, 8);
    this.tooLarge = pipeMaxSize() + 1;
    this.fillContents();
    this.file = this.makeFile();
  }

  /** The contents, each byte as long as it is on this machine. */
  private fillContents(): void {
    stretch(contentsOf(), this.unit, this.from.bytes);
  }

  /** The file that is only read. */
  private makeFile(): number {
    const { files, folder } = this.size;
    const path = join(folder, 'f');
    writeFileSync(path, this.from.bytes.subarray(0, files * PAGE_SIZE));
    const fd = this.libc.open(path, constants.O_RDONLY | CLOEXEC, 0);
    if (fd < 0) throw new MachineError(`${path} can not be opened (errno ${-fd}); set TMPDIR to another folder`);
    return fd;
  }

  /** Fresh pipes of so many slots, and no memory mapped. */
  reset(slots: readonly number[] = this.size.slots): void {
    this.close();
    for (let p = 0; p < this.size.pipes; p++) this.pipes.push(this.makePipe(slots[p]));
    for (let v = 0; v < this.size.vpages; v++) this.memory.unmap(v);
  }

  private makePipe(slots: number): Ends {
    const { libc, words } = this;
    let ret = libc.pipe2(words.at, constants.O_NONBLOCK | CLOEXEC);
    if (ret < 0) throw new MachineError(`no pipe can be made (errno ${-ret}); close some files, or raise ulimit -n`);
    const [r, w] = this.ints;
    ret = libc.fcntl(w, F_SETPIPE_SZ, slots * PAGE_SIZE);
    if (ret !== slots * PAGE_SIZE) {
      throw new MachineError(
        `a pipe of ${slots * PAGE_SIZE} bytes is refused (${ret === -EPERM ? 'EPERM' : ret}); raise fs.pipe-user-pages-soft, or close pipes`,
      );
    }
    const wd = libc.open(`/proc/self/fd/${w}`, constants.O_WRONLY | constants.O_NONBLOCK | CLOEXEC, 0);
    if (wd < 0) throw new MachineError(`/proc/self/fd/${w} can not be opened (errno ${-wd}); mount /proc`);
    // open(2) refuses O_DIRECT for what has no direct I/O, pipes among it.
    libc.fcntl(wd, F_SETFL, constants.O_NONBLOCK | constants.O_DIRECT);
    return { r, w: [w, wd] };
  }

  close(): void {
    for (const { r, w } of this.pipes) for (const fd of [r, ...w]) this.libc.close(fd);
    this.pipes.length = 0;
  }

  free(): void {
    this.close();
    this.libc.close(this.file);
    this.files?.free();
    for (const region of [this.into, this.from, this.memory, this.words]) region.free();
  }

  /** Where a buffer begins that faults at byte `fault` of the spec; that of `region` itself where none does. */
  private faulting(region: Region, fault: number): number {
    return fault < 0 ? region.at : region.end - fault * this.unit;
  }

  read(p: number, size: number, fault: number): number {
    const { into, unit } = this;
    return this.libc.read(this.pipes[p].r, this.faulting(into, fault), size * unit);
  }

  /** Bytes that the last read delivered to a buffer that faults at `fault`. */
  delivered(fault: number): number {
    return fault < 0 ? 0 : this.into.bytes.length - fault * this.unit;
  }

  /** Byte `start` of the contents and those behind it. */
  write(fd: number, size: number, start: number, fault: number): number {
    const { from, into, unit } = this;
    let at = from.at + start * unit;
    if (fault >= 0) {
      at = this.faulting(into, fault);
      into.bytes.set(from.bytes.subarray(start * unit, (start + fault) * unit), this.delivered(fault));
    }
    return this.libc.write(this.pipes[fd >> 1].w[fd & 1], at, size * unit);
  }

  splice(from: number, to: number, len: number): number {
    const { pipes, unit } = this;
    return this.libc.splice(pipes[from].r, 0, pipes[to].w[0], 0, len * unit, SPLICE_F_NONBLOCK);
  }

  tee(from: number, to: number, len: number): number {
    return this.libc.tee(this.pipes[from].r, this.pipes[to].w[0], len * this.unit, SPLICE_F_NONBLOCK);
  }

  /** splice() of a file at an offset. */
  spliceFile(pos: number, to: number, len: number): number {
    const { libc, file, pipes, unit, words } = this;
    this.longs[0] = BigInt(pos * unit);
    return libc.splice(file, words.at, pipes[to].w[0], 0, len * unit, SPLICE_F_NONBLOCK);
  }

  /** `spans`: [place, bytes] in the memory that is lent. */
  vmsplice(spans: readonly { readonly base: number; readonly len: number }[], flags: number): number {
    const { libc, longs, memory, pipes, unit, words } = this;
    spans.forEach(({ base, len }, n) => {
      longs[2 * n] = BigInt(memory.at + base * unit);
      longs[2 * n + 1] = BigInt(len * unit);
    });
    return libc.vmsplice(pipes[0].w[0], words.at, spans.length, flags | SPLICE_F_NONBLOCK);
  }

  vmspliceOut(p: number, len: number, fault: number): number {
    const { into, libc, longs, pipes, unit, words } = this;
    longs[0] = BigInt(this.faulting(into, fault));
    longs[1] = BigInt(len * unit);
    return libc.vmsplice(pipes[p].r, words.at, 1, SPLICE_F_NONBLOCK);
  }

  /** Where an offset is that is given; 0 for the position of the file. */
  private offset(off: number): number {
    this.given = off;
    this.longs[0] = BigInt(Math.max(0, off) * this.unit);
    return off < 0 ? 0 : this.words.at;
  }

  /** The offset that was given to the last call, as the call has left it; -1 where none was. */
  get offsetAfter(): number {
    return this.given < 0 ? -1 : Number(this.longs[0]) / this.unit;
  }

  private openFile(at: number): number {
    return at === At.A ? this.pipes[0].w[0] : (this.files?.fd(at) ?? -1);
  }

  sendfile(from: number, to: number, off: number, len: number): number {
    this.files?.before(to);
    return this.libc.sendfile(this.openFile(to), this.openFile(from), this.offset(off), len * this.unit);
  }

  /** splice() of a file into the pipe, at an offset or at its position. */
  spliceOpenFile(file: number, off: number, len: number): number {
    this.files?.before(At.A);
    const { libc, pipes, unit } = this;
    return libc.splice(this.openFile(file), this.offset(off), pipes[0].w[0], 0, len * unit, SPLICE_F_NONBLOCK);
  }

  spliceToFile(file: number, off: number, len: number): number {
    this.files?.before(file);
    const { libc, pipes, unit } = this;
    return libc.splice(pipes[0].r, 0, this.openFile(file), this.offset(off), len * unit, SPLICE_F_NONBLOCK);
  }

  /** More than the spec's largest ring is more than an ordinary user may have. */
  setPipeSize(p: number, size: number): number {
    const bytes = size * this.unit;
    const isTooLarge = size > 0 && bytes > this.size.ring * PAGE_SIZE;
    return this.libc.fcntl(this.pipes[p].w[0], F_SETPIPE_SZ, isTooLarge ? this.tooLarge : size < 0 ? size : bytes);
  }

  bytesIn(p: number): number {
    const ret = this.libc.ioctl(this.pipes[p].r, FIONREAD, this.words.at);
    return ret < 0 ? ret : this.ints[0];
  }

  setFlags(fd: number, flags: number): number {
    return this.libc.fcntl(this.pipes[fd >> 1].w[fd & 1], F_SETFL, flagsOf(flags));
  }

  /** pipe2() of another pipe, which is closed again. */
  pipe2(flags: number): number {
    const ret = this.libc.pipe2(this.words.at, flagsOf(flags));
    if (ret === 0) for (const fd of this.ints.slice(0, 2)) this.libc.close(fd);
    return ret;
  }

  mapPage(vpage: number): number {
    this.memory.map(vpage);
    return 0;
  }

  unmapPage(vpage: number): number {
    this.memory.unmap(vpage);
    return 0;
  }

  /** A page that is mapped gets contents from byte `start` on. */
  store(vpage: number, start: number): number {
    const at = start * this.unit;
    this.memory.bytes.set(this.from.bytes.subarray(at, at + PAGE_SIZE), vpage * PAGE_SIZE);
    return 0;
  }
}
