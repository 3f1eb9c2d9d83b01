/**
 * All state as ONE list of fields, from which the image is generated: what is not listed
 * here is not saved, and a test finds it.
 */
import type { Bounds } from './bounds.js';
import { countMax, headBits, requestEntries } from './bounds.js';
import { bitsFor } from './cint.js';
import { owedMax } from './ghost.js';
import type { RingForm } from './ring.js';

/** A state variable: where it is, how many bits it has, and how it is read and written. */
export interface Field {
  readonly path: string;
  readonly bits: number;
  /** JavaScript expression that reads the value as an unsigned integer. */
  readonly get: string;
  /** JavaScript statement that stores `v`. */
  readonly set: string;
}

const int = (path: string, bits: number): Field => ({ path, bits, get: path, set: `${path} = v` });
const flag = (path: string): Field => ({ path, bits: 1, get: `(${path} ? 1 : 0)`, set: `${path} = v === 1` });
const signed = (path: string, bits: number): Field => {
  const bias = 2 ** (bits - 1);
  return { path, bits, get: `(${path} + ${bias})`, set: `${path} = v - ${bias}` };
};

/** Which parts of the state can change at all in this world; the others keep their initial value. */
export interface Uses {
  /** Iterators, their callers and page requests. */
  readonly iterators: boolean;
  /** The struct copy of a direct I/O path. */
  readonly iterCopy: boolean;
  /** Flags of the open files, by F_SETFL. */
  readonly fileFlags: boolean;
}

/** What the generated code is made from. */
interface Layout {
  readonly uses: Uses;
  readonly b: Bounds;
  readonly form: RingForm;
  readonly pages: number;
  readonly addedFields: number;
}

function pageRef(path: string, l: Layout): Field {
  return {
    path,
    bits: bitsFor(l.pages),
    get: `(${path} === null ? 0 : ${path}.canon + 1)`,
    set: `${path} = v === 0 ? null : k.pages[v - 1]`,
  };
}

function pageFields(l: Layout): Field[] {
  const out: Field[] = [];
  const refBits = bitsFor(l.b.ring + 2 * requestEntries(l.b) + 2);
  for (let p = 0; p < l.pages; p++) {
    out.push({ path: `pages[${p}].refcount`, bits: refBits, get: `o${p}.refcount`, set: `k.pages[${p}].refcount = v` });
    if (l.b.contents === 'off') continue;
    const bytes = Array.from({ length: l.b.page }, (_, i) => i);
    out.push({
      path: `pages[${p}].data`,
      bits: 2 * l.b.page,
      get: `(${bytes.map((i) => `o${p}.data[${i}] << ${2 * i}`).join(' | ')})`,
      set: `{ const d = k.pages[${p}].data; ${bytes.map((i) => `d[${i}] = (v >>> ${2 * i}) & 3`).join('; ')} }`,
    });
  }
  return out;
}

function slotFields(l: Layout): Field[] {
  const out: Field[] = [];
  for (let s = 0; s < l.b.ring; s++) {
    const field = (name: string, bits: number): Field => ({
      path: `pipe.bufs[${s}].${name}`,
      bits,
      get: `s${s}.${name}`,
      set: `P.bufs[${s}].${name} = v`,
    });
    out.push({ ...pageRef(`s${s}.page`, l), set: `P.bufs[${s}].page = v === 0 ? null : k.pages[v - 1]` });
    out.push(field('offset', bitsFor(l.b.page)), field('len', bitsFor(l.b.page)));
    out.push(field('ops', 3), field('flags', 5));
  }
  return out;
}

