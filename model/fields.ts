/**
 * All state as ONE list of fields, from which the image is generated: what is not listed
 * here is not saved, and a test finds it.
 */
import type { Bounds } from './bounds.js';
import { countMax, headBits, lengthMax, pipeCount, requestEntries } from './bounds.js';
import { bitsFor } from './cint.js';
import type { Field, Layout, Uses } from './field.js';
import { flag, int, pageRef, PIPES, signed, sizeField, SLOTS, tmpPageFields } from './field.js';
import { BROKEN_BITS, owedMax, VALUES } from './ghost.js';
import { openFileFields } from './files.js';
import { fileMark, hasTags, lentFields, owedFields, owedOf } from './owed-fields.js';
import { inodeFields, numbered } from './inode-fields.js';
import type { Page } from './kernel.js';
import { taskFields } from './wait.js';
import type { RingForm } from './ring.js';

export type { Field, Uses } from './field.js';

/** Bits that the references of one folio fit into; twice what correct code needs. */
function refBits(l: Layout): number {
  const { b, uses } = l;
  const entries = requestEntries(b, uses.needs);
  const plain = pipeCount(uses.needs) * b.ring + 2 * entries + 2 + uses.needs.mms * b.vpages;
  return bitsFor(uses.needs.memory === 'none' ? plain : 2 * (plain + entries * b.bias));
}

function refcountField(p: number, l: Layout): Field {
  const path = `pages[${p}].refcount`;
  const { refbits } = l.b;
  if (refbits === 0 || (l.uses.needs.memory === 'none' && pipeCount(l.uses.needs) < 2)) {
    return { path, bits: refBits(l), get: `o${p}.refcount`, set: `k.pages[${p}].refcount = v` };
  }
  const half = 2 ** (refbits - 1);
  return { path, bits: refbits, get: `(o${p}.refcount + ${half})`, set: `k.pages[${p}].refcount = v - ${half}` };
}

/** What the bytes of a page hold, where it matters: by byte in a pipe, one writer a page beside page tables. */
function dataField(p: number, page: Page, l: Layout): Field[] {
  const { b, uses } = l;
  const path = `pages[${p}].data`;
  const bytes = Array.from({ length: b.page }, (_, i) => i);
  if (b.contents === 'off' || uses.needs.lends === true) return [];
  if (uses.needs.inodes === true) return page.owner === '' ? bytes.map((i) => numbered(p, i, b)) : [];
  if (uses.needs.memory === 'paged') {
    const all = bytes.map((i) => `d[${i}] = v`).join('; ');
    return [{ path, bits: 5, get: `o${p}.data[0]`, set: `{ const d = k.pages[${p}].data; ${all}; }` }];
  }
  if (uses.needs.openFiles === true || !uses.needs.pipe || (page.owner !== '' && !page.isFile)) return [];
  return [
    {
      path,
      bits: 2 * b.page,
      get: `(${bytes.map((i) => `o${p}.data[${i}] << ${2 * i}`).join(' | ')})`,
      set: `{ const d = k.pages[${p}].data; ${bytes.map((i) => `d[${i}] = (v >>> ${2 * i}) & 3`).join('; ')} }`,
    },
  ];
}

function pageFields(l: Layout): Field[] {
  const pins = bitsFor(4 * requestEntries(l.b, l.uses.needs));
  return l.pages.flatMap((page, p): Field[] => {
    const out: Field[] = [];
    if (page.head === page) out.push(refcountField(p, l));
    if (page.hasTail) {
      out.push({ path: `pages[${p}].pincount`, bits: pins, get: `o${p}.pincount`, set: `k.pages[${p}].pincount = v` });
    }
    if (l.uses.needs.memory === 'paged' && page.owner === '') {
      const path = `pages[${p}].isAnonExclusive`;
      out.push({
        path,
        bits: 1,
        get: `(o${p}.isAnonExclusive ? 1 : 0)`,
        set: `k.pages[${p}].isAnonExclusive = v === 1`,
      });
    }
    if (l.uses.needs.lends === true && page.owner === '') {
      for (const name of ['isLru', 'isAnonMapped']) {
        const path = `pages[${p}].${name}`;
        out.push({ path, bits: 1, get: `(o${p}.${name} ? 1 : 0)`, set: `k.pages[${p}].${name} = v === 1` });
      }
    }
    return [...out, ...dataField(p, page, l)];
  });
}

