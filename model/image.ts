/**
 * The bit-packed image of all state, generated from ONE list of fields, so that nothing
 * can be saved and not loaded. `load` is also the undo of an op.
 *
 * Symmetry happens here: slots are written from the oldest on (`rotation`), anonymous
 * pages under the number of their first appearance (`canon`), so that two states that
 * differ only in those names have the same image.
 */
import type { Bounds } from './bounds.js';
import { pipeCount } from './bounds.js';
import type { Field, Uses } from './fields.js';
import { fieldList } from './fields.js';
import type { Ghost } from './ghost.js';
import type { Kernel, Page } from './kernel.js';
import type { RingForm } from './ring.js';
import type { Undo } from './undo.js';
import { inOrder, take, undoWord } from './undo.js';

export interface Codec {
  readonly words: number;
  readonly bits: number;
  readonly fields: readonly Field[];
  /** Writes the image at `to[at..at+words)`; false if a value fits no field. */
  save(k: Kernel, g: Ghost, to: Int32Array, at: number): boolean;
  load(k: Kernel, g: Ghost, from: Int32Array, at: number): void;
  /** The same, where what came of the image was saved at `saved[to]`. */
  readonly undo: Undo;
  /** After a failed save: the fields whose values do not fit, e.g. `iter.count = 4294967295`. */
  misfits(k: Kernel, g: Ghost): string[];
}

/** What lies in each word, and where: greedy, in order, never across a word. */
function place(fields: readonly Field[]): [field: Field, shift: number][][] {
  const words: [Field, number][][] = [[]];
  let shift = 0;
  for (const f of fields) {
    if (shift + f.bits > 32) {
      words.push([]);
      shift = 0;
    }
    words[words.length - 1].push([f, shift]);
    shift += f.bits;
  }
  return words;
}

function prologue(b: Bounds, pages: number, pipes: number): string {
  const slots = Array.from(
    { length: pipes > 0 ? b.ring : 0 },
    (_, s) => `const s${s} = P.bufs[(R + ${s}) & ${b.ring - 1}];`,
  );
  // Two pipes never rotate.
  if (pipes > 1) for (let s = 0; s < b.ring; s++) slots.push(`const t${s} = Q.bufs[${s}];`);
  const order = Array.from({ length: pages }, (_, p) => `const o${p} = order[${p}];`);
  return `${pipeNames(pipes)}\n${slots.join('\n')}\n${order.join('\n')}`;
}

/** Between two ops the first pipe is the one that is meant, and no caller's iterator lives. */
function firstPipe(k: Kernel, g: Ghost): void {
  k.usePipe(0);
  g.select(0);
  if (k.iter.active) k.dropIter();
}

/** The first pipe, and the second where there is one. */
function pipeNames(pipes: number): string {
  return pipes > 1 ? 'const P = k.pipes[0], Q = k.pipes[1];' : 'const P = k.pipe;';
}

/** All values of one width are checked at once: their bits beyond it have to be 0. */
function saveLine({ get, bits }: Field, shift: number): string {
  return `v = ${get}; x${bits} |= v; w |= v << ${shift};`;
}

/** Generates the codec for one world. `order` and `rotation` come from symmetry.ts. */
export function makeCodec(
  b: Bounds,
  form: RingForm,
  pages: readonly Page[],
  addedFields: readonly number[],
  uses: Uses,
  canon: (k: Kernel) => { order: readonly Page[]; rotation: number },
): Codec {
  const fields = fieldList(b, form, pages, addedFields, uses).filter((f) => f.bits > 0);
  const isRenamed = b.symmetry === 'on';
  const words = place(inOrder(fields));
  const saveLines: string[] = [];
  const loadLines: string[] = ['let v = 0, w = 0;'];
  const undoLines: string[] = ['let v = 0, w = 0;'];
  words.forEach((placed, n) => {
    saveLines.push('w = 0;');
    for (const [f, shift] of placed) saveLines.push(saveLine(f, shift));
    saveLines.push(`to[at + ${n}] = w;`);
    loadLines.push(`w = from[at + ${n}];`, ...placed.map(([f, shift]) => take(f, shift)));
    undoLines.push(undoWord(n, placed, isRenamed));
  });
  const widths = [...new Set(fields.map((f) => f.bits))];
  const declared = `let v = 0, w = 0, ${widths.map((bits) => `x${bits} = 0`).join(', ')};`;
  const checked = `(${widths.map((bits) => (bits < 32 ? `x${bits} >>> ${bits}` : '0')).join(' | ')})`;
  const pipes = pipeCount(uses.needs);
  const head = prologue(b, pages.length, pipes);
  type Save = (k: Kernel, g: Ghost, to: Int32Array, at: number, order: readonly Page[], R: number) => boolean;
  type Load = (k: Kernel, g: Ghost, from: Int32Array, at: number) => void;
  const save = new Function(
    'k',
    'g',
    'to',
    'at',
    'order',
    'R',
    `${head}\n${declared}\n${saveLines.join('\n')}\nreturn ${checked} === 0;\n//# sourceURL=save`,
  ) as Save;
  const load = new Function(
    'k',
    'g',
    'from',
    'at',
    `${pipeNames(pipes)}\n${loadLines.join('\n')}\n//# sourceURL=load`,
  ) as Load;
  const values = new Function('k', 'g', 'order', 'R', `${head}\nreturn [${fields.map((f) => f.get).join(', ')}];`) as (
    k: Kernel,
    g: Ghost,
    order: readonly Page[],
    R: number,
  ) => number[];
  const undo = new Function(
    'k',
    'g',
    'from',
    'at',
    'saved',
    'to',
    `${pipeNames(pipes)}\n${undoLines.join('\n')}\n//# sourceURL=undo`,
  ) as Undo;
  return {
    words: words.length,
    bits: fields.reduce((sum, f) => sum + f.bits, 0),
    fields,
    save(k, g, to, where) {
      if (pipes > 1) firstPipe(k, g);
      const c = canon(k);
      return save(k, g, to, where, c.order, c.rotation);
    },
    load(k, g, from, where) {
      if (pipes > 1) firstPipe(k, g);
      load(k, g, from, where);
      for (const page of k.pages) page.canon = page.pfn;
    },
    undo(k, g, from, where, saved, to) {
      if (pipes > 1) firstPipe(k, g);
      undo(k, g, from, where, saved, to);
      if (isRenamed) for (const page of k.pages) page.canon = page.pfn;
    },
    misfits(k, g) {
      const c = canon(k);
      const found = values(k, g, c.order, c.rotation);
      return fields.flatMap((f, n) =>
        found[n] >>> f.bits === 0 ? [] : [`${f.path.replace(/^[kP]\./, '')} = ${found[n]}`],
      );
    },
  };
}
