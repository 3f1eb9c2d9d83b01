/** Holds a certified result against the same search, taken again: what differs, and what that means. Pure. */
import type { CheckResult, Level } from '../harness/result.js';
import type { ViolationClass } from '../harness/runner.js';
import type { CertifiedResult } from './certificate.js';
import { plural } from './later.js';

/** What a result rests on that is not as it was. */
export interface Drift {
  readonly spec: boolean;
  readonly engine: boolean;
  readonly design: boolean;
  /** Of a user's design: the kernels that it may stand on. */
  readonly library: boolean;
  /** Rules, by id. */
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export type Outcome =
  /** The same proof, taken again from its begin to its end. */
  | 'holds'
  /** Something it rests on has changed, and what it says is true of what is there now. */
  | 'holds-anew'
  | 'fails'
  /** Nothing contradicts it, and not all of it was taken again. */
  | 'in-part';

export interface Verification {
  readonly outcome: Outcome;
  /** Sentences. */
  readonly drift: readonly string[];
  /** What was searched again, in words. */
  readonly searched: string;
  /** What contradicts the certificate. */
  readonly contradictions: readonly string[];
  /** What is not as it was, and contradicts nothing. */
  readonly differences: readonly string[];
}

const listed = (what: string, ids: readonly string[]): string[] =>
  ids.length === 0 ? [] : [`${what}: ${ids.join(', ')}`];

/** What has changed since, in words. */
export function driftText(drift: Drift, id: string): string[] {
  return [
    ...(drift.spec ? ['the spec has changed'] : []),
    ...(drift.engine ? ['the engine has changed'] : []),
    ...(drift.design ? [`the design ${id} has changed`] : []),
    ...(drift.library ? ['kernels that the design may stand on have changed'] : []),
    ...listed('rules that have changed', drift.changed),
    ...listed('rules that are new', drift.added),
    ...listed('rules that are gone', drift.removed),
  ];
}

/** `bytes-in-order at pread, in pipe_read()`. */
function nameOf({ invariant, op, function: fn }: ViolationClass): string {
  return fn === op || fn === '' ? `${invariant} at ${op}` : `${invariant} at ${op}, in ${fn}()`;
}

interface Classes {
  readonly contradictions: string[];
  readonly moved: string[];
}

type Seen = Pick<CertifiedResult['violations'][number], 'class' | 'steps'>;

/** Classes of violations that are new, gone, or shorter or longer than they were. */
function compareClasses(was: CertifiedResult, now: CheckResult, levels: number): Classes {
  const before = new Map(was.violations.map((v): [string, Seen] => [nameOf(v.class), v]));
  const after = new Map(now.violations.map((v): [string, Seen] => [nameOf(v.class), v]));
  const claimed = was.exhausted ? Number.POSITIVE_INFINITY : was.levels.length;
  const tried = now.exhausted ? Number.POSITIVE_INFINITY : levels;
  const added = [...after].filter(([name, { steps }]) => !before.has(name) && steps <= claimed);
  const gone = [...before].filter(([name, { steps }]) => !after.has(name) && steps <= Math.min(claimed, tried));
  const moved = [...before].flatMap(([name, { steps }]) => {
    const other = after.get(name);
    return other === undefined || other.steps === steps || steps > Math.min(claimed, tried)
      ? []
      : [`${name} takes ${plural(other.steps, 'step')}; it took ${steps}`];
  });
  return {
    contradictions: [
      ...added.map(([name, { steps }]) => `not in the certificate: ${name}, in ${plural(steps, 'step')}`),
      ...gone.map(([name, { steps }]) => `no longer found: ${name}, in ${plural(steps, 'step')}`),
    ],
    moved,
  };
}

const levelText = ({ states, edges }: Level): string => `${plural(states, 'state')}, ${plural(edges, 'edge')}`;

/** The first level that is not the same, and whether the search ended where it did. */
function compareLevels(was: CertifiedResult, now: CheckResult, levels: readonly Level[]): string[] {
  const n = was.levels.findIndex(
    (level, at) => at < levels.length && (level.states !== levels[at].states || level.edges !== levels[at].edges),
  );
  if (n >= 0) {
    return [`level ${n} has ${levelText(levels[n])} now; the certificate says ${levelText(was.levels[n])}`];
  }
  const isLonger = was.exhausted && levels.length > was.levels.length;
  const isShorter = now.exhausted && levels.length < was.levels.length;
  if (!isLonger && !isShorter) return [];
  return [`there are ${levels.length} levels now; the certificate says ${was.levels.length}`];
}

function compareReached(was: CertifiedResult, now: CheckResult): string[] {
  if (!was.exhausted || !now.exhausted) return [];
  const ops = new Set([...Object.keys(was.reached), ...Object.keys(now.reached)]);
  const text = (row: Readonly<Record<string, number>> | undefined): string =>
    JSON.stringify(Object.entries(row ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  const differ = [...ops].filter((op) => text(was.reached[op]) !== text(now.reached[op]));
  return [
    ...(differ.length === 0 ? [] : [`not taken as often, or with other outcomes: ${differ.join(', ')}`]),
    ...(was.unreached.join() === now.unreached.join()
      ? []
      : [
          `never reached now: ${now.unreached.join(', ') || 'nothing'}; it was: ${was.unreached.join(', ') || 'nothing'}`,
        ]),
  ];
}

function searchedText(was: CertifiedResult, now: CheckResult, levels: readonly Level[], isFull: boolean): string {
  const states = levels.reduce((sum, level) => sum + level.states, 0);
  const edges = levels.reduce((sum, level) => sum + level.edges, 0);
  const all = `${plural(states, 'state')}, ${plural(edges, 'edge')}`;
  const beyond = was.exhausted ? 0 : was.violations.filter(({ steps }) => steps > was.levels.length).length;
  const rest = beyond === 0 ? '' : `; not ${plural(beyond, 'violation')} of longer runs, which it proves nothing about`;
  if (isFull) return `all of it again: ${plural(levels.length, 'level')}, ${all}${rest}`;
  const why = now.cutShort === '' ? '' : ` (${now.cutShort})`;
  return `the first ${levels.length} of ${plural(was.levels.length, 'level')} again: ${all}${why}`;
}

export function verify(was: CertifiedResult, now: CheckResult, drift: Drift): Verification {
  const levels = (now.proof?.levels ?? []).slice(0, was.exhausted ? undefined : was.levels.length);
  const { contradictions, moved } = compareClasses(was, now, levels.length);
  const counts = [...compareLevels(was, now, levels), ...compareReached(was, now), ...moved];
  const sentences = driftText(drift, was.design.id);
  const isSame = sentences.length === 0;
  const isFull = now.exhausted || (!was.exhausted && levels.length >= was.levels.length);
  const against = [...contradictions, ...(isSame ? counts : [])];
  const isWhole = isFull && drift.removed.length === 0;
  return {
    outcome: against.length > 0 ? 'fails' : !isWhole ? 'in-part' : isSame ? 'holds' : 'holds-anew',
    drift: sentences,
    searched: searchedText(was, now, levels, isFull),
    contradictions: against,
    differences: isSame ? [] : counts,
  };
}

/** With hashes alone: nothing was searched. */
export function verifyHashes(was: CertifiedResult, drift: Drift): Verification {
  const sentences = driftText(drift, was.design.id);
  return {
    outcome: sentences.length === 0 ? 'holds' : 'in-part',
    drift: sentences,
    searched: 'nothing again; only hashes were compared',
    contradictions: [],
    differences: [],
  };
}