/** Address spaces whose page tables change. */
function memoryFields(l: Layout): Field[] {
  const out: Field[] = [];
  for (let m = 0; m < l.uses.needs.mms; m++) {
    const mm = `k.mms[${m}]`;
    out.push(flag(`${mm}.isAlive`), flag(`${mm}.hasPinned`));
    for (let v = 0; v < l.b.vpages; v++) {
      out.push(int(`${mm}.vma[${v}]`, 3), pageRef(`${mm}.ptes[${v}].page`, l), flag(`${mm}.ptes[${v}].isWritable`));
    }
  }
  return l.b.contents === 'off' || l.uses.needs.lends === true ? out : [...out, ...privateFields(l)];
}

/** What processes and devices have to find. */
function privateFields({ b, uses }: Layout): Field[] {
  const entries = requestEntries(b, uses.needs);
  const values = (name: string, length: number): Field[] =>
    Array.from({ length }, (_, n) => int(`g.${name}[${n}]`, bitsFor(VALUES)));
  const ofRequest = [int('g.reqAt', bitsFor(b.vpages)), int('g.followed', entries), int('g.lost', entries)];
  const ofMemory = [...values('memory', uses.needs.mms * b.vpages), ...values('file', b.files)];
  return [...ofMemory, ...ofRequest, ...values('mayRead', entries)];
}

/** Slots of pipe `p`: `s0` ... in the generated code, `t0` ... of the second one. */
function slotFields(l: Layout, p = 0): Field[] {
  const out: Field[] = [];
  const P = PIPES[p];
  for (let s = 0; s < l.b.ring; s++) {
    const slot = `${SLOTS[p]}${s}`;
    const field = (name: string, bits: number): Field => ({
      path: `${p === 0 ? 'pipe' : 'pipes[1]'}.bufs[${s}].${name}`,
      bits,
      get: `${slot}.${name}`,
      set: `${P}.bufs[${s}].${name} = v`,
    });
    out.push({ ...pageRef(`${slot}.page`, l), set: `${P}.bufs[${s}].page = v === 0 ? null : k.pages[v - 1]` });
    out.push(field('offset', bitsFor(l.b.page)), field('len', bitsFor(l.b.page)));
    out.push(field('ops', 3), field('flags', 5));
  }
  return out;
}

/** A free-running slot number, counted from the rotation where rings of this form rotate. */
function freeRunning(path: string, isUsed: string, l: Layout): Field {
  const bits = headBits(l.b);
  if (l.uses.needs.memory === 'none') return int(path, bits);
  return { path, bits, get: `(${isUsed} ? (${path} - R) & ${2 ** bits - 1} : 0)`, set: `${path} = v` };
}

/** What an iterator has beside its position in a pipe. */
function vecFields(I: string, l: Layout): Field[] {
  const { b, uses } = l;
  if (uses.vecs === 0) return [int(`${I}.type`, 4)];
  return [
    int(`${I}.type`, 8),
    flag(`${I}.nofault`),
    {
      path: `${I}.vec`,
      bits: bitsFor(uses.vecs),
      get: `(${I}.vec === null ? 0 : ${I}.vec.index + 1)`,
      set: `${I}.vec = v === 0 ? null : k.vecs[v - 1]`,
    },
    int(`${I}.seg`, bitsFor(Math.max(b.segs, b.vpages))),
    int(`${I}.segs`, bitsFor(b.segs)),
    int(`${I}.folioqSlot`, bitsFor(b.vpages)),
  ];
}

function iterFields(name: string, l: Layout): Field[] {
  const I = `k.${name}`;
  const { b, uses } = l;
  const offset = uses.needs.memory === 'none' ? b.page : lengthMax(b, uses.needs);
  const common = [
    flag(`${I}.active`),
    ...vecFields(I, l),
    int(`${I}.iovOffset`, bitsFor(offset)),
    int(`${I}.count`, bitsFor(lengthMax(b, uses.needs))),
  ];
  if (!uses.needs.pipe) return common;
  if (l.form === 'curbuf') {
    const mask = b.ring - 1;
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
    freeRunning(`${I}.head`, `${I}.active`, l),
    freeRunning(`${I}.startHead`, `${I}.active`, l),
    signed(`${I}.lastOffset`, bitsFor(b.page) + 1),
  ];
}

