/** The opposite of symmetry.ts: a state under other names than its own, to see whether a design tells the two apart. */
import type { Ghost } from './ghost.js';
import type { Codec } from './image.js';
import { makeSave, prologue } from './image.js';
import type { Kernel, Page } from './kernel.js';
import type { RingForm } from './ring.js';
import type { Canon, Names } from './symmetry.js';
import { makeCanon, namerOf } from './symmetry.js';
import { nameQueues } from './wait.js';

/** Which names are given anew, in words for whoever reads that a design looks at them. */
export const NAME_WORDS: Readonly<Record<keyof Names, string>> = {
  ring: 'the slot that the ring begins at',
  anon: 'the number of an anonymous page',
  files: 'the number of a page of the file',
  tasks: 'the number of a task',
  pipes: 'which of the two pipes is A',
};

/** The pages of `order[first..end)` in the opposite order. */
function reverse(order: Page[], first: number, end: number): void {
  for (let a = first, b = end - 1; a < b; a++, b--) [order[a], order[b]] = [order[b], order[a]];
  for (let n = first; n < end; n++) order[n].canon = n;
}

function scramble(k: Kernel, canon: Canon, which: keyof Names): void {
  const order = canon.order as Page[];
  if (which === 'ring') canon.rotation = (canon.rotation - 1) & (k.pipe.buffers - 1);
  if (which === 'anon') reverse(order, k.poolStart, k.pages.length);
  if (which === 'files') reverse(order, 0, k.filePages.length);
  if (which === 'tasks') {
    const last = k.tasks.length - 1;
    for (let a = 0, b = last - 1; a < b; a++, b--) [canon.tasks[a], canon.tasks[b]] = [canon.tasks[b], canon.tasks[a]];
    nameQueues(k, canon);
  }
}

/** Saves a state with one kind of its names changed; false where the kind has nothing to change. */
export type Scramble = (k: Kernel, g: Ghost, which: keyof Names, to: Int32Array) => boolean;

export function makeScramble(codec: Codec, k: Kernel, form: RingForm, names: Names): Scramble {
  const canon = makeCanon(k);
  const name = namerOf(k, names, form);
  const save = makeSave(codec.fields, prologue(k.bounds, k, names));
  const { order } = k.bounds;
  return (kernel, g, which, to) => {
    // Folios stay together, and a free-running ring that rotates begins at 0 in every state.
    if (!names[which] || (which === 'anon' && order > 0) || (which === 'ring' && form !== 'curbuf')) return false;
    canon.swap = which === 'pipes' ? 1 : 0;
    name(kernel, canon);
    scramble(kernel, canon, which);
    const fits = save(kernel, g, to, 0, canon);
    for (const page of kernel.pages) page.canon = page.pfn;
    return fits;
  };
}
