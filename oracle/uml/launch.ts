/**
 * Becomes user-mode Linux: `node launch.js /usr/bin/linux.uml arguments...`. Two things have to be done first, in the very
 * process that goes on as the kernel.
 *
 * Where its parent dies it gets SIGTERM, upon which it ends, and its helpers with it; it would outlive the parent
 * otherwise, and they would outlive SIGKILL. Should that be missed, the guest ends itself (guest.ts).
 *
 * It is told that there are no extended registers. Where the machine has AMX, what ptrace() exchanges of them is larger
 * than user-mode Linux has room for, and its first process is killed ("ptrace set fp regs failed, errno = 14"). A seccomp
 * filter refuses PTRACE_GETREGSET of NT_X86_XSTATE, upon which it takes the registers up to SSE alone; what is run in it
 * may use no other ones (see boot.ts).
 */
import { loadLibc } from '../host/libc.js';
import type { Libc } from '../host/libc.js';

const F_SETFD = 2;
const PR_SET_PDEATHSIG = 1;
const PR_SET_SECCOMP = 22;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_MODE_FILTER = 2;
const SIGTERM = 15;
const EINVAL = 22;

const SYS_PTRACE = 101; // of x86-64, which is what user-mode Linux runs on
const PTRACE_GETREGSET = 0x4204;
const NT_X86_XSTATE = 0x202;

/** Offsets in struct seccomp_data, little-endian. */
const NR = 0;
const arg = (n: number): number => 16 + 8 * n;

/** struct sock_filter: code, jt, jf, k. */
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const RETURN = 0x06;
const REFUSE = 0x00050000 | EINVAL;
const ALLOW = 0x7fff0000;
const FILTER = [
  [LOAD, 0, 0, NR],
  [JUMP_EQUAL, 0, 5, SYS_PTRACE],
  [LOAD, 0, 0, arg(0)],
  [JUMP_EQUAL, 0, 3, PTRACE_GETREGSET],
  [LOAD, 0, 0, arg(2)],
  [JUMP_EQUAL, 0, 1, NT_X86_XSTATE],
  [RETURN, 0, 0, REFUSE],
  [RETURN, 0, 0, ALLOW],
];

/** The filter as struct sock_fprog; both have to be held until it is installed. */
function filterProgram(libc: Libc): { readonly program: Buffer; readonly code: Buffer } {
  const code = Buffer.alloc(8 * FILTER.length);
  FILTER.forEach(([op, jt, jf, k], n) => {
    code.writeUInt16LE(op, 8 * n);
    code[8 * n + 2] = jt;
    code[8 * n + 3] = jf;
    code.writeUInt32LE(k, 8 * n + 4);
  });
  const program = Buffer.alloc(16);
  program.writeUInt16LE(FILTER.length, 0);
  program.writeBigUInt64LE(BigInt(libc.address(code)), 8);
  return { program, code };
}

function launch(argv: readonly string[]): string {
  const libc = loadLibc();
  if (typeof libc === 'string') return libc;
  const parent = process.ppid;
  libc.prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  if (process.ppid !== parent) return 'the parent is gone';
  const { program, code } = filterProgram(libc);
  libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const ret = libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, libc.address(program), 0, 0);
  if (ret !== 0) return `a seccomp filter of ${code.length} bytes is refused (errno ${-ret})`;
  // node closes them on exec.
  for (const fd of [0, 1, 2]) libc.fcntl(fd, F_SETFD, 0);
  return `${argv[0]} can not be run (errno ${-libc.execv(argv[0], [...argv, null])})`;
}

process.stderr.write(`iovcheck: ${launch(process.argv.slice(2))}\n`);
process.exitCode = 1;
