/**
 * Takes a run on both designs of a pair, exactly as the search takes it, and tells what each did in the step in which
 * they part. Slots and pages keep their own names, so that both are real runs.
 */
import type { Bounds } from '../model/bounds.js';
import type { Design } from '../model/design.js';
import { formatReturn } from '../model/errno.js';
import type { ScenarioName } from '../model/scenario.js';
import { shownNames } from '../model/symmetry.js';
import type { Contrast, SideEnd } from './diff-result.js';
import { changes } from './image-text.js';
import type { Kind, Seen } from './observe.js';
import { observe, View } from './observe.js';
import { Pair } from './pair.js';
import { Both } from './pair-ops.js';
import type { Runner } from './runner.js';

/** How the run ended. */
export interface PairEnd {
  /** Index of the last step that was taken. */
  readonly at: number;
  /** In what the two differ there; undefined where in nothing. */
  readonly kind: Kind | undefined;
  readonly a: SideEnd;
  readonly b: SideEnd;
  readonly contrasts: readonly Contrast[];
}

/** Sees both sides right after a step; they part in it where `kind` is there. */
export type LookAtPair = (at: number, kind: Kind | undefined) => void;

/** The pair of a run that is shown. */
export function shownPair(a: Design, b: Design, bounds: Bounds, scenario: ScenarioName, isLockstep: boolean): Pair {
  return new Pair(a, b, bounds, scenario, { isLockstep, namesFor: shownNames });
}

const NOT_TAKEN: SideEnd = { returned: '', isOffered: false, warned: '', died: '', broken: [] };

function endOf(runner: Runner, misfits: string): SideEnd {
  const { k, judged, broken } = runner;
  const died = k.fatal === '' ? misfits : `${k.fatal}: ${k.fatalWhy}`;
  return {
    returned: died === '' ? formatReturn(judged.ret) : '',
    isOffered: true,
    warned: k.warned,
    died,
    broken: broken.map(({ id }) => id),
  };
}

function seenOf(runner: Runner): Seen[] {
  if (runner.k.fatal !== '') return [];
  const view = new View();
  view.seen = [];
  observe(runner, view);
  return view.seen;
}

/** What is another one on each side, in the order in which it is looked at. */
function contrastsOf(pair: Pair): Contrast[] {
  const [a, b] = [seenOf(pair.a), seenOf(pair.b)];
  const valuesB = new Map(b.map(({ what, value }) => [what, value]));
  const names = [...new Set([...a, ...b].map(({ what }) => what))];
  const valuesA = new Map(a.map(({ what, value }) => [what, value]));
  if (a.length === 0 || b.length === 0) return [];
  return names.flatMap((what) => {
    const [x, y] = [valuesA.get(what) ?? '-', valuesB.get(what) ?? '-'];
    return x === y ? [] : [{ what, a: x, b: y }];
  });
}

/** In lockstep: the fields that are different. */
function fieldsOf({ a, b, isLockstep }: Pair): Contrast[] {
  if (!isLockstep || a.k.fatal !== '' || b.k.fatal !== '') return [];
  const [left, right] = [new Int32Array(a.words), new Int32Array(b.words)];
  if (!a.save(left, 0) || !b.save(right, 0)) return [];
  return changes(a.codec, left, right).map(({ path, a: x, b: y }) => ({ what: path, a: x, b: y }));
}

/** Fields that do not fit, where the other side's do. */
function misfitsOf(runner: Runner, image: Int32Array): string {
  if (runner.k.fatal !== '' || runner.judged.spec.isQuery === true || runner.save(image, 0)) return '';
  return `value-out-of-range: ${runner.codec.misfits(runner.k, runner.g).join(', ')}`;
}

/** Takes `path`, numbers of `pair.ops`, up to where the two part; undefined where an op can be taken on neither. */
export function walkPair(pair: Pair, path: readonly number[], look: LookAtPair = () => {}): PairEnd | undefined {
  const [image, next] = [new Int32Array(pair.words), new Int32Array(pair.words)];
  const [imageA, imageB] = [new Int32Array(pair.a.words), new Int32Array(pair.b.words)];
  pair.reset();
  pair.save(image, 0);
  pair.load(image, 0);
  for (let at = 0; at < path.length; at++) {
    const n = path[at];
    const by = pair.offerOf(n);
    if (by === 0) return undefined;
    if (by !== 3) {
      look(at, 'call-offered');
      const [a, b] = [by === 1, by === 2].map((isOffered) => ({ ...NOT_TAKEN, isOffered }));
      return { at, kind: 'call-offered', a, b, contrasts: [] };
    }
    let kind = pair.take(n, true);
    const [misfitA, misfitB] = [misfitsOf(pair.a, imageA), misfitsOf(pair.b, imageB)];
    if (kind === undefined && (misfitA === '') !== (misfitB === '')) kind = 'does-not-return';
    if (kind !== undefined || at === path.length - 1) {
      const contrasts = misfitA + misfitB === '' ? [...contrastsOf(pair), ...fieldsOf(pair)] : [];
      const ends = [endOf(pair.a, misfitA), endOf(pair.b, misfitB)];
      look(at, kind);
      return { at, kind, a: ends[0], b: ends[1], contrasts };
    }
    look(at, undefined);
    if (pair.both === Both.Idle || pair.both === Both.Dead) return undefined;
    if (pair.both === Both.Violated) pair.adopt();
    if (pair.both !== Both.Asked) {
      if (!pair.save(next, 0)) return undefined;
      image.set(next);
    }
    pair.load(image, 0);
  }
  return undefined;
}
