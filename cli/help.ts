/** What several commands say in their help. */
import { DEFAULT_BOUNDS } from '../model/bounds.js';
import { wrap } from '../reports/wrap.js';

/** What `iovcheck list` has tables of. */
export const LISTS = ['designs', 'ops', 'invariants', 'scenarios', 'oracles'] as const;
export type ListName = (typeof LISTS)[number];

/** Words of `--help` about the bounds. */
export function boundsHelp(): string {
  const keys = Object.entries(DEFAULT_BOUNDS).map(([key, value]) => `${key}=${value}`);
  return ['Bounds, with their defaults:', ...wrap(keys.join(', '), 80, '  ')].join('\n');
}
