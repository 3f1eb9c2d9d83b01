import type { Invariant } from '../invariants/invariant.js';
import type { AddedInvariant } from '../model/design.js';

/** An invariant that a design brings with it, as the runner wants it. */
export function ownInvariant(added: AddedInvariant): Invariant {
  return {
    id: added.id,
    statement: added.statement,
    why: added.why,
    source: [],
    when: 'every-step',
    judges: added.judges ?? 'step',
    severity: 'soft',
    holds: (s) => added.holds(s.k, s.g),
    explain: () => added.statement,
  };
}
