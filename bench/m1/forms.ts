/** The model in two forms, made of one text: over its objects, and over one Int32Array in which each object has a place. */
import { FUNCTIONS } from './ops.js';
import { ANON, CACHE, COUNT, DEFAULT, FILES, PACKET, PAGE_SIZE, POOL, RING, World } from './world.js';

export type Form = 'objects' | 'array';

/** What a search needs of either form. */
export interface Model {
  readonly words: number;
  reset(): void;
  save(to: Int32Array, at: number): void;
  load(from: Int32Array, at: number): void;
  holds(): boolean;
  successors(emit: (op: number) => void): void;
}

const CONSTANTS = { ANON, CACHE, COUNT, DEFAULT, FILES, PACKET, PAGE_SIZE, POOL, RING };

/** Where objects begin in the array; a pointer is such a number, NULL is 0. */
const PAGES = 1;
const PIPE = PAGES + FILES + POOL;
const BUFS = 2;
const SLOT = 5;
const ITER = PIPE + BUFS + SLOT * RING;
const HELD = ITER + 5;
const SIZE = HELD + 2;

/** Where a field is in its object. */
const PLACE: Readonly<Record<string, number>> = {
  refcount: 0,
  curbuf: 0,
  nrbufs: 1,
  page: 0,
  offset: 1,
  len: 2,
  ops: 3,
  flags: 4,
  active: 0,
  idx: 1,
  iovOffset: 2,
  count: 3,
  pend: 4,
};

/** The same function over `S`: `buf.len` becomes `S[buf + 2]`. */
function overArray(text: string): string {
  return text
    .replace(/\bw\.pages\[([^\]]*)\]/g, `(${PAGES} + ($1))`)
    .replace(/\bw\.held\[([^\]]*)\]/g, `(${HELD} + ($1))`)
    .replace(/\bpipe\.bufs\[([^\]]*)\]/g, `(pipe + ${BUFS} + ($1) * ${SLOT})`)
    .replace(/\bw\.pipe\b/g, `${PIPE}`)
    .replace(/\bw\.i\b/g, `${ITER}`)
    .replace(/\b(\w+)\.pfn\b/g, `($1 - ${PAGES})`)
    .replace(/\b([a-z]\w*)\.(\w+)/g, (all, object: string, field: string) =>
      field in PLACE ? `S[${object} + ${PLACE[field]}]` : all,
    )
    .replace(/\bnull\b/g, '0');
}

/** A variable of the state: as an object has it, its index in the array, its bits; whether it points to a page. */
type Variable = readonly [path: string, index: number, bits: number, isPage?: true];

function variables(): Variable[] {
  const out: Variable[] = [];
  for (let p = 0; p < FILES + POOL; p++) out.push([`p${p}.refcount`, PAGES + p, 3]);
  out.push(['pipe.curbuf', PIPE, 2], ['pipe.nrbufs', PIPE + 1, 3]);
  for (let s = 0; s < RING; s++) {
    const at = PIPE + BUFS + SLOT * s;
    out.push([`s${s}.page`, at, 3, true]);
    ['offset', 'len', 'ops', 'flags'].forEach((name, n) =>
      out.push([`s${s}.${name}`, at + 1 + n, name === 'flags' ? 1 : 3]),
    );
  }
  const iter: readonly [string, number][] = [
    ['active', 1],
    ['idx', 2],
    ['iovOffset', 3],
    ['count', 4],
    ['pend', 1],
  ];
  for (const [n, [name, bits]] of iter.entries()) out.push([`i.${name}`, ITER + n, bits]);
  for (let e = 0; e < 2; e++) out.push([`h${e}.page`, HELD + e, 3, true]);
  return out;
}

/** What the code of `objects` calls its objects. */
function objectNames(): string {
  const each = (name: string, array: string, length: number): string[] =>
    Array.from({ length }, (_, n) => `${name}${n} = ${array}[${n}]`);
  const all = [...each('p', 'w.pages', FILES + POOL), ...each('s', 'w.pipe.bufs', RING), ...each('h', 'w.held', 2)];
  return `const pipe = w.pipe, i = w.i, ${all.join(', ')};`;
}

/** Code that reads and writes a variable `v`. */
function access(form: Form, [path, index, , isPage]: Variable): { get: string; set: string } {
  const x = form === 'objects' ? path : `S[${index}]`;
  if (isPage === undefined) return { get: x, set: `${x} = v` };
  if (form === 'objects')
    return { get: `(${x} === null ? 0 : ${x}.pfn + 1)`, set: `${x} = v === 0 ? null : w.pages[v - 1]` };
  return { get: `(${x} === 0 ? 0 : ${x} - ${PAGES - 1})`, set: `${x} = v === 0 ? 0 : v + ${PAGES - 1}` };
}

function codec(form: Form): { words: number; save: string; load: string } {
  const save = ['let v = 0, word = 0;'];
  const load = ['let v = 0, word = from[at];'];
  let words = 0;
  let shift = 0;
  for (const variable of variables()) {
    const bits = variable[2];
    if (shift + bits > 32) {
      save.push(`to[at + ${words}] = word; word = 0;`);
      shift = 0;
      words++;
      load.push(`word = from[at + ${words}];`);
    }
    const { get, set } = access(form, variable);
    save.push(`v = ${get}; word |= v << ${shift};`);
    load.push(`v = (word >>> ${shift}) & ${2 ** bits - 1}; ${set};`);
    shift += bits;
  }
  save.push(`to[at + ${words}] = word;`);
  return { words: words + 1, save: save.join('\n'), load: load.join('\n') };
}

export function makeModel(form: Form): Model {
  const text = FUNCTIONS.map((fn) => (form === 'objects' ? String(fn) : overArray(String(fn)))).join('\n');
  const { words, save, load } = codec(form);
  const body = `${text}
    ${form === 'objects' ? objectNames() : ''}
    const refs = new Int32Array(FILES + POOL);
    return {
      words: ${words},
      reset() {
        const start = new Int32Array(${words});
        this.load(start, 0);
        for (let n = 0; n < FILES; n++) ${form === 'objects' ? 'w.pages[n].refcount' : `S[${PAGES} + n]`} = 1;
      },
      save(to, at) { ${save} },
      load(from, at) { ${load} },
      holds: () => holds(w, refs),
      successors: (emit) => successors(w, emit),
    };`;
  const names = Object.keys(CONSTANTS);
  return new Function(...names, 'w', 'S', body)(
    ...Object.values(CONSTANTS),
    new World(),
    new Int32Array(SIZE),
  ) as Model;
}
