/** A run in text: each op with what it returned, and the ring after it on one line. */
import { tmpPagesOf } from '../model/ring.js';
import { pageName } from '../harness/ledger.js';
import type { Runner } from '../harness/runner.js';
import { formatReturn } from '../model/errno.js';
import type { FunctionName } from '../model/functions.js';
import type { Page } from '../model/kernel.js';
import { ITER_PIPE, PIPE_NAMES } from '../model/kernel.js';
import type { OpInstance } from '../model/op.js';
import { slotBytes } from './bytes.js';
import { addedText, inodeText, positionText } from './draw-files.js';
import { heldWord, listedName, memoryShort } from './draw-memory.js';
import { taskShort } from './draw-tasks.js';
import { COLUMNS, hasPipe } from './draw.js';
import { flagNames, offsetOfIter, slotOfIter } from './pipe-fields.js';
import { wrap } from './wrap.js';

/** C functions that return nothing. */
const VOID: ReadonlySet<FunctionName | null> = new Set<FunctionName | null>([
  'iovIterPipe',
  'iovIterAdvance',
  'iovIterRevert',
  'iovIterCommit',
  'genericFileSpliceRead',
  'zapPte',
  'bioReleasePages',
  'iovIterRestore',
  'iovIterInit',
  'iovIterUbuf',
  'iovIterKvec',
  'iovIterBvec',
  'iovIterXarray',
  'iovIterFolioQueue',
  'iovIterDiscard',
]);

/** Ops that are no kernel function, and return nothing. */
const VOID_OPS: ReadonlySet<string> = new Set(['pipe_unlock', 'put_pages', 'release_pages', 'mmap', 'done', 'signal']);

/** ` = -EAGAIN` as strace has it; '' for what returns nothing. */
export function returned(op: OpInstance, ret: number): string {
  return VOID.has(op.spec.fn) || VOID_OPS.has(op.spec.name) ? '' : `= ${formatReturn(ret)}`;
}

/** Names of ops on one page of pipe buffers, short: a free slot with what it has kept. */
function slotText(runner: Runner, slot: number, isUsed: boolean): string {
  const buf = runner.k.pipe.bufs[slot];
  const flags = flagNames(buf.flags);
  const page = buf.page === null ? '-' : pageName(runner, buf.page);
  if (isUsed) return `[${slot} ${page} ${slotBytes(runner, buf)}${flags === '' ? '' : ` ${flags}`}]`;
  const left = [buf.page === null ? '' : page, flags].filter((part) => part !== '');
  return left.length === 0 ? `[${slot} free]` : `[${slot} free, was ${left.join(' ')}]`;
}

/** The iterator beside the ring: `iter 0+2 count 4`, slot and offset. */
function iterShort(runner: Runner): string {
  const { iter } = runner.k;
  return iter.active && iter.flavour === ITER_PIPE
    ? `iter ${slotOfIter(runner, iter)}+${offsetOfIter(iter)} count=${iter.count}`
    : '';
}

/** Slots of the ring that is looked at, oldest first, as a reader comes to them. */
function slotTexts(runner: Runner): string[] {
  const { k, w } = runner;
  const size = w.ring.size(k);
  const used = Math.min(w.ring.used(k), size);
  return Array.from({ length: size }, (_, j) => slotText(runner, w.ring.index(k, j), j < used));
}

function tmpPageText({ k }: Runner, name: (page: Page) => string): string[] {
  const pages = tmpPagesOf(k.pipe);
  return pages.length === 0 ? [] : [`tmp_page ${pages.map(name).join(' ')}`];
}

/** Parts one after the other, on as few lines as it takes. */
function joinParts(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const gap = part.startsWith('[') ? ' ' : '  ';
    if (last !== undefined && last.length + gap.length + part.length <= width)
      lines[lines.length - 1] = last + gap + part;
    else lines.push(part);
  }
  return lines;
}

/** The ring on one line, or as few as it takes; of several pipes each on its own. */
export function ringLines(runner: Runner, width = COLUMNS): string[] {
  const { k } = runner;
  const name = (page: Page): string => pageName(runner, page);
  if (k.pipes.length > 1) {
    const lines = k.pipes.flatMap((_, p) => {
      runner.usePipe(p);
      if (k.needs.inodes === true && p > 0) return joinParts([inodeText(runner)], width);
      return joinParts([`${PIPE_NAMES[p]}:`, ...slotTexts(runner), ...tmpPageText(runner, name)], width);
    });
    runner.usePipe(0);
    return k.needs.lends === true ? [...lines, ...joinParts(memoryShort(runner), width)] : lines;
  }
  const parts = [
    ...(hasPipe(runner) ? slotTexts(runner) : []),
    ...(k.needs.memory === 'none' ? [] : memoryShort(runner)),
  ];
  if (k.needs.openFiles === true) parts.push(...[addedText(runner), positionText(runner)].filter((t) => t !== ''));
  parts.push(...taskShort(runner));
  if (iterShort(runner) !== '') parts.push(iterShort(runner));
  if (k.request.on !== 0 && k.request.nr > 0 && (k.needs.memory === 'none' || !k.request.isCommitted)) {
    const pages = k.request.page.slice(0, k.request.nr).map(listedName);
    parts.push(`${k.request.hold === 0 ? heldWord(0) : 'held'}: ${pages.join(' ')}`);
  }
  return joinParts([...parts, ...tmpPageText(runner, name)], width);
}

/** Where the text of a step begins. */
export const STEP = 6;
export const MARGIN = ' '.repeat(STEP);

/** Op and return, the returns under each other; in more than one line where the op is too long. */
export function callLine(text: string, ret: string, number: number, wide: number, columns = COLUMNS): string {
  const head = `${String(number).padStart(STEP - 2)}  `;
  const line = `${head}${text.padEnd(wide)}  ${ret}`.trimEnd();
  if (line.length <= columns) return line;
  const plain = `${head}${text}  ${ret}`.trimEnd();
  if (plain.length <= columns) return plain;
  const lines = wrap(text, columns, MARGIN);
  const last = lines[lines.length - 1].length + 2 + ret.length <= columns ? `  ${ret}` : `\n${MARGIN}${ret}`;
  return head + lines.join('\n').trimStart() + last;
}
