/**
 * The Promela models, what of ours each mirrors, and the bounds at which both are run, with the numbers
 * of states and edges that both have to come to.
 */
import { parseBounds } from '../../harness/bounds-text.js';
import { Runner } from '../../harness/runner.js';
import type { Bounds } from '../../model/bounds.js';
import { segmentValues } from '../../model/bounds.js';
import { DESIGNS } from '../../model/designs/designs.js';
import { FMODE_READ } from '../../model/kernel.js';
import type { OpInstance } from '../../model/op.js';
import type { ScenarioName } from '../../model/scenario.js';
import { SCENARIOS } from '../../model/scenario.js';

/** `tiny` and `small` are for the tests, the others for the bench: the last has five million states. */
export type Size = 'tiny' | 'small' | 'medium' | 'large';

export interface Case {
  readonly size: Size;
  readonly bounds: string;
  readonly states: number;
  readonly edges: number;
}

/** A Promela model, and what of ours it mirrors. */
export interface Model {
  /** Name of its .pml file. */
  readonly name: string;
  readonly design: string;
  readonly scenario: ScenarioName;
  /** The calls of the model's inlines for an instance of an op; none where no state offers it. */
  call(op: OpInstance, b: Bounds): readonly string[];
  readonly cases: readonly Case[];
}

/** What both sides leave out: see model/README.md. */
export const SAME = 'contents=off,symmetry=off';

export function runnerOf(model: Model, bounds: string): Runner {
  const design = DESIGNS.find(({ id }) => id === model.design);
  if (design === undefined) throw new Error(`bench: there is no design '${model.design}'`);
  const { scenario } = model;
  return new Runner(design, parseBounds(`${bounds},${SAME}`, undefined, SCENARIOS[scenario]), scenario);
}

const pipeIter: Model = {
  name: 'pipe-iter',
  design: 'pipe-iter-2016-repaired',
  scenario: 'pipe-iter',
  cases: [
    { size: 'tiny', bounds: 'tiny,page=2', states: 1570, edges: 5891 },
    { size: 'small', bounds: 'ring=2,page=2,files=1', states: 121396, edges: 594884 },
    {
      size: 'medium',
      bounds: 'ring=2,page=4,files=2,oom=off,lengths=edge,segments=edge',
      states: 1346338,
      edges: 12191286,
    },
    {
      size: 'large',
      bounds: 'ring=2,page=8,files=1,oom=off,lengths=edge,segments=edge',
      states: 5436174,
      edges: 56322192,
    },
  ],
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

/** Of `w` and `wd`. */
const FILE_FLAGS = ['f_flags_w', 'f_flags_wd'];

const packet: Model = {
  name: 'packet',
  design: 'packet-2012-repaired',
  scenario: 'packet',
  cases: [
    { size: 'tiny', bounds: 'tiny', states: 68, edges: 2140 },
    { size: 'small', bounds: 'default', states: 692, edges: 26004 },
    { size: 'medium', bounds: 'ring=4,page=2,lengths=edge', states: 270468, edges: 13925440 },
  ],
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
  cases: [
    { size: 'tiny', bounds: 'tiny,stale=flags', states: 6236, edges: 84452 },
    { size: 'small', bounds: 'default,tasks=1,stale=flags', states: 18707, edges: 330642 },
    { size: 'medium', bounds: 'default,stale=flags', states: 486153, edges: 10026538 },
  ],
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
