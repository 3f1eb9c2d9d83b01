/** Fields of the pipe, its slots and its iterators, by the names and words that reports have for them. */
import type { Runner } from '../harness/runner.js';
import type { IovIter } from '../model/kernel.js';
import * as K from '../model/kernel.js';
import { callerName } from '../model/ops/splice.js';

export const OPS_NAMES = ['free', 'anon', 'packet', 'page-cache', 'default', 'user-page'];

const FLAG_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [K.PIPE_BUF_FLAG_LRU, 'LRU'],
  [K.PIPE_BUF_FLAG_GIFT, 'GIFT'],
  [K.PIPE_BUF_FLAG_PACKET, 'PACKET'],
  [K.PIPE_BUF_FLAG_CAN_MERGE, 'CAN_MERGE'],
];

/** `PACKET|CAN_MERGE`; '' for none. */
export function flagNames(flags: number): string {
  const known = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0);
  const rest = known.reduce((left, [bit]) => left & ~bit, flags);
  return [...known.map(([, name]) => name), ...(rest === 0 ? [] : [`0x${rest.toString(16)}`])].join('|');
}

/** Index in the array of the slot that an iterator is at. */
export function slotOfIter(runner: Runner, i: IovIter): number {
  return runner.w.ring.form === 'curbuf' ? i.idx : i.head & (runner.k.pipe.ringSize - 1);
}

/** Bytes from the start of the page to where the iterator goes on; 0 before anything is in the slot. */
export function offsetOfIter(i: IovIter): number {
  return i.iovOffset !== 0 ? i.iovOffset : Math.abs(i.lastOffset);
}

/** What points at each slot of the array: `curbuf`, `tail`, `head`, and the iterators. */
export function pointers(runner: Runner): { ring: string[]; iter: string[] } {
  const { k, w } = runner;
  const size = w.ring.size(k);
  const ring = Array.from({ length: size }, () => '');
  const iter = Array.from({ length: size }, () => '');
  const point = (at: string[], slot: number, name: string): void => {
    if (slot >= 0 && slot < size) at[slot] = at[slot] === '' ? name : `${at[slot]},${name}`;
  };
  if (w.ring.form === 'curbuf') point(ring, k.pipe.curbuf, 'curbuf');
  else {
    point(ring, k.pipe.tail & (size - 1), 'tail');
    point(ring, k.pipe.head & (size - 1), 'head');
  }
  if (k.iter.active && k.iter.flavour === K.ITER_PIPE) point(iter, slotOfIter(runner, k.iter), 'iter');
  if (k.iterCopy.active) point(iter, slotOfIter(runner, k.iterCopy), 'copy');
  return { ring, iter };
}

function lockText(runner: Runner): string {
  const name = callerName(runner.k);
  return name === 'nobody' || name === 'primitives' ? name : `the ${name} read_iter`;
}

/** The fields of struct pipe_inode_info that say which slots are in use. */
export function pipeFields({ k: { pipe }, w }: Runner): [name: string, value: number][] {
  return w.ring.form === 'curbuf'
    ? [
        ['curbuf', pipe.curbuf],
        ['nrbufs', pipe.nrbufs],
        ['buffers', pipe.buffers],
      ]
    : [
        ['head', pipe.head],
        ['tail', pipe.tail],
        ['ring_size', pipe.ringSize],
      ];
}

/** Who holds the pipe's lock; undefined where that is no question of the scenario. */
export function lockOf(runner: Runner): string | undefined {
  const { pipes, tasks } = runner.k;
  return pipes.length === 1 && tasks.length === 0 ? lockText(runner) : undefined;
}

/** The fields of struct iov_iter that an iterator over a pipe has in this design. */
export function iterFields({ w }: Runner, i: IovIter): [name: string, value: number][] {
  const index: [string, number][] =
    w.ring.form === 'curbuf'
      ? [['idx', i.idx]]
      : [
          ['head', i.head],
          ['start_head', i.startHead],
        ];
  const offset: [string, number] = w.design.present.has('lastOffset')
    ? ['last_offset', i.lastOffset]
    : ['iov_offset', i.iovOffset];
  return [['count', i.count], ...index, offset];
}

export function iterPlace(runner: Runner, i: IovIter): string {
  const off = offsetOfIter(i);
  return `at slot ${slotOfIter(runner, i)}, ${off === 0 ? 'not begun' : `offset ${off}`}`;
}
