/** Which parts of the state can change at all in a world. */
import type { Uses } from '../model/fields.js';
import type { World } from '../model/op.js';

export function usesOf({ design, bounds, scenario, vecTexts }: World): Uses {
  const { needs, iterators, copies, extract, flags } = scenario;
  return {
    iterators,
    iter: iterators || copies || (extract && needs.memory === 'fixed'),
    vecs: vecTexts.length,
    request: iterators || extract,
    needs,
    iterCopy: design.contract.directIo !== 'revert' || bounds.callers === 'careless',
    fileFlags: flags || scenario.changes === true,
  };
}
