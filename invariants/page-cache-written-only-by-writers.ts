import { Tag } from '../model/kernel.js';
import { paintOf } from '../model/lent.js';
import type { Invariant, Judged } from './invariant.js';
import { unlessLent } from './invariant.js';

/** The first byte (page * PAGE_SIZE + offset) of the file that somebody changed; -1 if none. */
function changedByte(s: Judged): number {
  const { k, g } = s;
  if (k.bounds.contents === 'off') return -1;
  for (let p = 0; p < k.filePages.length; p++) {
    const { data } = k.filePages[p];
    for (let b = 0; b < data.length; b++) {
      const pos = p * k.pageSize + b;
      const { lends } = k.needs;
      const own = lends === true ? paintOf(k.filePages[p], b) : k.needs.memory === 'paged' ? g.file[p] : k.plain;
      if (data[b] !== (pos === g.fileMark ? Tag.Marked : own)) return pos;
    }
  }
  return -1;
}

/** The first byte of f that is not what was last written to it; -1 if none. */
function changedInFile({ k, g }: Judged): number {
  if (k.bounds.contents === 'off') return -1;
  const f = k.splice.inodes[0];
  for (let pos = 0; pos < f.size; pos++) {
    const page = f.cache[Math.floor(pos / k.pageSize)];
    if (page !== null && page.data[pos % k.pageSize] !== g.content[pos]) return pos;
  }
  return -1;
}

function isKept(s: Judged): boolean {
  const { needs, splice } = s.k;
  if (needs.inodes === true) return splice.cacheChanged === '' && changedInFile(s) < 0;
  return needs.openFiles === true ? splice.cacheChanged === '' : changedByte(s) < 0;
}

export const invariant: Invariant = {
  id: 'page-cache-written-only-by-writers',
  statement: "A file's page-cache bytes change only by a write to that file.",
  why: 'Whoever may read a file can change it: the bug known as Dirty Pipe (CVE-2022-0847).',
  source: [{ tree: '9d2231c5d74e', file: 'lib/iov_iter.c', symbol: 'copy_page_to_iter_pipe' }],
  when: 'every-step',
  judges: unlessLent('both'),
  severity: 'soft',
  stepHolds: (s) => s.k.splice.cacheChanged === '',
  holds: isKept,
  explain(s) {
    if (s.k.splice.cacheChanged !== '')
      return `After it, ${s.k.splice.cacheChanged}: the page cache of a file that nobody writes.`;
    if (s.k.needs.inodes === true) return `Byte ${changedInFile(s)} of f has changed, and nobody wrote to the file.`;
    return `Byte ${changedByte(s) % s.k.pageSize} of file page ${Math.floor(changedByte(s) / s.k.pageSize)} has changed, and nobody wrote to the file.`;
  },
  marks(s) {
    if (s.k.needs.openFiles === true || s.k.needs.inodes === true) return [];
    const page = s.k.filePages[Math.floor(changedByte(s) / s.k.pageSize)];
    const used = s.w.ring.used(s.k);
    return Array.from({ length: used }, (_, j) => j).filter((j) => s.w.ring.slot(s.k, j).page === page);
  },
};
