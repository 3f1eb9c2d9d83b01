/** Files and their page cache, for a drawing. */
import type { Runner } from '../../harness/runner.js';
import type { Inode } from '../../model/inode.js';
import { At } from '../../model/inode.js';
import { pageBytes } from '../bytes.js';
import { fileLines, positionText } from '../draw-files.js';
import type { Panel, Row } from './data.js';

function cacheRow(runner: Runner, inode: Inode, n: number): Row {
  const page = inode.cache[n];
  const { pageSize } = runner.k;
  if (page === null)
    return { name: `page ${n}`, cells: ['not cached', '-'.repeat(pageSize), ''], wires: [], isFree: true };
  return {
    name: `page ${n}`,
    cells: [page.name, pageBytes(runner, page), page.isUptodate ? '' : 'not up to date'],
    wires: [{ page: page.name, hold: page.owner === '' ? 'reference' : 'maps' }],
  };
}

function inodePanel(runner: Runner, n: number): Panel {
  const inode = runner.k.splice.inodes[n];
  return {
    kind: 'files',
    name: `file ${inode.name}`,
    facts: [
      ['i_size', String(inode.size)],
      ['f_pos', String(runner.k.splice.files[n === 0 ? At.F : At.G].fPos.pos)],
    ],
    columns: ['page', 'bytes', ''],
    bytes: 1,
    rows: inode.cache.map((_, page) => cacheRow(runner, inode, page)),
  };
}

/** The files of the scenario; where they are constants, what the last call did with them. */
export function filePanels(runner: Runner): Panel[] {
  const { k } = runner;
  if (k.needs.inodes === true) return k.splice.inodes.map((_, n) => inodePanel(runner, n));
  if (k.needs.openFiles !== true) return [];
  const facts = fileLines(runner);
  const at = positionText(runner);
  if (facts.length === 0 && at !== '') facts.push(['positions', at]);
  return facts.length === 0 ? [] : [{ kind: 'files', name: 'files', facts, columns: [], rows: [] }];
}
