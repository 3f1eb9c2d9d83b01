/**
 * The states of a run as values of the Informal Trace Format: the kernel's fields under their C
 * names, then what the judge keeps. https://apalache-mc.org/docs/adr/015adr-trace.html
 */
import { ownersOf } from '../harness/ledger.js';
import { replay } from '../harness/replay.js';
import type { Runner } from '../harness/runner.js';
import { Step } from '../harness/runner.js';
import { ByteKind } from '../model/ghost.js';
import type { IovIter, PipeBuffer } from '../model/kernel.js';
import * as K from '../model/kernel.js';
import { flagNames } from './pipe-fields.js';

export type ItfValue =
  | string
  | boolean
  | readonly ItfValue[]
  | { readonly '#bigint': string }
  | { readonly '#set': readonly ItfValue[] }
  | { readonly '#map': readonly (readonly [ItfValue, ItfValue])[] }
  | { readonly [field: string]: ItfValue };

/** One state: its variables by name. */
export type ItfState = Readonly<Record<string, ItfValue>>;

/** Integers of any size are written so; readers of the format expect no other ones. */
const int = (n: number): ItfValue => ({ '#bigint': String(n) });
const set = (items: readonly ItfValue[]): ItfValue => ({ '#set': items });
const map = (entries: readonly (readonly [ItfValue, ItfValue])[]): ItfValue => ({ '#map': entries });
const pageName = (page: K.Page | null): string => page?.name ?? 'NULL';

