/**
 * Names that do not matter, made canonical before a state is saved. Each reduction has its argument here.
 *
 * Ring rotation: sound for designs whose ring is (curbuf, nrbufs), because every function
 * reaches a slot from curbuf or from an iterator's idx, both of which rotate with it, and
 * compares indices only for equality modulo the ring. Stale slots rotate too. It is not
 * applied to free-running rings: 6.1 compares `pipe->head > old_head`, where the absolute
 * value matters (docs/findings.md, F-10).
 *
 * Beside page extraction free-running rings rotate too, so that head and tail begin at 0
 * with each saved state. What goes wrong where they wrap is then not seen; the scenario
 * pipe-iter is there for that.
 *
 * Anonymous pages: sound for every design, because no op names an anonymous page, and
 * alloc_page() promises no particular one. A reported trace names none either.
 *
 * These two leave a path of op numbers as it is, so that every engine uses them. The next three rename what ops name: only
 * the exhaustive engine uses them, and its paths are made real again (check/realise.ts).
 *
 * File pages: sound where each of them is offered to the same op with the same arguments, the order of pages in the file
 * is nobody's business, and all begin with the same contents. That is so of copy_page_to_iter(), and of no splice from a
 * file, whose pages have positions. The mark on a byte of one goes with its page, as does g.fileMark.
 *
 * Tasks: sound where tasks differ in nothing but their frames and their places in the queues. The ops of `blocking` name
 * each task that is in a call; of those that are not, all alike, the first.
 *
 * Pipes: sound where each op on one of the two is offered on the other with the same arguments, so that A and B may be
 * exchanged with all that is theirs. That is so in `splice`; in `vmsplice` A is lent to, and B is not.
 *
 * A parent and its child are not interchangeable: only one of them forks. Nor are virtual pages, which iterators walk in
 * their order.
 *
 * A design that looks at such a name all the same is found by harness/alike.ts. test/symmetry.test.ts compares all of
 * them with the search that uses none.
 */
import type { Bounds } from './bounds.js';
import { pipeCount } from './bounds.js';
import type { Kernel, Page } from './kernel.js';
import { makeNamer } from './names.js';
import type { RingForm } from './ring.js';
import type { Scenario } from './scenario.js';
import { sortTasks } from './wait.js';

/** Under which names a state is saved; reused from save to save. */
export interface Canon {
  /** Which page is saved as number p. */
  readonly order: readonly Page[];
  rotation: number;
  /** 1: the second pipe is saved as the first. */
  swap: number;
  /** Which task is saved as number t, and the queues of readers and writers with such numbers. */
  readonly tasks: number[];
  readonly rd: number[];
  readonly wr: number[];
}

/** Which names are made canonical. */
export interface Names {
  readonly ring: boolean;
  readonly anon: boolean;
  readonly files: boolean;
  readonly tasks: boolean;
  readonly pipes: boolean;
}

/** What the search may rename; `symmetry=ring+anon` leaves it at what no op names. */
export function namesOf(b: Bounds, form: RingForm, scenario: Scenario): Names {
  const { needs, extract } = scenario;
  const isOn = b.symmetry === 'on';
  const isAlone = pipeCount(needs) < 2 && needs.tasks !== true;
  return {
    ring: b.symmetry !== 'off' && needs.pipe && isAlone && (form === 'curbuf' || extract),
    anon: b.symmetry !== 'off',
    files: isOn && scenario.iterators && !extract && needs.memory === 'none' && b.files > 1,
    tasks: isOn && needs.tasks === true,
    pipes: isOn && scenario.pipes === true,
  };
}

const WORDS: Readonly<Record<keyof Names, string>> = {
  ring: 'ring rotation',
  anon: 'names of anonymous pages',
  files: 'names of pages of the file',
  tasks: 'names of tasks',
  pipes: 'names of pipes',
};

/** What is taken for the same in a world, in words. */
export function symmetriesOf(b: Bounds, form: RingForm, scenario: Scenario): string[] {
  const names = namesOf(b, form, scenario);
  return (Object.keys(WORDS) as (keyof Names)[]).filter((which) => names[which]).map((which) => WORDS[which]);
}

/** What no op names: as every engine saves its states. */
export function plainNames(b: Bounds, form: RingForm, scenario: Scenario): Names {
  return { ...namesOf(b, form, scenario), files: false, tasks: false, pipes: false };
}

/**
 * The same for a run that is shown: slots and pages keep their names. Where free-running rings rotate, they do so here,
 * too: it is no name alone that changes, but the state that the next op begins in.
 */
export function shownNames(b: Bounds, form: RingForm, scenario: Scenario): Names {
  const plain = plainNames(b, form, scenario);
  return { ...plain, anon: false, ring: plain.ring && form === 'head-tail' };
}

/** Names everything anew; `swap` is left to the caller. */
export type Namer = (k: Kernel, canon: Canon) => void;

export function makeCanon(k: Kernel): Canon {
  const numbers = (): number[] => [0, 1, 2, 3];
  return { order: [...k.pages], rotation: 0, swap: 0, tasks: numbers(), rd: [0, 0, 0, 0], wr: [0, 0, 0, 0] };
}

export function namerOf(k: Kernel, names: Names, form: RingForm): Namer {
  const namePages = makeNamer(k, names);
  const isCurbuf = form === 'curbuf';
  return (kernel, canon) => {
    if (names.ring) {
      const { pipe } = kernel;
      canon.rotation = isCurbuf ? pipe.curbuf & (pipe.buffers - 1) : pipe.tail;
    }
    if (names.tasks) sortTasks(kernel, canon);
    namePages(kernel, canon);
  };
}
