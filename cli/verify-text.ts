/** What `iovcheck verify` says. */
import { COLUMNS } from '../reports/draw.js';
import { wrap } from '../reports/wrap.js';
import type { Outcome } from '../reports/verification.js';
import { plural } from './output.js';
import type { Verified } from './verify.js';

const WORDS: Readonly<Record<Outcome, string>> = {
  holds: 'holds',
  'holds-anew': 'holds for what is there now, but is not the same proof',
  fails: 'no longer holds',
  'in-part': 'verified in part, and nothing contradicts it',
};

const HASH_WORDS: Readonly<Partial<Record<Outcome, string>>> = {
  holds: 'nothing that it rests on has changed',
  'in-part': 'something that it rests on has changed; verify it without --hashes',
};

const FIELD = 14;

/** Lines of `name  text`; a name stands once. */
function rows(name: string, texts: readonly string[]): string[] {
  const indent = ' '.repeat(FIELD);
  return texts.flatMap((text, n) => {
    const [first, ...rest] = wrap(text, COLUMNS, indent);
    return [`  ${n === 0 ? name : ''}`.padEnd(FIELD) + first.trimStart(), ...rest];
  });
}

function nameOf({ was }: Verified): string {
  const { name, without, tree } = was.design;
  const ofTree = tree === undefined ? '' : ` --kernel-tree ${tree}`;
  return `${name}${ofTree}${without.length === 0 ? '' : ` --without ${without.join(',')}`}, ${was.scenario}`;
}

export function renderVerification(one: Verified, onlyHashes: boolean): string {
  const { outcome, drift, searched, contradictions, differences } = one.verification;
  const words = (onlyHashes ? HASH_WORDS[outcome] : undefined) ?? WORDS[outcome];
  const same = `the same spec, engine, design and ${plural(one.was.invariants.length, 'rule')} as then`;
  return `${[
    `${nameOf(one)}: ${words}`,
    ...rows('claim', [one.was.claim]),
    ...(drift.length === 0 ? rows('rests on', [same]) : rows('changed', drift)),
    ...rows('searched', [searched]),
    ...rows('against it', contradictions),
    ...rows('differs', differences),
  ].join('\n')}\n`;
}

const COUNTED: readonly (readonly [Outcome, one: string, many: string])[] = [
  ['holds', 'holds', 'hold'],
  ['holds-anew', 'holds for what is there now', 'hold for what is there now'],
  ['in-part', 'verified in part', 'verified in part'],
  ['fails', 'no longer holds', 'no longer hold'],
];

export function lastLine(all: readonly Verified[], missing: number, status: number): string {
  const parts = COUNTED.flatMap(([outcome, one, many]) => {
    const n = all.filter(({ verification }) => verification.outcome === outcome).length;
    return n === 0 ? [] : [`${n} ${n === 1 ? one : many}`];
  });
  if (missing > 0) parts.push(`${missing} could not be verified`);
  return `${plural(all.length + missing, 'result')}: ${parts.join(', ')}; exit ${status}.`;
}

/** Version of the shape. */
const JSON_VERSION = 1;

export function toVerifyJson(all: readonly Verified[], status: number): object {
  return {
    version: JSON_VERSION,
    status,
    results: all.map(({ was, verification: v }) => ({
      design: was.design.name,
      without: was.design.without,
      ...(was.design.tree === undefined ? {} : { tree: was.design.tree }),
      scenario: was.scenario,
      outcome: v.outcome,
      claim: was.claim,
      changed: v.drift,
      searched: v.searched,
      contradictions: v.contradictions,
      differences: v.differences,
    })),
  };
}
