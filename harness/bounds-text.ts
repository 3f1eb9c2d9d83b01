/** Bounds as text, `page=4,ring=2,...`: how `--bounds` is read and how verdicts print them. */
import type { Bounds } from '../model/bounds.js';
import {
  DEFAULT_BOUNDS,
  MEMORY_BOUNDS,
  NAMED_BOUNDS,
  PIPE_BOUNDS,
  PIPES_BOUNDS,
  pipeCount,
  TASK_BOUNDS,
} from '../model/bounds.js';
import type { Scenario } from '../model/scenario.js';

/** Misuse of the command line or of a file: one sentence that says what to do. Exit status 2. */
export class UsageError extends Error {}

const isPowerOfTwo = (n: number): boolean => n > 0 && (n & (n - 1)) === 0;

/** What a numeric bound may be. */
const RANGES: Readonly<Record<string, { min: number; max: number; power?: true }>> = {
  page: { min: 2, max: 16, power: true },
  ring: { min: 1, max: 16, power: true },
  slots: { min: 0, max: 32 },
  files: { min: 1, max: 4 },
  headbits: { min: 0, max: 16 },
  follow: { min: 0, max: 3 },
  vpages: { min: 1, max: 4 },
  segs: { min: 1, max: 3 },
  order: { min: 0, max: 1 },
  bias: { min: 2, max: 64, power: true },
  refbits: { min: 0, max: 16 },
  tasks: { min: 1, max: 3 },
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  lengths: ['all', 'edge'],
  segments: ['all', 'edge'],
  marks: ['all', 'edge'],
  contents: ['3', 'written', 'marked', 'off'],
  callers: ['correct', 'careless'],
  stale: ['none', 'flags', 'all'],
  oom: ['on', 'off'],
  cow: ['mapcount', 'refcount', 'exclusive'],
  symmetry: ['on', 'ring+anon', 'off'],
};

/** Every bound in the order in which they are printed. */
export const BOUND_KEYS = Object.keys(DEFAULT_BOUNDS) as (keyof Bounds)[];

/** The bounds that mean something in the scenario. */
export function boundKeys({ needs }: Scenario): (keyof Bounds)[] {
  const hasPipes = pipeCount(needs) > 1;
  return BOUND_KEYS.filter((key) => {
    if (PIPES_BOUNDS.has(key) && hasPipes) return true;
    if (TASK_BOUNDS.has(key)) return needs.tasks === true;
    if (key === 'slots') return false;
    return (needs.pipe || !PIPE_BOUNDS.has(key)) && (needs.memory !== 'none' || !MEMORY_BOUNDS.has(key));
  });
}

export function formatBounds(b: Bounds, scenario: Scenario): string {
  return boundKeys(scenario)
    .map((key) => `${key}=${b[key]}`)
    .join(',');
}

function parseNumber(key: string, value: string): number {
  const { min, max, power } = RANGES[key];
  const n = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(n) || n < min || n > max || (power === true && !isPowerOfTwo(n))) {
    const what = power === true ? 'a power of two' : 'a whole number';
    throw new UsageError(
      `bounds: ${key}=${value} is out of range; write ${what} from ${min} to ${max}, e.g. ${key}=${max >= 4 ? 4 : max}`,
    );
  }
  return n;
}

/** What `tiny`, `default` or `deep` mean in a scenario. */
export function namedBounds(name: string, scenario?: Scenario): Bounds {
  return { ...NAMED_BOUNDS[name], ...scenario?.bounds?.[name] };
}

/** Each of the two halves of `contents=3` has its meaning where the bytes of a page are tags. */
function checkContents({ contents }: Bounds, scenario?: Scenario): void {
  if (scenario === undefined || contents === '3' || contents === 'off') return;
  const { pipe, memory, openFiles, lends, inodes } = scenario.needs;
  if (pipe && memory === 'none' && openFiles !== true && lends !== true && inodes !== true) return;
  throw new UsageError(
    `bounds: contents=${contents} means nothing in the scenario '${scenario.name}', whose bytes are told apart by more than that; write contents=3 or contents=off`,
  );
}

/** Parses `default`, `tiny,ring=1` or `ring=4,lengths=all`, on top of `base`. */
export function parseBounds(text: string, base?: Bounds, scenario?: Scenario): Bounds {
  let out: Record<string, unknown> = { ...(base ?? namedBounds('default', scenario)) };
  const parts = text
    .split(',')
    .map((p) => p.trim())
    .filter((p) => p !== '');
  for (const [n, part] of parts.entries()) {
    const at = part.indexOf('=');
    if (at < 0) {
      if (!Object.hasOwn(NAMED_BOUNDS, part)) {
        throw new UsageError(
          `bounds: '${part}' is no name; write ${Object.keys(NAMED_BOUNDS).join(', ')} or key=value, e.g. ring=2`,
        );
      }
      // It sets every bound: what stands before it would be lost without a word.
      if (n > 0) {
        throw new UsageError(
          `bounds: '${part}' stands for all bounds, and undoes what is before it; write one name, and first, e.g. ${part},ring=2`,
        );
      }
      out = { ...namedBounds(part, scenario) };
      continue;
    }
    const key = part.slice(0, at);
    const value = part.slice(at + 1);
    if (Object.hasOwn(RANGES, key)) out[key] = parseNumber(key, value);
    else if (!Object.hasOwn(WORDS, key))
      throw new UsageError(`bounds: there is no '${key}'; the bounds are ${BOUND_KEYS.join(', ')}`);
    else if (!WORDS[key].includes(value))
      throw new UsageError(`bounds: ${key}=${value} is not known; write ${key}=${WORDS[key].join(` or ${key}=`)}`);
    else out[key] = value;
  }
  const bounds = out as unknown as Bounds;
  checkContents(bounds, scenario);
  // A counter is signed, and each page of a folio has its owner.
  const least = 2 + bounds.order;
  if (bounds.refbits > 0 && bounds.refbits < least) {
    throw new UsageError(
      `bounds: refbits=${bounds.refbits} can not count the owners of a page; write refbits=${least} or more, or 0 for as many as are needed`,
    );
  }
  return bounds;
}

/** Bounds that somebody has named for one scenario are bounds of it. */
export function checkBoundsOf(text: string, scenario: Scenario): void {
  const keys = boundKeys(scenario);
  for (const part of text.split(',')) {
    const key = part.split('=')[0].trim() as keyof Bounds;
    if (!BOUND_KEYS.includes(key) || keys.includes(key)) continue;
    throw new UsageError(
      `bounds: ${key} means nothing in the scenario '${scenario.name}'; its bounds are ${keys.join(', ')}`,
    );
  }
}

/** A scenario that has no op in this design. */
export function nothingToCall(design: string, scenario: string, scenarios: readonly string[]): UsageError {
  return new UsageError(
    `design '${design}' has none of the functions that the scenario '${scenario}' calls; its scenarios are ${scenarios.join(', ')}`,
  );
}
