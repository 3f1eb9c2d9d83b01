/** Images field by field: in which two of them differ, and of what kind that is. */
import type { Field } from '../model/field.js';
import type { Codec } from '../model/image.js';
import { place } from '../model/image.js';
import type { Kind } from './observe.js';

/** A field with another value in each of two images. */
export interface Change {
  /** As C would name it, e.g. `pipe.bufs[0].len`. */
  readonly path: string;
  readonly a: string;
  readonly b: string;
}

/** What stands in the field, where it is saved with a bias or as the number of a page. */
function textOf({ set }: Field, value: number): string {
  const bias = /= v - (\d+)$/.exec(set)?.[1];
  if (bias !== undefined) return String(value - Number(bias));
  if (set.includes('k.pages[v - 1]')) return value === 0 ? 'NULL' : `page ${value - 1}`;
  if (set.includes('k.vecs[v - 1]')) return value === 0 ? 'NULL' : `vector ${value - 1}`;
  return String(value);
}

const NAMES: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^[kP]\.(?=[a-z])/, ''],
  [/^P\./, 'pipe.'],
  [/^Q\./, 'pipes[1].'],
  [/^s(\d+)\./, 'pipe.bufs[$1].'],
  [/^t(\d+)\./, 'pipes[1].bufs[$1].'],
  [/^(curbuf|nrbufs|head|tail|ringSize|tmpPage2?)$/, 'pipe.$1'],
];

/** The path of a field as a reader of model/kernel.ts knows it. */
function nameOf({ path }: Field): string {
  return NAMES.reduce((text, [pattern, name]) => text.replace(pattern, name), path);
}

/** All fields with different values, in the order of the image. */
export function changes(codec: Codec, a: Int32Array, b: Int32Array): Change[] {
  return place(codec.fields).flatMap((placed, n) =>
    placed.flatMap(([field, shift]) => {
      const mask = 2 ** field.bits - 1;
      const [x, y] = [(a[n] >>> shift) & mask, (b[n] >>> shift) & mask];
      return x === y ? [] : [{ path: nameOf(field), a: textOf(field, x), b: textOf(field, y) }];
    }),
  );
}

const KIND_OF: readonly (readonly [pattern: RegExp, kind: Kind])[] = [
  [/^pages\[\d+\]\.(refcount|pincount)/, 'references'],
  [/^pages\[\d+\]\.data/, 'bytes-readable'],
  [/^(iter|iterCopy)\./, 'iterator'],
  [/^(request\.|arrays)/, 'pages-held'],
  [/^mms\[/, 'memory'],
  [/^splice\./, 'files'],
  [/^tasks\[/, 'tasks'],
];

/** Of what kind it is that a field differs. What is behind the ring's fields, and the judge's own, is `state`. */
export function kindOfField(path: string): Kind {
  return KIND_OF.find(([pattern]) => pattern.test(path))?.[1] ?? 'state';
}

/** The kind of the first field that differs, of those that a caller may know of where there is one. */
export function kindOfChanges(found: readonly Change[]): Kind {
  const kinds = found.map(({ path }) => kindOfField(path));
  return kinds.find((kind) => kind !== 'state') ?? 'state';
}
