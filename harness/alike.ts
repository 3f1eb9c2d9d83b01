/**
 * Whether a design tells apart what symmetry.ts and merge.ts take for one state. Of a sample of states, one name after the
 * other is changed: every op has to do the same then, but for names. A sample is no proof; the arguments are there.
 */
import type { Names } from '../model/symmetry.js';
import { namesOf } from '../model/symmetry.js';
import { makeScramble, NAME_WORDS } from '../model/scramble.js';
import { unmerge } from './merge.js';
import type { States } from './purity.js';
import type { Runner } from './runner.js';
import { Step } from './runner.js';

/** Effects that are compared; of a larger search, an even sample of its states. */
const EFFECTS_MAX = 40_000;

/** What an op did, but for names and arguments. */
function effectOf(runner: Runner, n: number, image: Int32Array): string {
  const step = runner.withTrace(runner.w.design.functions, n);
  if (step === Step.Idle) return '';
  const { judged, broken, ops } = runner;
  const what = `${ops[n].spec.name} ${step} ${judged.ret} ${broken.map(({ id }) => id).join('+')}`;
  if (step === Step.Violated) runner.adopt();
  return step === Step.Fatal || !runner.saveClass(image, 0) ? what : `${what} ${image.join()}`;
}

/** The effects of all ops that are enabled in the state with the image `from`, in an order of their own. */
function effectsOf(runner: Runner, from: Int32Array, image: Int32Array): string[] {
  const out: string[] = [];
  for (const { spec, first, end } of runner.groups) {
    for (let n = first; n < end; n++) {
      runner.load(from, 0);
      if (!runner.isReady(spec) || !runner.isAllowed(n)) continue;
      const effect = effectOf(runner, n, image);
      if (effect !== '') out.push(effect);
    }
  }
  return out.sort();
}

/** The op by which two lists of effects differ; undefined where they do not. */
function difference(a: readonly string[], b: readonly string[]): string | undefined {
  const n = a.findIndex((effect, at) => effect !== b[at]);
  const effect = n < 0 ? b[a.length] : a[n];
  return effect?.split(' ')[0];
}

/** One of the ways in which a state is written otherwise; false where there is nothing to change. */
interface Variant {
  readonly words: string;
  write(to: Int32Array): boolean;
}

function variantsOf(runner: Runner): Variant[] {
  const { k, g, w, codec } = runner;
  const names = namesOf(w.bounds, w.design.ring, w.scenario);
  const scramble = makeScramble(codec, k, w.design.ring, names);
  const out: Variant[] = (Object.keys(names) as (keyof Names)[])
    .filter((which) => names[which])
    .map((which) => ({ words: NAME_WORDS[which], write: (to) => scramble(k, g, which, to) }));
  if (runner.merges === undefined) return out;
  const merged: Variant = {
    words: 'what only older slots, tmp_page or a page array differ in',
    write(to) {
      unmerge(k, g, w);
      return runner.save(to, 0);
    },
  };
  return [...out, merged];
}

/**
 * One sentence that names an op that does another thing where only a name is another; undefined where none of the sample
 * does. Spoils the runner's state.
 */
export function findAsymmetry(runner: Runner, states: States): string | undefined {
  const { words } = runner;
  const variants = variantsOf(runner);
  const [image, other, stands, from] = Array.from({ length: 4 }, () => new Int32Array(words));
  const stride = Math.max(1, Math.floor((states.size * (1 + variants.length) * 16) / EFFECTS_MAX));
  let effects = 0;
  for (let state = 0; state < states.size && effects < EFFECTS_MAX && variants.length > 0; state += stride) {
    states.image(state, from, 0);
    const expected = effectsOf(runner, from, image);
    for (const { words: what, write } of variants) {
      runner.load(from, 0);
      if (!write(other)) continue;
      runner.load(other, 0);
      runner.saveClass(stands, 0);
      // What the merge would leave as it is says nothing about it.
      if (stands.some((word, n) => word !== from[n])) continue;
      const met = effectsOf(runner, other, image);
      effects += met.length;
      const op = difference(expected, met);
      if (op !== undefined) {
        return `design '${runner.w.design.id}' looks at ${what}: ${op} does another thing where nothing else is different, so that states can not be merged by it; take --bounds symmetry=off`;
      }
    }
  }
  return undefined;
}
