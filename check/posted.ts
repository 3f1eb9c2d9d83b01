/**
 * Columns of a store as they go to another thread: the buffers, of which the other side makes the same views. V8 writes the
 * bytes of a view as 32 bits when it is posted, so that of a column of 4 GiB nothing arrives, and of one of 8 GiB the rest.
 */
import type { StoreColumns } from './store.js';

type Buffers<T> = { readonly [K in keyof T]: SharedArrayBuffer };

export interface PostedColumns extends Buffers<Omit<StoreColumns, 'size' | 'parts'>> {
  readonly size: number;
  readonly parts: readonly Buffers<StoreColumns['parts'][number]>[];
}

/** Of a view that has all of its buffer, which each column is. */
const whole = ({ buffer }: Int32Array | Uint16Array): SharedArrayBuffer => buffer as SharedArrayBuffer;
const ints = (buffer: SharedArrayBuffer): Int32Array => new Int32Array(buffer);

export function posted({ size, rows, parent, op, table, parts }: StoreColumns): PostedColumns {
  return {
    size,
    rows: whole(rows),
    parent: whole(parent),
    op: whole(op),
    table: whole(table),
    parts: parts.map((part) => ({ words: whole(part.words), table: whole(part.table), count: whole(part.count) })),
  };
}

export function received({ size, rows, parent, op, table, parts }: PostedColumns): StoreColumns {
  return {
    size,
    rows: ints(rows),
    parent: ints(parent),
    op: new Uint16Array(op),
    table: ints(table),
    parts: parts.map((part) => ({ words: ints(part.words), table: ints(part.table), count: ints(part.count) })),
  };
}