function requestFields(l: Layout): Field[] {
  const r = 'k.request';
  const { needs } = l.uses;
  const entries = requestEntries(l.b, needs);
  const bytes = bitsFor(lengthMax(l.b, needs));
  const out = [int(`${r}.on`, 2), int(`${r}.nr`, bitsFor(entries)), flag(`${r}.isCommitted`), flag(`${r}.ownsArray`)];
  for (let e = 0; e < entries; e++) {
    out.push(
      pageRef(`${r}.page[${e}]`, l),
      int(`${r}.off[${e}]`, bitsFor(l.b.page)),
      int(`${r}.len[${e}]`, bitsFor(l.b.page)),
    );
  }
  if (needs.memory !== 'none') out.push(int(`${r}.hold`, 2), flag(`${r}.isSource`), flag(`${r}.inFlight`));
  if (needs.memory === 'paged') out.push(int(`${r}.mm`, 1));
  else for (const name of ['bytes', 'done', 'advanced']) out.push(int(`${r}.${name}`, bytes));
  if (needs.memory !== 'paged') out.push(flag(`${r}.isWritten`), flag(`${r}.isPut`));
  return [...out, int('k.arrays', 2)];
}

function pipeFields(l: Layout, P = 'P'): Field[] {
  if (l.form === 'head-tail') return [freeRunning(`${P}.head`, 'true', l), freeRunning(`${P}.tail`, 'true', l)];
  const mask = l.b.ring - 1;
  return [
    {
      path: `${P}.curbuf`,
      bits: bitsFor(mask),
      get: `((${P}.curbuf - R) & ${mask} | (${P}.curbuf & ~${mask}))`,
      set: `${P}.curbuf = v`,
    },
    int(`${P}.nrbufs`, bitsFor(l.b.ring)),
  ];
}

/** What one pipe beside another has: its size, which may change, and all that the first one has. */
function secondPipeFields(l: Layout): Field[] {
  const owed = owedMax(l.b);
  const out = [
    sizeField('P', l),
    sizeField('Q', l),
    ...pipeFields(l, 'Q'),
    ...tmpPageFields('Q', l),
    ...slotFields(l, 1),
  ];
  out.push({ ...int('g.ns[1]', bitsFor(owed)), get: 'n1' });
  if (l.uses.needs.lends === true) return [...out, ...lentFields(owed, 1)];
  if (hasTags(l)) out.push(fileMark(l));
  for (let i = 0; i < owed; i++) out.push(...(hasTags(l) ? [owedOf('tag', 1, i, 2)] : []), owedOf('kind', 1, i, 2));
  return out;
}

/** State of iterators over a pipe and their callers. */
function callerFields(l: Layout): Field[] {
  return [
    ...(l.uses.iterCopy ? iterFields('iterCopy', l) : []),
    int('k.caller.kind', 3),
    flag('k.caller.isStopped'),
    flag('k.caller.isDirectDone'),
    int('k.caller.ret', bitsFor(countMax(l.b))),
    int('g.start', bitsFor(owedMax(l.b))),
    int('g.asked', bitsFor(countMax(l.b))),
    ...(hasTags(l) ? [signed('g.deviceMark', bitsFor(countMax(l.b)) + 1), fileMark(l)] : []),
  ];
}

/** All state, in the order in which a reader would look for it. */
export function fieldList(
  b: Bounds,
  form: RingForm,
  pages: readonly Page[],
  addedFields: readonly number[],
  uses: Uses,
): Field[] {
  const l: Layout = { uses, b, form, pages };
  const { pipe, memory } = uses.needs;
  const lengthBits = bitsFor(lengthMax(b, uses.needs));
  return [
    ...pageFields(l),
    ...(pipe ? [...pipeFields(l), ...tmpPageFields('P', l), ...slotFields(l)] : []),
    ...(memory === 'paged' ? memoryFields(l) : []),
    ...(uses.iter ? [...iterFields('iter', l), int('g.left', lengthBits)] : []),
    ...(uses.iter && uses.vecs > 0 ? [int('g.pos', lengthBits)] : []),
    ...(uses.request ? requestFields(l) : []),
    ...(uses.iterators ? callerFields(l) : []),
    ...(uses.fileFlags ? [int('k.files[0].fFlags', 4), int('k.files[1].fFlags', 4)] : []),
    ...addedFields.map((bits, n) => int(`k.added[${n}]`, bits)),
    ...(uses.needs.openFiles === true ? openFileFields(b).map(([path, bits]) => int(path, bits)) : []),
    ...(uses.needs.inodes === true ? inodeFields(l) : []),
    ...(pipe ? owedFields(l) : []),
    ...(pipeCount(uses.needs) > 1 ? secondPipeFields(l) : []),
    ...(uses.needs.tasks === true ? [sizeField('P', l), ...taskFields(b)] : []),
    int('g.broken', BROKEN_BITS),
    int('g.breaks', 2),
  ];
}
