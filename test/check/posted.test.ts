/** Columns of a store arrive in another thread as they are, however large. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import type { PostedColumns } from '#iov/check/posted.js';
import { posted, received } from '#iov/check/posted.js';
import type { StoreColumns } from '#iov/check/store.js';
import { Store } from '#iov/check/store.js';
import { describe, expect, test } from 'vitest';

/** What another thread gets of a message. */
function through<T>(message: T): T {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(message, []);
  const got = receiveMessageOnPort(port2)?.message as T;
  port1.close();
  return got;
}

const lengths = ({ rows, parent, op, table }: StoreColumns): number[] => [rows, parent, op, table].map((c) => c.length);

/** Memory that is not written to is not taken. */
const ints = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));

describe('columns', () => {
  const small = new Store(20, 1e9).columns;

  test('of a small store arrive, and are the same memory', () => {
    const there = received(through<PostedColumns>(posted(small)));
    expect(lengths(there)).toEqual(lengths(small));
    there.rows[1] = 7;
    there.op[1] = 8;
    there.parts[2].words[1] = 9;
    expect([small.rows[1], small.op[1], small.parts[2].words[1]]).toEqual([7, 8, 9]);
    expect(there.parts.length).toBe(small.parts.length);
  });

  test.each([2 ** 30, 2 ** 31 - 2])('of %i words arrive whole, which views of them do not in Node 20', (length) => {
    const large: StoreColumns = { ...small, rows: ints(length), table: ints(2 ** 30) };
    expect(lengths(received(through(posted(large))))).toEqual(lengths(large));
  });
});
