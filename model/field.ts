/** What one field of the image is, and what the generated code is made from. */
import type { Bounds, Needs } from './bounds.js';
import { bitsFor } from './cint.js';
import type { Page } from './kernel.js';
import type { RingForm } from './ring.js';

/** A state variable: where it is, how many bits it has, and how it is read and written. */
export interface Field {
  readonly path: string;
  readonly bits: number;
  /** JavaScript expression that reads the value as an unsigned integer. */
  readonly get: string;
  /** JavaScript statement that stores `v`. */
  readonly set: string;
}

export const int = (path: string, bits: number): Field => ({ path, bits, get: path, set: `${path} = v` });
export const flag = (path: string): Field => ({ path, bits: 1, get: `(${path} ? 1 : 0)`, set: `${path} = v === 1` });
export const signed = (path: string, bits: number): Field => {
  const bias = 2 ** (bits - 1);
  return { path, bits, get: `(${path} + ${bias})`, set: `${path} = v - ${bias}` };
};

/** Which parts of the state can change at all in this world; the others keep their initial value. */
export interface Uses {
  /** Iterators, their callers and page requests. */
  readonly iterators: boolean;
  /** An iterator that lives from op to op, over one of so many vectors (0: pipes only). */
  readonly iter: boolean;
  readonly vecs: number;
  /** A request of pages. */
  readonly request: boolean;
  readonly needs: Needs;
  /** The struct copy of a direct I/O path. */
  readonly iterCopy: boolean;
  /** Flags of the open files, by F_SETFL. */
  readonly fileFlags: boolean;
}

/** How the generated code calls the pipes, and their slots. */
export const PIPES = ['P', 'Q'];
export const SLOTS = ['s', 't'];

/** What the generated code is made from. */
export interface Layout {
  readonly uses: Uses;
  readonly b: Bounds;
  readonly form: RingForm;
  readonly pages: readonly Page[];
}

export function pageRef(path: string, l: Layout): Field {
  return {
    path,
    bits: bitsFor(l.pages.length),
    get: `(${path} === null ? 0 : ${path}.canon + 1)`,
    set: `${path} = v === 0 ? null : k.pages[v - 1]`,
  };
}

/** The size of a ring that F_SETPIPE_SZ may change. */
export function sizeField(P: string, l: Layout): Field {
  return {
    path: `${P}.ringSize`,
    bits: bitsFor(l.b.ring),
    get: `${P}.${l.form === 'curbuf' ? 'buffers' : 'ringSize'}`,
    set: `${P}.buffers = ${P}.ringSize = ${P}.maxUsage = v`,
  };
}

export function tmpPageFields(P: string, l: Layout): Field[] {
  const first = pageRef(`${P}.tmpPage`, l);
  return l.uses.needs.tmpPages === 2 ? [first, pageRef(`${P}.tmpPage2`, l)] : [first];
}
