/**
 * The calls of the C library that the oracle makes, through koffi. An address is a number, and a failure is -errno, as
 * the modelled functions return it.
 */
import { createRequire } from 'node:module';

/** All arguments are numbers; a path is a string. */
export interface Libc {
  read(fd: number, buf: number, size: number): number;
  write(fd: number, buf: number, size: number): number;
  pread(fd: number, buf: number, size: number, at: number): number;
  pwrite(fd: number, buf: number, size: number, at: number): number;
  /** An offset is the address of a loff_t, or 0. */
  splice(from: number, offIn: number, to: number, offOut: number, len: number, flags: number): number;
  tee(from: number, to: number, len: number, flags: number): number;
  vmsplice(fd: number, iov: number, segments: number, flags: number): number;
  sendfile(out: number, from: number, off: number, len: number): number;
  fcntl(fd: number, command: number, arg: number): number;
  ioctl(fd: number, request: number, arg: number): number;
  /** `fds`: the address of two ints. */
  pipe2(fds: number, flags: number): number;
  open(path: string, flags: number, mode: number): number;
  close(fd: number): number;
  lseek(fd: number, at: number, whence: number): number;
  ftruncate(fd: number, size: number): number;
  mmap(at: number, size: number, protection: number, flags: number, fd: number, from: number): number;
  munmap(at: number, size: number): number;
  mprotect(at: number, size: number, protection: number): number;
  capget(header: number, data: number): number;
  capset(header: number, data: number): number;
  prctl(option: number, a: number, b: number, c: number, d: number): number;
  mount(source: string, target: string, type: string, flags: number, data: string): number;
  reboot(command: number): number;
  execv(path: string, argv: readonly (string | null)[]): number;
  /** Memory that is mapped, as bytes; it must not be touched where it is mapped no more. */
  view(at: number, bytes: number): Uint8Array;
  /** The address of bytes that are not moved while they are held. */
  address(bytes: Uint8Array): number;
}

/** Their parameters in C; what is not listed returns an int. */
const PARAMETERS: Readonly<Record<Exclude<keyof Libc, 'view' | 'address'>, string>> = {
  read: 'int, uintptr_t, size_t',
  write: 'int, uintptr_t, size_t',
  pread: 'int, uintptr_t, size_t, intptr_t',
  pwrite: 'int, uintptr_t, size_t, intptr_t',
  splice: 'int, uintptr_t, int, uintptr_t, size_t, unsigned int',
  tee: 'int, int, size_t, unsigned int',
  vmsplice: 'int, uintptr_t, size_t, unsigned int',
  sendfile: 'int, int, uintptr_t, size_t',
  fcntl: 'int, int, intptr_t',
  ioctl: 'int, unsigned long, uintptr_t',
  pipe2: 'uintptr_t, int',
  open: 'const char *, int, int',
  close: 'int',
  lseek: 'int, intptr_t, int',
  ftruncate: 'int, intptr_t',
  mmap: 'uintptr_t, size_t, int, int, int, intptr_t',
  munmap: 'uintptr_t, size_t',
  mprotect: 'uintptr_t, size_t, int',
  capget: 'uintptr_t, uintptr_t',
  capset: 'uintptr_t, uintptr_t',
  prctl: 'int, uintptr_t, uintptr_t, uintptr_t, uintptr_t',
  mount: 'const char *, const char *, const char *, unsigned long, const char *',
  reboot: 'int',
  execv: 'const char *, const char **',
};

/** Calls that return a count or an address. */
const LONG: ReadonlySet<string> = new Set([
  'read',
  'write',
  'pread',
  'pwrite',
  'splice',
  'tee',
  'vmsplice',
  'sendfile',
  'lseek',
  'mmap',
]);

type Koffi = typeof import('koffi');

let loaded: Libc | string | undefined;

/** The library, or why there is none: one sentence that says what to install. */
export function loadLibc(): Libc | string {
  return (loaded ??= load());
}

function load(): Libc | string {
  if (process.platform !== 'linux') return `this machine runs ${process.platform}, and no Linux; use one that does`;
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
  } catch {
    return 'koffi is not installed, through which system calls are made; run npm install koffi';
  }
  const library = koffi.load(null);
  // The variable itself: another call through koffi for each failure costs as much as a short system call.
  const errnoAt = library.func('uintptr_t __errno_location()') as () => number;
  const errno = new Int32Array(koffi.view(errnoAt(), Int32Array.BYTES_PER_ELEMENT));
  const calls = Object.entries(PARAMETERS).map(([name, parameters]) => {
    const fn = library.func(`${LONG.has(name) ? 'intptr_t' : 'int'} ${name}(${parameters})`) as (
      ...args: unknown[]
    ) => number;
    return [name, withErrno(fn, errno, parameters.split(',').length)] as const;
  });
  return {
    ...(Object.fromEntries(calls) as unknown as Libc),
    view: (at, bytes) => new Uint8Array(koffi.view(at, bytes)),
    address: (bytes) => Number(koffi.address(bytes)),
  };
}

type Call = (...args: unknown[]) => number;

/** -errno in place of -1. Written out by number of arguments: a call with a rest parameter costs twice as much. */
function withErrno(fn: Call, errno: Int32Array, parameters: number): Call {
  const failed = (ret: number): number => (ret === -1 ? -errno[0] : ret);
  if (parameters <= 3) return (a, b, c) => failed(fn(a, b, c));
  if (parameters === 4) return (a, b, c, d) => failed(fn(a, b, c, d));
  return (a, b, c, d, e, f) => failed(fn(a, b, c, d, e, f));
}
