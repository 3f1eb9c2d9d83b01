/**
 * What a Promela model in this folder includes: the bounds as macros, and a line for each op instance
 * that they list. The instances are those of the op table, so that both searches are offered the same.
 */
import type { Runner } from '../../harness/runner.js';
import type { Bounds } from '../../model/bounds.js';
import { requestEntries } from '../../model/bounds.js';
import type { Model } from './models.js';
import { runnerOf } from './models.js';

export interface Generated {
  readonly bounds: string;
  readonly options: string;
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const each = (n: number, text: (i: number) => string, by: string): string => `(${upTo(n).map(text).join(by)})`;

/** Tasks 0 .. t-1 are in a call, and t is not; it is one of them that never sleeps that needs no more. */
function isFirstIdle(b: Bounds): string {
  const before = upTo(b.tasks).map((n) => `((t) <= ${n} || !IS_IDLE(${n}))`);
  return `((t) == NOBODY || (IS_IDLE(t) && ${before.join(' && ')}))`;
}

/** Every byte of every slot, with the bytes of the slots before it. */
function eachByte(b: Bounds): string {
  const before = (j: number): string => (j === 0 ? '0' : each(j, (i) => `NTH(${i}).length`, ' + '));
  return each(b.ring, (j) => each(b.page, (i) => `F(${j}, ${i}, ${before(j)})`, ' && '), ' && ');
}

/** Bytes that one read can get: to the end of the first packet. */
function readAtOnce(b: Bounds): string {
  let text = '0';
  for (let j = b.ring - 1; j >= 0; j--) {
    const rest = j === b.ring - 1 ? '' : ` + (NTH(${j}).flags & FLAG_PACKET -> 0 : ${text})`;
    text = `(${j} < nrbufs -> NTH(${j}).length${rest} : 0)`;
  }
  return text;
}

function isListed(b: Bounds): string {
  if (b.lengths === 'all') return '1';
  const listed = [1, b.page - 1, b.page, b.page + 1, 2 * b.page, b.ring * b.page];
  return `(${listed.map((n) => `(n) == ${n}`).join(' || ')})`;
}

function defines(runner: Runner): string {
  const { bounds: b, pages, poolStart } = runner.k;
  const entries = requestEntries(b);
  const refs = pages.map((page) => page.refcount).join(', ');
  const rows: readonly (readonly [string, string | number])[] = [
    ['PAGE', b.page],
    ['RING', b.ring],
    ['FILES', poolStart],
    ['PAGES', pages.length],
    ['ENTRIES', entries],
    ['REF_0', `{ ${refs} }`],
    ['ALL_LENGTHS', b.lengths === 'all' ? 1 : 0],
    ['IS_LISTED(n)', isListed(b)],
    ['EACH_SLOT(F)', each(b.ring, (s) => `F(${s})`, ' && ')],
    ['SUM_SLOTS(F, p)', each(b.ring, (s) => `F(${s}, p)`, ' + ')],
    ['EACH_PAGE(F)', each(pages.length, (p) => `F(${p})`, ' && ')],
    ['SUM_ENTRIES(F, p)', each(entries, (e) => `F(${e}, p)`, ' + ')],
    ['EACH_BYTE(F)', eachByte(b)],
    ['READ_AT_ONCE', readAtOnce(b)],
    ['TASKS', b.tasks],
    ['IS_FIRST_IDLE(t)', isFirstIdle(b)],
    ['HEADMASK', runner.k.headMask],
    ['KEEPS_FLAGS', b.stale === 'none' ? 0 : 1],
    ['SOME_TASK(F, a, b)', each(b.tasks, (t) => `F(${t}, a, b)`, ' || ')],
    ['EACH_TASK(F)', each(b.tasks, (t) => `F(${t})`, ' && ')],
    ['LISTED', each(entries, (e) => `req_len[${e}]`, ' + ')],
    [
      'FORGET_TARGET',
      upTo(entries)
        .map((e) => `req_off[${e}] = 0; req_len[${e}] = 0`)
        .join('; '),
    ],
    [
      'FORGET_PAGES',
      upTo(entries)
        .map((e) => `req_page[${e}] = 0`)
        .join('; '),
    ],
  ];
  return rows.map(([name, text]) => `#define ${name} ${text}\n`).join('');
}

export function generate(model: Model, bounds: string): Generated {
  const runner = runnerOf(model, bounds);
  const calls = runner.ops.flatMap((op) => model.call(op, runner.k.bounds));
  return { bounds: defines(runner), options: calls.map((call) => `\t:: ${call}\n`).join('') };
}
