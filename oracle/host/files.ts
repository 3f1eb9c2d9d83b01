/**
 * The files of sendfile and file-splice on the machine: f, which is read, and g, which is written, each open as often as the
 * spec has it open. What a call has written to g is looked at and taken out again, as the spec does it.
 */
import { constants, mkdtempSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { Bounds } from '../../model/bounds.js';
import { At, sourceSize, targetPages, targetSize, ZERO } from '../../model/inode.js';
import type { Kernel } from '../../model/kernel.js';
import type { Libc } from './libc.js';
import { contentsOf, Region } from './memory.js';

const SEEK_SET = 0;
const SEEK_CUR = 1;
const SEEK_END = 2;
const TMPFS_MAGIC = 0x01021994;
/** What the spec writes to a file by itself. */
const WRITTEN = 192;

/** Bytes that direct I/O moves at least, and from where. */
export const SECTOR = 512;

/** Places of files that a program has: fc, which copies, and fs, which can not seek, are of no file system. */
export const FILES: readonly number[] = [At.F, At.Fd, At.Fw, At.G, At.Ga, At.Gr];

/** What byte n of f and of g is, each of them by a part of the contents of its own. */
const G_FROM = 1 << 19;

/** The spec's files hold what the machine's do, and zeros where nothing is. */
export function fillSpecFile(k: Kernel, which: 'f' | 'g'): void {
  const { bounds } = k;
  const [f, g] = k.splice.inodes;
  const { cache } = which === 'f' ? f : g;
  const size = which === 'f' ? sourceSize(bounds) : targetSize(bounds);
  const from = which === 'f' ? 0 : G_FROM;
  cache.forEach((page, n) => {
    if (page === null) return;
    const at = n * k.pageSize;
    const bytes = Math.max(0, Math.min(k.pageSize, size - at));
    page.data.set(contentsOf().subarray(from + at, from + at + bytes));
    page.data.fill(ZERO, bytes);
  });
}

export class Files {
  private readonly libc: Libc;
  private readonly bounds: Bounds;
  private readonly unit: number;
  private readonly fds: (number | undefined)[] = [];
  private readonly rw: readonly [f: number, g: number];
  private readonly room: Region;
  /** The last call may have written to g. */
  private isTouched = true;
  /** f is on a file system whose holes are no pages of the page cache. */
  readonly isTmpfs: boolean;

  constructor(libc: Libc, folder: string, bounds: Bounds, unit: number, cloexec: number) {
    this.libc = libc;
    this.bounds = bounds;
    this.unit = unit;
    this.isTmpfs = statfsSync(folder).type === TMPFS_MAGIC;
    this.room = new Region(libc, (targetPages(bounds) + 1) * bounds.page * unit);
    // Worlds of other sizes have files of their own.
    const own = mkdtempSync(join(folder, 'files-'));
    const open = (name: string, flags: number): number =>
      libc.open(join(own, name), flags | cloexec | constants.O_NONBLOCK, 0o600);
    const { O_APPEND, O_CREAT, O_DIRECT, O_RDONLY, O_RDWR, O_WRONLY } = constants;
    this.rw = [open('source', O_RDWR | O_CREAT), open('target', O_RDWR | O_CREAT)];
    this.fds[At.F] = open('source', O_RDONLY);
    this.fds[At.Fd] = open('source', O_RDONLY | O_DIRECT);
    this.fds[At.Fw] = open('source', O_WRONLY);
    this.fds[At.G] = open('target', O_WRONLY);
    this.fds[At.Ga] = open('target', O_WRONLY | O_APPEND);
    this.fds[At.Gr] = open('target', O_RDONLY);
  }

  /** The file by its place; negative where it can not be opened so. */
  fd(at: number): number {
    return this.fds[at] ?? -1;
  }

  /** A page that the spec has not cached at the start is a hole. */
  reset(k: Kernel): void {
    const { bounds, libc, room, unit } = this;
    libc.ftruncate(this.rw[0], 0);
    libc.ftruncate(this.rw[0], sourceSize(bounds) * unit);
    k.splice.inodes[0].cache.forEach((page, n) => {
      if (page === null) return;
      const bytes = Math.min(bounds.page, sourceSize(bounds) - n * bounds.page);
      this.stretchTo(n * bounds.page, bytes);
      libc.pwrite(this.rw[0], room.at, bytes * unit, n * bounds.page * unit);
    });
    for (const fd of this.fds) if (fd !== undefined) libc.lseek(fd, 0, SEEK_SET);
    this.resetTarget();
  }

  private stretchTo(from: number, bytes: number): void {
    const contents = contentsOf();
    for (let n = 0; n < bytes * this.unit; n++) this.room.bytes[n] = contents[from + Math.floor(n / this.unit)];
  }

  private resetTarget(): void {
    if (!this.isTouched) return;
    this.isTouched = false;
    const { bounds, libc, room, unit } = this;
    libc.ftruncate(this.rw[1], 0);
    this.stretchTo(G_FROM, targetSize(bounds));
    libc.pwrite(this.rw[1], room.at, targetSize(bounds) * unit, 0);
  }

  /** Before a call, which is on `to`: g is as it was, and so are the positions that do not last. */
  before(to: number): void {
    this.resetTarget();
    this.isTouched = to === At.G || to === At.Ga || to === At.Gr;
    this.fds.forEach((fd, at) => {
      if (fd !== undefined && at !== At.F && at !== At.G) this.libc.lseek(fd, 0, SEEK_SET);
    });
  }

  writeByte(pos: number, size: number): number {
    const { libc, room, rw, unit } = this;
    for (let n = 0; n < size * unit; n++) room.bytes[n] = WRITTEN + Math.floor(n / unit);
    return libc.pwrite(rw[0], room.at, size * unit, pos * unit);
  }

  truncate(size: number): number {
    return this.libc.ftruncate(this.rw[0], size * this.unit);
  }

  /** What differs of positions, and of g, after a call; '' for nothing. */
  difference(k: Kernel): string {
    const { libc, unit } = this;
    for (const at of [At.F, At.G]) {
      const pos = libc.lseek(this.fd(at), 0, SEEK_CUR);
      const wanted = k.splice.files[at].fPos.pos * unit;
      if (pos !== wanted)
        return `the position of ${k.splice.files[at].name} is ${pos / unit}, and ${wanted / unit} in the spec`;
    }
    return this.isTouched ? this.targetDifference(k) : '';
  }

  private targetDifference(k: Kernel): string {
    const { libc, room, rw, unit } = this;
    const g = k.splice.inodes[1];
    const size = libc.lseek(rw[1], 0, SEEK_END);
    if (size !== g.size * unit) return `g has ${size / unit} bytes, and ${g.size} in the spec`;
    libc.pread(rw[1], room.at, size, 0);
    for (let n = 0; n < size; n++) {
      const pos = Math.floor(n / unit);
      const value = g.cache[Math.floor(pos / k.pageSize)]?.data[pos % k.pageSize];
      if (room.bytes[n] !== (value === ZERO ? 0 : value)) return `byte ${pos} of g is another one than in the spec`;
    }
    return '';
  }

  free(): void {
    for (const fd of [...this.fds, ...this.rw]) if (fd !== undefined && fd >= 0) this.libc.close(fd);
    this.room.free();
  }
}
