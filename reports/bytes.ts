/** Contents in text: one sign a byte, what can be read of the pipe, and what has to be. */
import type { Runner } from '../harness/runner.js';
import { ByteKind } from '../model/ghost.js';
import { FIRST, TRANSIENT, ZERO } from '../model/inode.js';
import type { Page, PipeBuffer } from '../model/kernel.js';
import { PIPE_BUF_FLAG_PACKET, Tag } from '../model/kernel.js';

/** What the signs for bytes mean; one line for the whole report. */
export const LEGEND = 'bytes: . plain  * marked  ? never written  - not readable';

/** The same where each byte has a number of its own (model/inode.ts). */
export const NUMBERS_LEGEND = 'bytes: a letter each  0 zero  ? never written  - not readable';

const SIGNS = ['?', '.', '*'];

/** The same where pages are lent: there a byte is told by whose memory it is in. */
const LENT_LEGEND = "bytes: . pipe's  u user's  z zero page  f file  x other  - not readable";

export const legendOf = (runner: Runner): string =>
  runner.k.needs.lends === true ? LENT_LEGEND : runner.k.needs.inodes === true ? NUMBERS_LEGEND : LEGEND;

/** Whose memory a page is. */
function ownerSign(page: Page): string {
  if (page.isFile) return 'f';
  if (page.isZero) return 'z';
  return page.isAnonMapped ? 'u' : '.';
}

/** A letter for each byte that has a number; those of g and of a write, which only one op sees, are capital. */
function letter(byte: number): string {
  if (byte <= ZERO) return byte === ZERO ? '0' : '?';
  if (byte >= TRANSIENT) return String.fromCodePoint(65 + ((byte - TRANSIENT) % 26));
  return String.fromCodePoint(97 + ((byte - FIRST) % 26));
}

/** The sign of one byte; where none is known to be unwritten every byte that is not marked is plain. */
export function sign(runner: Runner, tag: number, page: Page | null): string {
  if (runner.k.needs.lends === true) return page === null ? 'x' : ownerSign(page);
  if (runner.w.bounds.contents === 'off') return '.';
  if (runner.w.bounds.contents === 'marked' && tag === Tag.NeverWritten) return '.';
  return runner.k.needs.inodes === true ? letter(tag) : (SIGNS[tag] ?? '?');
}

/** A whole page: what a reader of the slot can get at by its tag, the rest as `-`. */
export function slotBytes(runner: Runner, buf: PipeBuffer): string {
  if (buf.page === null) return '';
  const end = buf.offset + buf.len;
  return [...buf.page.data].map((tag, b) => (b >= buf.offset && b < end ? sign(runner, tag, buf.page) : '-')).join('');
}

export function pageBytes(runner: Runner, page: Page): string {
  return [...page.data].map((tag) => sign(runner, tag, page)).join('');
}

export const bytesText = (n: number): string => `${n} byte${n === 1 ? '' : 's'}`;

interface Byte {
  readonly tag: number;
  readonly kind: number;
  readonly page: Page | null;
}

/** Bytes oldest first, each packet in angle brackets: `.<.*>.`; `kind` and `tag` by byte. */
function stream(runner: Runner, bytes: readonly Byte[]): string {
  let out = '';
  let isInside = false;
  for (const { tag, kind, page } of bytes) {
    if (kind !== ByteKind.Stream && kind !== ByteKind.Shared && !isInside) out += '<';
    out += sign(runner, tag, page);
    isInside = kind === ByteKind.Packet;
    if (kind === ByteKind.PacketEnd) out += '>';
  }
  return bytes.length === 0 ? 'nothing' : `${bytesText(bytes.length)}: ${out}`;
}

/** What reads of the pipe will get, by its slots as they are. */
function readable(runner: Runner): Byte[] {
  const { k, w } = runner;
  const bytes: Byte[] = [];
  for (let j = 0; j < Math.min(w.ring.used(k), w.ring.size(k)); j++) {
    const buf = w.ring.slot(k, j);
    const isPacket = (buf.flags & PIPE_BUF_FLAG_PACKET) !== 0;
    for (let b = 0; b < buf.len; b++) {
      const kind = isPacket ? (b === buf.len - 1 ? ByteKind.PacketEnd : ByteKind.Packet) : ByteKind.Stream;
      bytes.push({ tag: buf.page?.data[buf.offset + b] ?? 0, kind, page: buf.page });
    }
  }
  return bytes;
}

/** What can be read, and below it what has to be, where that is something else. */
export function byteLines(runner: Runner): [string, string][] {
  const { g } = runner;
  const bytes = readable(runner);
  const owed = stream(
    runner,
    Array.from({ length: g.n }, (_, n): Byte => {
      const isThere = bytes[n]?.tag === g.owedByte(n);
      return { tag: g.owedByte(n), kind: g.kind[n], page: isThere ? bytes[n].page : null };
    }),
  );
  const real = stream(runner, bytes);
  const note = (real + owed).includes('<') ? '   (<> is a packet)' : '';
  if (real === owed) return [['readable', real === 'nothing' ? 'nothing, as owed' : `${real}   (as owed)${note}`]];
  return [
    ['readable', real],
    ['owed', owed + note],
  ];
}

/** Columns of the name before a line. */
export const NAME_WIDTH = 10;

/** Breaks a text that is too long at its spaces, but not within them. */
export function fold(name: string, text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = name.padEnd(NAME_WIDTH);
  // A long run of bytes has no space in it.
  const room = columns - NAME_WIDTH;
  const parts = text
    .split(/(?<=\S) /)
    .flatMap((part) => (part.length <= room ? [part] : (part.match(new RegExp(`.{1,${room}}`, 'g')) ?? [])));
  for (const part of parts) {
    if (line.trimEnd().length > NAME_WIDTH && line.length + part.length > columns) {
      lines.push(line.trimEnd());
      line = ' '.repeat(NAME_WIDTH);
    }
    line += `${part} `;
  }
  return [...lines, line.trimEnd()];
}
