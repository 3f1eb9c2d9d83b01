/** What readers of pipes are owed, as fields of the image. */
import { pipeCount } from './bounds.js';
import { bitsFor } from './cint.js';
import type { Field, Layout } from './field.js';
import { flag, int, signed } from './field.js';
import { owedMax } from './ghost.js';
import { namesMax } from './inode.js';
import { LENDER_BITS } from './lending.js';

/** Whether bytes differ at all: with contents=off none is marked, and all are alike. */
export function hasTags({ b, uses }: Layout): boolean {
  return b.contents !== 'off' || uses.needs.inodes === true;
}

/** Where the marked byte of the file is: `M` in the generated code, under the name that its page has there. */
export function fileMark(l: Layout): Field {
  const bits = bitsFor(l.b.files * l.b.page) + 1;
  const { get } = signed('M', bits);
  return { ...signed('g.fileMark', bits), get };
}

/** An owed byte of one of two pipes: `tag0[i]` in the generated code. */
export function owedOf(of: 'tag' | 'kind' | 'lender', pipe: number, i: number, bits: number): Field {
  return { ...int(`g.${of}s[${pipe}][${i}]`, bits), get: `${of}${pipe}[${i}]` };
}

/** What a reader is owed where pages are lent: packets, and whose memory it is. */
export function lentFields(owed: number, pipe: number): Field[] {
  const bytes = Array.from({ length: owed }, (_, i) => i);
  return bytes.flatMap((i) => [owedOf('kind', pipe, i, 2), owedOf('lender', pipe, i, LENDER_BITS)]);
}

/** What a reader of the pipe is owed. */
export function owedFields(l: Layout): Field[] {
  const owed = owedMax(l.b);
  const isOne = pipeCount(l.uses.needs) < 2;
  const n = { ...int('g.n', bitsFor(owed)), get: isOne ? 'g.n' : 'n0' };
  if (l.uses.needs.lends === true) return [n, ...lentFields(owed, 0)];
  const out = [n, int('g.writer', 2), ...(hasTags(l) ? [flag('g.isMarkFree')] : [])];
  const tag = l.uses.needs.inodes === true ? bitsFor(namesMax(l.b)) : 2;
  for (let i = 0; i < owed; i++) {
    if (hasTags(l)) out.push(isOne ? int(`g.tag[${i}]`, tag) : owedOf('tag', 0, i, tag));
    out.push(isOne ? int(`g.kind[${i}]`, 2) : owedOf('kind', 0, i, 2));
  }
  return out;
}
