/** The calls by which a program looks at what a trace has left in pipes and files. */
import type { RealOp, RealRun } from '../../harness/real-size.js';
import { FILE_BYTE, MARKED_BYTE, REAL_PAGE } from '../../harness/real-size.js';
import type { Kernel } from '../../model/kernel.js';
import type { OpSpec } from '../../model/op.js';
import { TaskState } from '../../model/wait.js';

/** Packets are written only where they are what it is about: the merge of F-8 shows in every kernel. */
const OF_PACKETS: ReadonlySet<string> = new Set(['packet-boundaries']);

/** Bytes of the file that a look at it takes: what the buffer of a read has room for. */
const lookBytes = (k: Kernel): number => Math.min(k.filePages.length, k.bounds.ring) * k.pageSize;

/** pread() of the file: what its page cache holds. It is no op of the model, where no process reads a file. */
export const lookAtFile: OpSpec = {
  name: 'pread_file',
  help: 'pread(2) of the file',
  args: [],
  fn: null,
  exists: (w) => w.design.present.has('spliceFileToPipe'),
  ready: () => true,
  apply(k) {
    const n = lookBytes(k);
    for (let b = 0; b < n; b++) k.user.data[b] = k.filePages[Math.floor(b / k.pageSize)].data[b % k.pageSize];
    return n;
  },
};

/** How many tasks are asleep a second later; no op of the model, where nothing happens by itself. */
export const countSleepers: OpSpec = {
  name: 'sleepers',
  help: 'tasks that sleep',
  args: [],
  fn: null,
  exists: (w) => w.scenario.needs.tasks === true,
  ready: () => true,
  apply: (k) => k.tasks.filter(({ state }) => state === TaskState.Asleep).length,
};

/** What the file has to hold: nobody writes to it. */
export function fileBytes(run: RealRun): Uint8Array {
  const bytes = new Uint8Array(lookBytes(run.k)).fill(FILE_BYTE);
  if (run.fileMark >= 0) bytes[run.fileMark] = MARKED_BYTE;
  return bytes;
}

/** The calls that are tried, each on its own and one after the other. */
export function probesFor(run: RealRun, ops: readonly RealOp[], rule: string): RealOp[] {
  const sizes = [1, REAL_PAGE, run.w.bounds.ring * REAL_PAGE];
  const out: RealOp[] = [];
  if (rule === 'page-cache-written-only-by-writers') out.push({ spec: lookAtFile, args: [] });
  const read = run.specs.find(({ fn }) => fn === 'pipeRead');
  const hasTwo = read?.args[0].name === 'pipe';
  for (const pipe of hasTwo ? [0, 1] : [-1]) {
    for (const size of sizes) {
      if (read !== undefined) out.push({ spec: read, args: hasTwo ? [pipe, size] : [size, -1] });
    }
  }
  const write = ops.find(({ spec }) => spec.fn === 'pipeWrite')?.spec;
  for (const fd of write?.args[0].values(run.w) ?? []) {
    if (write !== undefined && (fd % 2 === 0 || OF_PACKETS.has(rule))) out.push({ spec: write, args: [fd, 1, -1, -1] });
  }
  return out;
}
