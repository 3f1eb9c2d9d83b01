/**
 * The bit-packed image of all state, generated from ONE list of fields, so that nothing
 * can be saved and not loaded. `load` is also the undo of an op.
 *
 * Symmetry happens here: what is written is written under the names that symmetry.ts gives, so
 * that two states that differ only in names have the same image.
 */
import type { Bounds } from './bounds.js';
import { pipeCount } from './bounds.js';
import type { Field, Uses } from './fields.js';
import { fieldList } from './fields.js';
import type { Ghost } from './ghost.js';
import type { Kernel } from './kernel.js';
import type { World } from './op.js';
import type { Canon, Namer, Names } from './symmetry.js';
import { makeCanon, namerOf, namesOf, plainNames } from './symmetry.js';
import type { Undo } from './undo.js';
import { inOrder, take, undoWord } from './undo.js';

export interface Codec {
  readonly words: number;
  readonly bits: number;
  readonly fields: readonly Field[];
  /** The names of the last {@link saveRenamed}; undefined where it renames nothing that an op names. */
  searchCanon?: Canon;
  /** Writes the image at `to[at..at+words)`; false if a value fits no field. */
  save(k: Kernel, g: Ghost, to: Int32Array, at: number): boolean;
  /** The same under the names that only a search may give; the state has to be loaded again before the next op. */
  saveRenamed(k: Kernel, g: Ghost, to: Int32Array, at: number): boolean;
  load(k: Kernel, g: Ghost, from: Int32Array, at: number): void;
  /** The same, where what came of the image was saved at `saved[to]`. */
  readonly undo: Undo;
  /** After a failed save: the fields whose values do not fit, e.g. `iter.count = 4294967295`. */
  misfits(k: Kernel, g: Ghost): string[];
}

/** What lies in each word, and where: greedy, in order, never across a word. */
export function place(fields: readonly Field[]): [field: Field, shift: number][][] {
  const words: [Field, number][][] = [[]];
  let shift = 0;
  for (const f of inOrder(fields)) {
    if (shift + f.bits > 32) {
      words.push([]);
      shift = 0;
    }
    words[words.length - 1].push([f, shift]);
    shift += f.bits;
  }
  return words;
}

/** The values that an image holds, in the order of `fields`. */
export function unpack(fields: readonly Field[], image: Int32Array): number[] {
  const out: number[] = Array.from(fields, () => 0);
  place(fields).forEach((placed, n) => {
    for (const [f, shift] of placed) {
      out[fields.indexOf(f)] = f.bits === 32 ? image[n] >>> 0 : (image[n] >>> shift) & (2 ** f.bits - 1);
    }
  });
  return out;
}

/** The inverse of {@link unpack}. */
export function pack(fields: readonly Field[], values: readonly number[], to: Int32Array): void {
  to.fill(0);
  place(fields).forEach((placed, n) => {
    for (const [f, shift] of placed) to[n] |= values[fields.indexOf(f)] << shift;
  });
}

/** What the generated code calls the parts of the state, under the names of `C`. */
export function prologue(b: Bounds, k: Kernel, names: Names): string {
  const pipes = k.needs.pipe ? k.pipes.length : 0;
  const lines = ['const R = C.rotation, order = C.order;'];
  if (pipes > 1) {
    lines.push('const A = C.swap, B = 1 - A, P = k.pipes[A], Q = k.pipes[B];');
    lines.push('const n0 = A === 0 ? g.n : g.ns[1], n1 = A === 0 ? g.ns[1] : g.n;');
    for (const of of ['tag', 'kind', 'lender']) lines.push(`const ${of}0 = g.${of}s[A], ${of}1 = g.${of}s[B];`);
  } else lines.push('const P = k.pipe;');
  const slots = Array.from({ length: b.ring }, (_, s) => s);
  if (pipes > 0) for (const s of slots) lines.push(`const s${s} = P.bufs[(R + ${s}) & ${b.ring - 1}];`);
  // Two pipes never rotate.
  if (pipes > 1) for (const s of slots) lines.push(`const t${s} = Q.bufs[${s}];`);
  for (let p = 0; p < k.pages.length; p++) lines.push(`const o${p} = order[${p}];`);
  if (k.tasks.length > 0) {
    k.tasks.forEach((_, t) => lines.push(`const a${t} = k.tasks[${names.tasks ? `C.tasks[${t}]` : t}];`));
    lines.push(names.tasks ? 'const { rd, wr } = C;' : 'const rd = k.pipe.rdWait.tasks, wr = k.pipe.wrWait.tasks;');
  }
  lines.push(names.files ? `const M = ${markOf(b.page)};` : 'const M = g.fileMark;');
  return lines.join('\n');
}

/** g.fileMark, under the name of its page. */
function markOf(page: number): string {
  return `g.fileMark < 0 ? g.fileMark : k.filePages[g.fileMark / ${page} | 0].canon * ${page} + g.fileMark % ${page}`;
}

/** Between two ops the first pipe is the one that is meant, and no caller's iterator lives. */
function firstPipe(k: Kernel, g: Ghost): void {
  k.usePipe(0);
  g.select(0);
  if (k.iter.active) k.dropIter();
}

type Save = (k: Kernel, g: Ghost, to: Int32Array, at: number, C: Canon) => boolean;
type Load = (k: Kernel, g: Ghost, from: Int32Array, at: number) => void;
type Values = (k: Kernel, g: Ghost, C: Canon) => number[];

/** All values of one width are checked at once: their bits beyond it have to be 0. */
function saveLine({ get, bits }: Field, shift: number): string {
  return `v = ${get}; x${bits} |= v; w |= v << ${shift};`;
}

