/** What the scenario read-to-read has in place of a pipe's data: the two files of the call, positions, and the flag. */
import type { Runner } from '../harness/runner.js';
import type { OpenFile } from '../model/files.js';
import { With } from '../model/files.js';
import { At } from '../model/inode.js';
import { pageBytes } from './bytes.js';

type Line = [name: string, text: string];

const KINDS = {
  generic: 'generic_file_splice_read()',
  lender: 'lends pages to be filled',
  own: 'a splice_read with pages of its own',
  none: 'no splice_read',
};

export function fileText(file: OpenFile, at: number, now: number, isGiven: boolean): string {
  const mode = file.isRead ? (file.isWrite ? 'O_RDWR' : 'O_RDONLY') : 'O_WRONLY';
  const seek = file.isSeekable ? '' : ', not seekable';
  const moved = isGiven ? `at ${at}${now === at ? '' : `, now at ${now}`}` : `no offset given, f_pos ${now}`;
  return `${file.name} (${mode}${seek}, ${KINDS[file.spliceRead]}, ${file.size} bytes), ${moved}`;
}

/** Fields that the design has added, where they are set: `consumed_by_read=1`. */
export function addedText(runner: Runner): string {
  const { k, w } = runner;
  const set = w.design.addedFields.flatMap(([name], n) => {
    const field = name.replace(/^pipe\./, '').replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
    return k.added[n] === 0 ? [] : [`${field}=${k.added[n]}`];
  });
  return set.join(' ');
}

/** Positions of files that are not at their start: `f_pos: f 2, g 3`. */
export function positionText(runner: Runner): string {
  const moved = runner.k.splice.files.filter((file) => file.fPos.pos > 0);
  return moved.length === 0 ? '' : `f_pos: ${moved.map((file) => `${file.name} ${file.fPos.pos}`).join(', ')}`;
}

export function fileLines(runner: Runner): Line[] {
  const { splice } = runner.k;
  const { in: file, out } = splice;
  const added = addedText(runner);
  const lines: Line[] = added === '' ? [] : [['flag', `current->splice_pipe->${added}`]];
  if (file === null || out === null) return lines;
  const isIn = splice.with !== With.NoOffIn;
  const isOut = splice.with !== With.NoOffOut;
  lines.push(['in', fileText(file, splice.inAt, isIn ? splice.offIn.pos : file.fPos.pos, isIn)]);
  lines.push(['out', fileText(out, splice.outAt, isOut ? splice.offOut.pos : out.fPos.pos, isOut)]);
  return lines;
}

/** The bytes of f, page by page; `--` for a page that is not cached. */
function cachedText(runner: Runner): string {
  const { k } = runner;
  const [f] = k.splice.inodes;
  const pages = f.cache.map((page) => {
    if (page === null) return '-'.repeat(k.pageSize);
    return page.isUptodate ? pageBytes(runner, page) : `${pageBytes(runner, page)}!`;
  });
  return `${f.size} ${f.size === 1 ? 'byte' : 'bytes'} [${pages.join('|')}]`;
}

/** f, and where f and g stand: `f: 3 bytes [ab|--] at 2, g at 4`. */
export function inodeText(runner: Runner): string {
  const { files } = runner.k.splice;
  const at = (n: number): string => (files[n].fPos.pos === 0 ? '' : ` at ${files[n].fPos.pos}`);
  const g = at(At.G) === '' ? '' : `, g${at(At.G)}`;
  return `f: ${cachedText(runner)}${at(At.F)}${g}`;
}

/** The same in a drawing, with what an op has left in g. */
export function inodeLines(runner: Runner): Line[] {
  const { k } = runner;
  const lines: Line[] = [['f', `${cachedText(runner)}, f_pos ${k.splice.files[At.F].fPos.pos}`]];
  if (runner.k.splice.inodes[0].cache.some((page) => page?.isUptodate === false))
    lines.push(['', '! is not up to date']);
  const [, g] = k.splice.inodes;
  const bytes = g.cache.map((page) => (page === null ? '' : pageBytes(runner, page))).join('|');
  lines.push(['g', `${g.size} bytes [${bytes}], f_pos ${k.splice.files[At.G].fPos.pos}`]);
  return lines;
}

/** The task's own pipe is empty between two calls: it is drawn where it is not. */
export function isQuietTaskPipe({ k, w }: Runner, p: number): boolean {
  if (k.needs.inodes !== true || p === 0) return false;
  return w.ring.used(k) === 0 && k.pipe.bufs.every((buf) => buf.ops === 0);
}
