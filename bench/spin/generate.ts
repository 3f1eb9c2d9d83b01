/**
 * What a Promela model in this folder includes: the bounds as macros, and a line for each op instance
 * that they list. The instances are those of the op table, so that both searches are offered the same.
 */
import { parseBounds } from '../../harness/bounds-text.js';
import { Runner } from '../../harness/runner.js';
import type { Bounds } from '../../model/bounds.js';
import { requestEntries, segmentValues } from '../../model/bounds.js';
import { DESIGNS } from '../../model/designs/designs.js';
import { FMODE_READ } from '../../model/kernel.js';
import type { OpInstance } from '../../model/op.js';
import type { ScenarioName } from '../../model/scenario.js';
import { SCENARIOS } from '../../model/scenario.js';

/** A Promela model, and what of ours it mirrors. */
export interface Model {
  /** Name of its .pml file. */
  readonly name: string;
  readonly design: string;
  readonly scenario: ScenarioName;
  /** The calls of the model's inlines for an instance of an op; none where no state offers it. */
  call(op: OpInstance, b: Bounds): readonly string[];
}

export interface Generated {
  readonly bounds: string;
  readonly options: string;
}

/** What both sides leave out: see model/README.md. */
export const SAME = 'contents=off,symmetry=off';

export function runnerOf(model: Model, bounds: string): Runner {
  const design = DESIGNS.find(({ id }) => id === model.design);
  if (design === undefined) throw new Error(`bench: there is no design '${model.design}'`);
  const { scenario } = model;
  return new Runner(design, parseBounds(`${bounds},${SAME}`, undefined, SCENARIOS[scenario]), scenario);
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const each = (n: number, text: (i: number) => string, by: string): string => `(${upTo(n).map(text).join(by)})`;

/** Tasks 0 .. t-1 are in a call, and t is not; it is one of them that never sleeps that needs no more. */
function isFirstIdle(b: Bounds): string {
  const before = upTo(b.tasks).map((n) => `((t) <= ${n} || !IS_IDLE(${n}))`);
  return `((t) == NOBODY || (IS_IDLE(t) && ${before.join(' && ')}))`;
}

/** Every byte of every slot, with the bytes of the slots before it. */
function eachByte(b: Bounds): string {
  const before = (j: number): string => (j === 0 ? '0' : each(j, (i) => `NTH(${i}).length`, ' + '));
  return each(b.ring, (j) => each(b.page, (i) => `F(${j}, ${i}, ${before(j)})`, ' && '), ' && ');
}

/** Bytes that one read can get: to the end of the first packet. */
function readAtOnce(b: Bounds): string {
  let text = '0';
  for (let j = b.ring - 1; j >= 0; j--) {
    const rest = j === b.ring - 1 ? '' : ` + (NTH(${j}).flags & FLAG_PACKET -> 0 : ${text})`;
    text = `(${j} < nrbufs -> NTH(${j}).length${rest} : 0)`;
  }
  return text;
}

function isListed(b: Bounds): string {
  if (b.lengths === 'all') return '1';
  const listed = [1, b.page - 1, b.page, b.page + 1, 2 * b.page, b.ring * b.page];
  return `(${listed.map((n) => `(n) == ${n}`).join(' || ')})`;
}

function defines(runner: Runner): string {
  const { bounds: b, pages, poolStart } = runner.k;
  const entries = requestEntries(b);
  const refs = pages.map((page) => page.refcount).join(', ');
  const rows: readonly (readonly [string, string | number])[] = [
    ['PAGE', b.page],
    ['RING', b.ring],
    ['FILES', poolStart],
    ['PAGES', pages.length],
    ['ENTRIES', entries],
    ['REF_0', `{ ${refs} }`],
    ['ALL_LENGTHS', b.lengths === 'all' ? 1 : 0],
    ['IS_LISTED(n)', isListed(b)],
    ['EACH_SLOT(F)', each(b.ring, (s) => `F(${s})`, ' && ')],
    ['SUM_SLOTS(F, p)', each(b.ring, (s) => `F(${s}, p)`, ' + ')],
    ['EACH_PAGE(F)', each(pages.length, (p) => `F(${p})`, ' && ')],
    ['SUM_ENTRIES(F, p)', each(entries, (e) => `F(${e}, p)`, ' + ')],
    ['EACH_BYTE(F)', eachByte(b)],
    ['READ_AT_ONCE', readAtOnce(b)],
    ['TASKS', b.tasks],
    ['IS_FIRST_IDLE(t)', isFirstIdle(b)],
    ['HEADMASK', runner.k.headMask],
    ['KEEPS_FLAGS', b.stale === 'none' ? 0 : 1],
    ['SOME_TASK(F, a, b)', each(b.tasks, (t) => `F(${t}, a, b)`, ' || ')],
    ['EACH_TASK(F)', each(b.tasks, (t) => `F(${t})`, ' && ')],
    ['LISTED', each(entries, (e) => `req_len[${e}]`, ' + ')],
    ['FORGET_TARGET', upTo(entries).map((e) => `req_off[${e}] = 0; req_len[${e}] = 0`).join('; ')],
    ['FORGET_PAGES', upTo(entries).map((e) => `req_page[${e}] = 0`).join('; ')],
  ];
  return rows.map(([name, text]) => `#define ${name} ${text}\n`).join('');
}

export function generate(model: Model, bounds: string): Generated {
  const runner = runnerOf(model, bounds);
  const calls = runner.ops.flatMap((op) => model.call(op, runner.k.bounds));
  return { bounds: defines(runner), options: calls.map((call) => `\t:: ${call}\n`).join('') };
}

const pipeIter: Model = {
  name: 'pipe-iter',
  design: 'pipe-iter-2016-repaired',
  scenario: 'pipe-iter',
  call({ spec, args }, b) {
    const [a0, a1, a2, a3] = args;
    switch (spec.name) {
      case 'pread':
        return [`pread(${a0})`];
      case 'pwrite':
        return [`pwrite(${a0}, ${a1})`];
      case 'copy_to_iter':
        return [`copy_to_iter(${a0}, ${a2})`];
      case 'copy_page_to_iter':
        return segmentValues(b).some(([offset, bytes]) => offset === a1 && bytes === a2)
          ? [`copy_page_to_iter(${a0}, ${a1}, ${a2})`]
          : [];
      case 'iov_iter_get_pages':
        if (a1 === 0) return [];
        return (a2 === 0 ? ['orig'] : ['first', 'more']).map((on) => `get_pages_${on}(${a0}, ${a1}, ${a3})`);
      case 'iov_iter_get_pages_alloc':
        return [`get_pages_alloc_${a1 === 0 ? 'orig' : 'copy'}(${a0}, ${a2})`];
      case 'iov_iter_advance':
        return [`advance_${a1 === 0 ? 'orig' : 'copy'}(${a0})`];
      case 'device_write':
        return [`device_write(${a0})`];
      default:
        return [`${spec.name}(${args.join(', ')})`];
    }
  },
};

const FILE_FLAGS = ['f_flags_w', 'f_flags_wd'];

const packet: Model = {
  name: 'packet',
  design: 'packet-2012-repaired',
  scenario: 'packet',
  call({ spec, args }) {
    const [fd, a1, , a3] = args;
    const isOom = spec.args[3]?.name === 'fail_alloc';
    switch (spec.name) {
      case 'pwrite':
        if (isOom) return a3 < 0 ? [] : [`pwrite_oom(${FILE_FLAGS[fd]}, ${a1}, ${a3})`];
        return a3 < a1 ? [`pwrite(${FILE_FLAGS[fd]}, ${a1}, ${a3})`] : [];
      case 'pread':
        return a1 < args[0] ? [`pread(${args.join(', ')})`] : [];
      case 'fcntl_setfl':
        return [`fcntl_setfl(${FILE_FLAGS[fd]}, ${a1})`];
      default:
        return [`${spec.name}(${args.join(', ')})`];
    }
  },
};

/** F_SETPIPE_SZ by what becomes of it: sizes are rounded up to a power of two of slots. */
function setpipe(b: Bounds, size: number, isAtOnce: boolean): readonly string[] {
  let slots = 1;
  while (slots * b.page < size) slots *= 2;
  if (size >= 0 && slots <= b.ring) return [`setpipe_sz${isAtOnce ? '_at_once' : ''}(${slots})`];
  return isAtOnce ? [] : ['setpipe_refused()'];
}

const blocking: Model = {
  name: 'blocking',
  design: 'linux-6.18',
  scenario: 'blocking',
  call({ spec, args }, b) {
    const [a0, a1, a2, a3] = args;
    const task = a0 < 0 ? 'NOBODY' : a0;
    const isShort = a0 < 0 || b.lengths === 'all' || a1 <= b.page + 1;
    switch (spec.name) {
      case 'pread':
        return isShort ? [`pread(${task}, ${a1})`] : [];
      case 'pwrite':
        if (spec.args.length === 2) return a1 < a0 ? [`pwrite_fault(${a0}, ${a1})`] : [];
        return isShort ? [`pwrite(${task}, ${a1}, ${a3})`] : [];
      case 'pwrite_continue':
        return [`pwrite_continue(${a0}, ${a2})`];
      case 'close':
        return a1 === 1 ? [] : [a0 === FMODE_READ ? 'close_reader()' : 'close_writer()'];
      case 'fcntl_setpipe_sz':
        return setpipe(b, a0, a1 === 1);
      default:
        return [`${spec.name}(${args.join(', ')})`];
    }
  },
};

export const MODELS: readonly Model[] = [pipeIter, packet, blocking];