/** Numbers under their C names: `startHead` is `start_head`. */
function ints<T>(of: T, fields: readonly (keyof T & string)[]): Record<string, ItfValue> {
  return Object.fromEntries(
    fields.map((field) => [field.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`), int(Number(of[field]))]),
  );
}

const OPS = [
  'NULL',
  'anon_pipe_buf_ops',
  'packet_pipe_buf_ops',
  'page_cache_pipe_buf_ops',
  'default_pipe_buf_ops',
  'user_page_pipe_buf_ops',
];

function bufValue(buf: PipeBuffer): ItfValue {
  const flags = flagNames(buf.flags);
  return {
    page: pageName(buf.page),
    ...ints(buf, ['offset', 'len']),
    ops: OPS[buf.ops] ?? String(buf.ops),
    flags: set(flags === '' ? [] : flags.split('|').map((flag) => `PIPE_BUF_FLAG_${flag}`)),
  };
}

/** `struct pipe_inode_info` in the form that the design has. */
function pipeValue({ k, w }: Runner): ItfValue {
  const { pipe } = k;
  return {
    ...(w.ring.form === 'curbuf'
      ? ints(pipe, ['curbuf', 'nrbufs', 'buffers'])
      : ints(pipe, ['head', 'tail', 'maxUsage', 'ringSize'])),
    bufs: pipe.bufs.slice(0, w.ring.size(k)).map(bufValue),
    tmp_page: w.design.tmpPages === 2 ? [pageName(pipe.tmpPage), pageName(pipe.tmpPage2)] : pageName(pipe.tmpPage),
    ...(k.tasks.length === 0 ? {} : ints(pipe, ['readers', 'writers'])),
  };
}

const FLAVOURS: readonly (readonly [number, string])[] = [
  [K.ITER_KVEC, 'ITER_KVEC'],
  [K.ITER_BVEC, 'ITER_BVEC'],
  [K.ITER_PIPE, 'ITER_PIPE'],
  [K.ITER_DISCARD, 'ITER_DISCARD'],
  [K.ITER_XARRAY, 'ITER_XARRAY'],
  [K.ITER_UBUF, 'ITER_UBUF'],
  [K.ITER_FOLIOQ, 'ITER_FOLIOQ'],
];

/** `struct iov_iter`; one that nobody has made has the type of none. */
function iterValue({ w }: Runner, i: IovIter): ItfValue {
  const flavour = FLAVOURS.find(([bit]) => bit === i.flavour)?.[1] ?? 'ITER_IOVEC';
  const isPipe = i.flavour === K.ITER_PIPE;
  return {
    iter_type: i.active ? flavour : 'none',
    data_source: i.active && i.dataSource,
    vec: i.active && !isPipe ? (i.vec?.text ?? 'NULL') : 'NULL',
    ...ints(i, ['count', 'iovOffset', 'nrSegs']),
    ...(w.ring.form === 'curbuf' ? ints(i, ['idx']) : ints(i, ['head', 'startHead', 'lastOffset'])),
  };
}

const KINDS: Readonly<Record<number, string>> = {
  [ByteKind.Stream]: 'stream',
  [ByteKind.Packet]: 'packet',
  [ByteKind.PacketEnd]: 'packet end',
  [ByteKind.Shared]: 'the file’s own',
};

/** What reads of the pipe have to return, oldest byte first. */
function owedValue({ g }: Runner): ItfValue {
  return Array.from({ length: g.n }, (_, n) => ({ byte: int(g.owedByte(n)), kind: KINDS[g.kind[n]] }));
}

function pagesValue(runner: Runner): ItfValue {
  const { k } = runner;
  return map(
    k.pages.map((page) => [
      page.name,
      {
        folio: page.head.name,
        ...ints(page, ['refcount', 'pincount']),
        owners: ownersOf(runner, page),
        data: [...page.data].map(int),
      },
    ]),
  );
}

/** Pages that a caller was handed by get_pages or extract_pages. */
function requestValue({ k: { request } }: Runner): ItfValue {
  const hold = request.hold === 0 ? 'none' : request.hold === K.FOLL_PIN ? 'FOLL_PIN' : 'FOLL_GET';
  return {
    pages: request.page.slice(0, request.nr).map(pageName),
    offsets: request.off.slice(0, request.nr).map(int),
    lens: request.len.slice(0, request.nr).map(int),
    hold: request.on === 0 ? 'none' : hold,
    in_flight: request.inFlight,
    ...ints(request, ['bytes', 'done']),
  };
}

const VMAS = ['none', 'anonymous', 'private file', 'shared file', 'read-only anonymous'];

function mmValue(mm: K.MmStruct): ItfValue {
  return {
    alive: mm.isAlive,
    has_pinned: mm.hasPinned,
    ptes: mm.ptes.map((pte, v) => ({ vma: VMAS[mm.vma[v]], page: pageName(pte.page), write: pte.isWritable })),
  };
}

function taskValue(task: K.Kernel['tasks'][number]): ItfValue {
  const call = ['none', 'pipe_read', 'pipe_write'][task.call];
  const state = ['running', 'asleep', 'woken'][task.state];
  return {
    call,
    state,
    exclusive: task.isExclusive !== 0,
    signal: task.hasSignal !== 0,
    ...ints(task, ['size', 'pos']),
  };
}

/** The state as it stands; which variables there are depends on the scenario alone. */
export function stateOf(runner: Runner): ItfState {
  const { k } = runner;
  const out: Record<string, ItfValue> = {};
  if (k.needs.pipe) {
    const names = k.pipes.map((_, p) => (k.pipes.length === 1 ? 'pipe' : `pipe_${K.PIPE_NAMES[p].toLowerCase()}`));
    names.forEach((name, p) => {
      runner.usePipe(p);
      out[name] = pipeValue(runner);
      out[name.replace('pipe', 'owed')] = owedValue(runner);
    });
    runner.usePipe(0);
  }
  // What a scenario does not need is no state of it.
  const has = (path: string): boolean => runner.codec.fields.some((field) => field.path.startsWith(path));
  if (has('k.iter.')) out.iter = iterValue(runner, k.iter);
  if (has('k.iterCopy.')) out.iter_copy = iterValue(runner, k.iterCopy);
  if (has('k.request.')) out.request = requestValue(runner);
  out.pages = pagesValue(runner);
  if (k.mms.length > 0) out.mms = k.mms.map(mmValue);
  if (k.tasks.length > 0) out.tasks = k.tasks.map(taskValue);
  if (k.splice.files.length > 0) {
    out.files = map(
      k.splice.files.map((file) => [file.name, { f_pos: int(file.fPos.pos), f_count: int(file.fCount) }]),
    );
  }
  return out;
}

/** The initial state and the one after each op: with the op, what it returned, and the rules that it broke. */
export function statesOf(runner: Runner, ops: readonly number[]): ItfState[] {
  const seen: ItfState[] = [];
  runner.reset();
  const first = stateOf(runner);
  const { steps } = replay(runner, ops, (r) => {
    seen.push(stateOf(r));
    return [];
  });
  const none = { last_op: '', last_ret: int(0), returns: true, broken: set([]) };
  return [
    { ...none, ...first },
    ...steps.map((step, n) => ({
      last_op: step.text,
      last_ret: int(step.ret),
      returns: step.step !== Step.Fatal,
      broken: set([...new Set(step.found.map((f) => f.invariant))]),
      ...seen[n],
    })),
  ];
}