export function makeSave(fields: readonly Field[], head: string): Save {
  const lines = place(fields).flatMap((placed, n) => [
    'w = 0;',
    ...placed.map(([f, shift]) => saveLine(f, shift)),
    `to[at + ${n}] = w;`,
  ]);
  const widths = [...new Set(fields.map((f) => f.bits))];
  const declared = `let v = 0, w = 0, ${widths.map((bits) => `x${bits} = 0`).join(', ')};`;
  const checked = `(${widths.map((bits) => (bits < 32 ? `x${bits} >>> ${bits}` : '0')).join(' | ')})`;
  const body = `${head}\n${declared}\n${lines.join('\n')}\nreturn ${checked} === 0;\n//# sourceURL=save`;
  return new Function('k', 'g', 'to', 'at', 'C', body) as Save;
}

/** The first pipe, and the second where there is one. */
const pipeNames = (pipes: number): string =>
  pipes > 1 ? 'const P = k.pipes[0], Q = k.pipes[1];' : 'const P = k.pipe;';

function makeLoad(fields: readonly Field[], pipes: number): Load {
  const lines = place(fields).flatMap((placed, n) => [
    `w = from[at + ${n}];`,
    ...placed.map(([f, shift]) => take(f, shift)),
  ]);
  const body = `${pipeNames(pipes)}\nlet v = 0, w = 0;\n${lines.join('\n')}\n//# sourceURL=load`;
  return new Function('k', 'g', 'from', 'at', body) as Load;
}

function makeUndo(fields: readonly Field[], pipes: number, isRenamed: boolean): Undo {
  const lines = place(fields).map((placed, n) => undoWord(n, placed, isRenamed));
  const body = `${pipeNames(pipes)}\nlet v = 0, w = 0;\n${lines.join('\n')}\n//# sourceURL=undo`;
  return new Function('k', 'g', 'from', 'at', 'saved', 'to', body) as Undo;
}

/** Of the two ways to say which pipe is the first, the one with the lesser image. */
function leastOfTwo(save: Save, name: Namer, canon: Canon, words: number): Codec['save'] {
  const other = new Int32Array(words);
  return (k, g, to, at) => {
    canon.swap = 0;
    name(k, canon);
    const fits = save(k, g, to, at, canon);
    canon.swap = 1;
    name(k, canon);
    save(k, g, other, 0, canon);
    let n = 0;
    while (n < words && to[at + n] === other[n]) n++;
    if (n < words && other[n] < to[at + n]) for (; n < words; n++) to[at + n] = other[n];
    else canon.swap = 0;
    return fits;
  };
}

/** Generates the codec for one world; `namesFor`: which names are made canonical in all but the states of a search. */
export function makeCodec(k: Kernel, w: World, uses: Uses, namesFor = plainNames): Codec {
  const { bounds: b } = k;
  const { ring: form, addedFields } = w.design;
  const names = namesFor(b, form, w.scenario);
  const searchNames = namesOf(b, form, w.scenario);
  const added = addedFields.map(([, bits]) => bits);
  const fields = fieldList(b, form, k.pages, added, uses).filter((f) => f.bits > 0);
  const words = place(fields).length;
  const isRenamed = b.symmetry !== 'off';
  const pipes = pipeCount(uses.needs);
  const canon = makeCanon(k);
  const name = namerOf(k, names, form);
  const head = prologue(b, k, names);
  const save = makeSave(fields, head);
  const load = makeLoad(fields, pipes);
  const undo = makeUndo(fields, pipes, isRenamed);
  const values = new Function('k', 'g', 'C', `${head}\nreturn [${fields.map((f) => f.get).join(', ')}];`) as Values;
  const codec: Codec = {
    words,
    bits: fields.reduce((sum, f) => sum + f.bits, 0),
    fields,
    save(kernel, g, to, at) {
      if (pipes > 1) firstPipe(kernel, g);
      name(kernel, canon);
      return save(kernel, g, to, at, canon);
    },
    saveRenamed: (kernel, g, to, at) => codec.save(kernel, g, to, at),
    load(kernel, g, from, at) {
      if (pipes > 1) firstPipe(kernel, g);
      load(kernel, g, from, at);
      for (const page of kernel.pages) page.canon = page.pfn;
    },
    undo(kernel, g, from, at, saved, to) {
      if (pipes > 1) firstPipe(kernel, g);
      undo(kernel, g, from, at, saved, to);
      if (isRenamed) for (const page of kernel.pages) page.canon = page.pfn;
    },
    misfits(kernel, g) {
      name(kernel, canon);
      const found = values(kernel, g, canon);
      return fields.flatMap((f, n) =>
        found[n] >>> f.bits === 0 ? [] : [`${f.path.replace(/^[kP]\./, '')} = ${found[n]}`],
      );
    },
  };
  if (searchNames.files || searchNames.tasks || searchNames.pipes) codec.saveRenamed = makeSaveRenamed();
  return codec;

  function makeSaveRenamed(): Codec['save'] {
    const c = makeCanon(k);
    codec.searchCanon = c;
    const rename = namerOf(k, searchNames, form);
    const saveOne = makeSave(fields, prologue(b, k, searchNames));
    const saveBoth = searchNames.pipes ? leastOfTwo(saveOne, rename, c, words) : undefined;
    return (kernel, g, to, at) => {
      if (pipes > 1) firstPipe(kernel, g);
      let fits: boolean;
      if (saveBoth === undefined) {
        rename(kernel, c);
        fits = saveOne(kernel, g, to, at, c);
      } else fits = saveBoth(kernel, g, to, at);
      if (searchNames.files) for (const page of kernel.filePages) page.canon = page.pfn;
      return fits;
    };
  }
}
