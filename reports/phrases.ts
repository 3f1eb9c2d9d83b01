/** What is said of a result or a violation, whatever the format: how short, how complete, and what is not claimed. */
import { boundKeys, formatBounds, namedBounds } from '../harness/bounds-text.js';
import type { CheckResult, Violation } from '../harness/result.js';
import type { Bounds } from '../model/bounds.js';
import { NAMED_BOUNDS } from '../model/bounds.js';
import type { Design } from '../model/design.js';
import type { Scenario } from '../model/scenario.js';
import { plural } from './later.js';

const MINIMALITY: Readonly<Record<Violation['minimality'], string>> = {
  shortest: 'within the bounds there is no shorter one',
  '1-minimal': 'no op can go, and no argument can shrink',
  raw: 'as it was found, not minimised',
};

/** `2 steps, shortest (within the bounds there is no shorter one)` */
export function lengthText(v: Violation): string {
  const tried = v.tried === undefined ? '' : `; every run of ${plural(v.tried, 'step')} or fewer was tried`;
  return `${plural(v.steps, 'step')}, ${v.minimality} (${MINIMALITY[v.minimality]})${tried}`;
}

export function completeText(result: CheckResult): string {
  const isClean = result.violations.length === 0;
  if (result.exhausted)
    return `yes: the frontier is empty${isClean ? ', and no rule is broken within the bounds' : ''}`;
  return `no: ${result.cutShort === '' ? 'this engine samples' : result.cutShort}${isClean ? '; nothing was found, and nothing is proved' : ''}`;
}

/** `exhaustive, seed 1` */
export function engineText({ engine, seed }: CheckResult): string {
  return engine === 'corpus' ? 'none: traces were taken again' : `${engine}, seed ${seed}`;
}

export function searchedText({ engine, stats: { states, edges, depth, steps } }: CheckResult): string {
  if (engine !== 'exhaustive') return plural(steps, 'step');
  return `${plural(states, 'state')}, ${plural(edges, 'edge')}, ${plural(steps, 'step')}, depth ${depth}`;
}

/** The limits of what a result says, one sentence each; `limits` are those of its design alone. */
export function notClaimed(result: CheckResult, limits: readonly string[] = []): string[] {
  return [
    result.exhausted
      ? 'This holds within the bounds above, and says nothing about larger pages, rings or counts.'
      : 'The search was not complete: what it did not find may be there all the same.',
    'Callers interleave where the pipe lock is dropped; races under a lock, and memory ordering, are outside the model.',
    ...limits,
  ];
}

/** The shortest way to say the same bounds on a command line: ` --bounds tiny`; '' where the design's default is meant. */
export function boundsOption(bounds: Bounds, scenario: Scenario, design: Pick<Design, 'bounds' | 'boundsIn'>): string {
  const changes = (from: Bounds): string[] =>
    boundKeys(scenario)
      .filter((key) => bounds[key] !== from[key])
      .map((key) => `${key}=${bounds[key]}`);
  const own = { ...namedBounds('default', scenario), ...design.bounds, ...design.boundsIn?.[scenario.name] };
  const ways = [
    changes(own).join(','),
    ...Object.keys(NAMED_BOUNDS)
      .filter((name) => name !== 'default')
      .map((name) => [name, ...changes(namedBounds(name, scenario))].join(',')),
    formatBounds(bounds, scenario),
  ];
  const [least] = ways.toSorted((a, b) => a.length - b.length);
  return least === '' ? '' : ` --bounds ${least}`;
}

/** A word as a shell takes it. */
export function shellWord(word: string): string {
  return /^[\w./:=,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A sentence that goes on from a colon; names such as I/O and CVE stay as they are. */
export function lowerFirst(s: string): string {
  return /^[A-Z][a-z]/.test(s) || /^A /.test(s) ? s[0].toLowerCase() + s.slice(1) : s;
}
