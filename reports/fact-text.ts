/** A fact of a state in the kernel's words: whose it is, and what. */
import type { Fact } from '../harness/facts.js';
import type { Runner } from '../harness/runner.js';
import { ByteKind } from '../model/ghost.js';
import { PIPE_NAMES } from '../model/kernel.js';
import { flagNames } from './pipe-fields.js';

/** `slot 0`, `flags=PACKET`: the facts of one subject stand on one line. */
export interface FactText {
  readonly subject: string;
  readonly text: string;
}

const OPS = ['none: it is free', 'anon_pipe_buf_ops', 'packet_pipe_buf_ops', 'page_cache_pipe_buf_ops'];
const MORE_OPS = ['default_pipe_buf_ops', 'user_page_pipe_buf_ops'];

const KINDS: Readonly<Record<number, string>> = {
  [ByteKind.Stream]: 'of the stream',
  [ByteKind.Packet]: 'inside a packet',
  [ByteKind.PacketEnd]: 'the end of a packet',
  [ByteKind.Shared]: "the file's own",
};

/** What the model follows of a byte. */
const TAGS = ['never written', 'plain', 'marked'];

/** The kernel's name of a field: `iovOffset` is iov_offset. */
const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

/** `p0`, `F0`; a reference to no page is NULL. */
const pageName = ({ k }: Runner, value: number): string => (value === 0 ? 'NULL' : k.pages[value - 1].name);

const ofPipe = ({ k }: Runner, p: number): string => (k.pipes.length > 1 ? `${PIPE_NAMES[p]}'s ` : '');

type Say = (runner: Runner, value: number, m: readonly string[]) => FactText;

function slot(runner: Runner, value: number, pipe: number, number: string, name: string): FactText {
  const subject = `${ofPipe(runner, pipe)}slot ${number}`;
  if (name === 'page') return { subject, text: `page ${pageName(runner, value)}` };
  if (name === 'flags') return { subject, text: `flags ${flagNames(value) || '0'}` };
  if (name === 'ops') return { subject, text: `ops ${[...OPS, ...MORE_OPS][value] ?? value}` };
  return { subject, text: `${name} ${value}` };
}

function pageFact(runner: Runner, value: number, number: number, name: string): FactText {
  const page = runner.k.pages[number];
  const subject = `page ${page.name}`;
  const { refbits } = runner.w.bounds;
  if (name === 'refcount') {
    const isSigned = refbits !== 0 && (runner.k.needs.memory !== 'none' || runner.k.pipes.length > 1);
    return { subject, text: `refcount ${isSigned ? value - 2 ** (refbits - 1) : value}` };
  }
  if (name === 'data') {
    const signs = Array.from(page.data, (_, b) => '?.*'[(value >>> (2 * b)) & 3] ?? '?').join('');
    return { subject, text: `holds ${signs}` };
  }
  return { subject, text: `${snake(name)} ${value}` };
}

/** How each kind of path is said, the first that fits. */
const WORDS: readonly (readonly [path: RegExp, say: Say])[] = [
  [/^(?:pipe\.bufs|(pipes\[1\])\.bufs)\[(\d+)\]\.(\w+)$/, (r, v, [, b, n, name]) => slot(r, v, b ? 1 : 0, n, name)],
  [/^([st])(\d+)\.(\w+)$/, (r, v, [, of, n, name]) => slot(r, v, of === 't' ? 1 : 0, n, name)],
  [/^pages\[(\d+)\]\.(\w+)/, (r, v, [, n, name]) => pageFact(r, v, Number(n), name)],
  [
    /^([PQ])\.tmpPage(2?)$/,
    (r, v, [, of]) => ({ subject: `${ofPipe(r, of === 'Q' ? 1 : 0)}tmp_page`, text: pageName(r, v) }),
  ],
  [
    /^([PQ])\.(\w+)$/,
    (r, v, [, of, name]) => ({ subject: `${ofPipe(r, of === 'Q' ? 1 : 0)}pipe`, text: `${snake(name)} ${v}` }),
  ],
  [/^g\.kind\[(\d+)\]$/, (_r, v, [, n]) => ({ subject: `owed byte ${n}`, text: KINDS[v] })],
  [
    /^g\.kinds\[(\d)\]\[(\d+)\]$/,
    (r, v, [, p, n]) => ({ subject: `${ofPipe(r, Number(p))}owed byte ${n}`, text: KINDS[v] }),
  ],
  [
    /^g\.tags?(?:\[(\d)\])?\[(\d+)\]$/,
    (_r, v, [, , n]) => ({ subject: `owed byte ${n}`, text: `is ${TAGS[v] ?? `number ${v}`}` }),
  ],
  [
    /^g\.ns?(?:\[(\d)\])?$/,
    (r, v, [, p]) => ({
      subject: `${ofPipe(r, Number(p ?? 0))}reader`,
      text: `is owed ${v} ${v === 1 ? 'byte' : 'bytes'}`,
    }),
  ],
  [/^g\.left$/, (_r, v) => ({ subject: 'iterator', text: `has ${v} bytes left by the rules` })],
  [/^g\.(\w+)/, (_r, v, [path, name]) => ({ subject: 'by the rules', text: `${snake(path.slice(2) || name)} ${v}` })],
  [
    /^k\.iter(Copy)?\.vec$/,
    (r, v, [, copy]) => ({ subject: iterator(copy), text: `over ${r.w.vecTexts[v - 1] ?? 'none'}` }),
  ],
  [/^k\.iter(Copy)?\.(\w+)$/, (_r, v, [, copy, name]) => ({ subject: iterator(copy), text: `${snake(name)} ${v}` })],
  [/^k\.request\.page\[(\d+)\]$/, (r, v, [, n]) => ({ subject: `listed page ${n}`, text: pageName(r, v) })],
  [/^k\.request\.(.+)$/, (_r, v, [, name]) => ({ subject: 'request', text: `${snake(name)} ${v}` })],
  [
    /^k\.mms\[(\d)\]\.ptes\[(\d+)\]\.(\w+)$/,
    (r, v, [, mm, n, name]) => ({
      subject: `${mm === '0' ? "parent's" : "child's"} page ${n}`,
      text: name === 'page' ? `mapped: ${pageName(r, v)}` : `${snake(name)} ${v}`,
    }),
  ],
  [/^k\.tasks\[(\d)\]\.(\w+)$/, (_r, v, [, t, name]) => ({ subject: `task T${t}`, text: `${snake(name)} ${v}` })],
  [/^k\.pipe\.(.+)$/, (_r, v, [, name]) => ({ subject: 'pipe', text: `${snake(name)} ${v}` })],
  [/^(?:k\.)?(.+)$/, (_r, v, [, name]) => ({ subject: 'state', text: `${snake(name)} ${v}` })],
];

const iterator = (copy: string | undefined): string => (copy === undefined ? 'iterator' : 'copy of the iterator');

export function factText(runner: Runner, { path, value }: Fact): FactText {
  for (const [pattern, say] of WORDS) {
    const m = pattern.exec(path);
    if (m !== null) return say(runner, value, m);
  }
  return { subject: 'state', text: `${path} ${value}` };
}