function iterFields(name: string, l: Layout): Field[] {
  const I = `k.${name}`;
  const common = [
    flag(`${I}.active`),
    int(`${I}.type`, 4),
    int(`${I}.iovOffset`, bitsFor(l.b.page)),
    int(`${I}.count`, bitsFor(countMax(l.b))),
  ];
  if (l.form === 'curbuf') {
    const mask = l.b.ring - 1;
    const idx = `(${I}.active ? (${I}.idx - R) & ${mask} | (${I}.idx & ~${mask}) : 0)`;
    const start = `(${I}.active ? (${I}.startHead - R) & ${mask} : 0)`;
    return [
      ...common,
      { path: `${I}.idx`, bits: bitsFor(mask), get: idx, set: `${I}.idx = v` },
      { path: `${I}.startHead`, bits: bitsFor(mask), get: start, set: `${I}.startHead = v` },
    ];
  }
  return [
    ...common,
    int(`${I}.head`, headBits(l.b)),
    int(`${I}.startHead`, headBits(l.b)),
    signed(`${I}.lastOffset`, bitsFor(l.b.page) + 1),
  ];
}

function requestFields(l: Layout): Field[] {
  const r = 'k.request';
  const out = [
    int(`${r}.on`, 2),
    int(`${r}.nr`, bitsFor(requestEntries(l.b))),
    int(`${r}.bytes`, bitsFor(countMax(l.b))),
  ];
  for (let e = 0; e < requestEntries(l.b); e++) {
    out.push(
      pageRef(`${r}.page[${e}]`, l),
      int(`${r}.off[${e}]`, bitsFor(l.b.page)),
      int(`${r}.len[${e}]`, bitsFor(l.b.page)),
    );
  }
  out.push(int(`${r}.done`, bitsFor(countMax(l.b))), int(`${r}.advanced`, bitsFor(countMax(l.b))));
  for (const name of ['isWritten', 'isCommitted', 'ownsArray', 'isPut']) out.push(flag(`${r}.${name}`));
  return out;
}

function pipeFields(l: Layout): Field[] {
  const head = headBits(l.b);
  if (l.form === 'head-tail') return [int('P.head', head), int('P.tail', head)];
  const mask = l.b.ring - 1;
  return [
    {
      path: 'P.curbuf',
      bits: bitsFor(mask),
      get: `((P.curbuf - R) & ${mask} | (P.curbuf & ~${mask}))`,
      set: 'P.curbuf = v',
    },
    int('P.nrbufs', bitsFor(l.b.ring)),
  ];
}

function ghostFields(l: Layout): Field[] {
  const owed = owedMax(l.b);
  const out = [
    int('g.n', bitsFor(owed)),
    flag('g.isMarkFree'),
    int('g.writer', 2),
    int('g.broken', 30),
    int('g.breaks', 2),
  ];
  for (let i = 0; i < owed; i++) out.push(int(`g.tag[${i}]`, 2), int(`g.kind[${i}]`, 2));
  return out;
}

/** State of iterators and their callers. */
function callerFields(l: Layout): Field[] {
  return [
    ...iterFields('iter', l),
    ...(l.uses.iterCopy ? iterFields('iterCopy', l) : []),
    ...requestFields(l),
    int('k.caller.kind', 3),
    flag('k.caller.isStopped'),
    flag('k.caller.isDirectDone'),
    int('k.caller.ret', bitsFor(countMax(l.b))),
    int('k.arrays', 2),
    int('g.start', bitsFor(owedMax(l.b))),
    int('g.left', bitsFor(countMax(l.b))),
    int('g.asked', bitsFor(countMax(l.b))),
    signed('g.deviceMark', bitsFor(countMax(l.b)) + 1),
    signed('g.fileMark', bitsFor(l.b.files * l.b.page) + 1),
  ];
}

/** All state, in the order in which a reader would look for it. */
export function fieldList(
  b: Bounds,
  form: RingForm,
  pages: number,
  addedFields: readonly number[],
  uses: Uses,
): Field[] {
  const l: Layout = { uses, b, form, pages, addedFields: addedFields.length };
  return [
    ...pageFields(l),
    ...pipeFields(l),
    pageRef('P.tmpPage', l),
    ...slotFields(l),
    ...(uses.iterators ? callerFields(l) : []),
    ...(uses.fileFlags ? [int('k.files[0].fFlags', 4), int('k.files[1].fFlags', 4)] : []),
    ...addedFields.map((bits, n) => int(`k.added[${n}]`, bits)),
    ...ghostFields(l),
  ];
}
