/**
 * The kernel's tests of extract_iter_to_sg() (lib/scatterlist.c), as far as they are about
 * iov_iter: pages taken in several calls, at most so many entries at a time, describe the same
 * bytes as the iterator did. The scatterlist itself is not modelled, nor that it merges pages:
 * its entries here are those of iov_iter_extract_pages(), one a page.
 */
import type { FunctionName, IovIter, Lab, LabMemory, Page, PageList, Vec } from '#iov/index.js';
import { ITER_DEST } from '#iov/index.js';
import { expect } from 'vitest';
import type { Case } from './case.js';
import { BUFSIZE, difference, KUNIT, NPAGES, PAGE, patterned, PRIME } from './ranges.js';
import { singlePages } from './shapes.js';

interface Entry {
  readonly page: Page;
  readonly offset: number;
  readonly len: number;
}

interface Table {
  readonly entries: Entry[];
  readonly lists: PageList[];
}

/** `maxsize` bytes of the iterator become at most `max` entries; the bytes that did. */
function toTable(lab: Lab, iter: IovIter, maxsize: number, table: Table, max: number): number {
  let done = 0;
  let room = max;
  while (done < maxsize && room > 0) {
    const list = lab.extractPages(iter, maxsize - done, room);
    expect(list.ret).toBeGreaterThan(0);
    table.lists.push(list);
    let { start: offset, ret: left } = list;
    for (const page of lab.covered(list)) {
      if (page === null || page === undefined) throw new Error('an entry holds no page');
      const len = Math.min(left, PAGE - offset);
      table.entries.push({ page, offset, len });
      left -= len;
      offset = 0;
      room--;
    }
    done += list.ret;
  }
  return done;
}

/** sg_copy_to_buffer() */
function bytesOf(entries: readonly Entry[]): Uint8Array {
  const out = new Uint8Array(entries.reduce((sum, { len }) => sum + len, 0));
  let done = 0;
  for (const { page, offset, len } of entries) {
    out.set(page.data.subarray(offset, offset + len), done);
    done += len;
  }
  return out;
}

/** None, then one entry, then all but the last sixteen pages, then those. */
function check(lab: Lab, memory: LabMemory, vec: Vec): void {
  const tail = 16 * PAGE;
  for (const pattern of [KUNIT, PRIME]) {
    memory.write(0, patterned(pattern));
    const iter = lab.iter(ITER_DEST, vec);
    const table: Table = { entries: [], lists: [] };
    expect(toTable(lab, iter, BUFSIZE, table, 0)).toBe(0);
    expect(table.entries).toEqual([]);
    let done = toTable(lab, iter, BUFSIZE - tail, table, 1);
    expect(done).toBeLessThanOrEqual(BUFSIZE - tail);
    expect(table.entries).toHaveLength(1);
    done += toTable(lab, iter, BUFSIZE - tail - done, table, NPAGES - 1);
    expect(done).toBe(BUFSIZE - tail);
    done += toTable(lab, iter, tail, table, NPAGES - table.entries.length);
    expect([done, table.entries.length, iter.count]).toEqual([BUFSIZE, NPAGES, 0]);
    expect(difference(bytesOf(table.entries), patterned(pattern))).toBe('');
    if (lab.call('iovIterExtractWillPin', iter)) for (const list of table.lists) lab.unpinPages(list);
    expect(lab.held()).toEqual([]);
  }
}

const FLAVOURS: readonly (readonly [string, FunctionName, (lab: Lab) => LabMemory, (lab: Lab) => Vec])[] = [
  ['kvec', 'iovIterKvec', (lab) => lab.vmalloc, (lab) => lab.kvec([[lab.vmalloc.base, BUFSIZE]])],
  ['bvec', 'iovIterBvec', (lab) => lab.direct, (lab) => lab.bvec([{ page: 0, offset: 0, len: BUFSIZE }])],
  ['folioq', 'iovIterFolioQueue', (lab) => lab.direct, (lab) => lab.folioq(singlePages(NPAGES))],
  ['xarray', 'iovIterXarray', (lab) => lab.file, (lab) => lab.xarray()],
  ['ubuf', 'iovIterUbuf', (lab) => lab.user, (lab) => lab.ubuf(0, BUFSIZE)],
];

export const SCATTER: readonly Case[] = FLAVOURS.map(([name, init, memory, vec]) => ({
  name: `scatter ${name}`,
  needs: [init, 'iovIterExtractPages'],
  run: (lab) => check(lab, memory(lab), vec(lab)),
}));
