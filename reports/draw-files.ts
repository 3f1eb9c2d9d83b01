/** What the scenario read-to-read has in place of a pipe's data: the two files of the call, positions, and the flag. */
import type { Runner } from '../harness/runner.js';
import type { OpenFile } from '../model/files.js';
import { With } from '../model/files.js';

type Line = [name: string, text: string];

const KINDS = {
  generic: 'generic_file_splice_read()',
  lender: 'lends pages to be filled',
  own: 'a splice_read with pages of its own',
  none: 'no splice_read',
};

function fileText(file: OpenFile, at: number, now: number, isGiven: boolean): string {
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
