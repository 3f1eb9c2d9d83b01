/**
 * To 2.6.22-rc: a direct splice moved the position of its input by what it had read, however
 * little of that was written: what a short write left behind was skipped by the next call.
 *
 * Put back into 6.1.
 *
 * @kernel 51a92c0f6ce8 fs/splice.c splice_direct_to_actor: the fix
 */
import { defineDesign } from '../../design.js';
import type { KernelFunctions } from '../../functions.js';
import { design as linux61 } from '../linux-6.1.js';

/** @kernel 51a92c0f6ce8 fs/splice.c splice_direct_to_actor */
const spliceDirectToActor: KernelFunctions['spliceDirectToActor'] = (k, file, sd, actor) => {
  const { spliceDirectToActor: now } = linux61.functions;
  let produced = 0;
  const at = sd.pos;
  const bytes = now(k, file, sd, (_k, desc) => {
    produced += desc.totalLen;
    return actor(k, desc);
  });
  if (bytes > 0) sd.pos = at + produced;
  return bytes;
};

export const design = defineDesign({
  id: 'sendfile-short-actor',
  title: 'Linux 6.1, with the position of the input moved by what was read',
  source: [{ tree: '51a92c0f6ce8', file: 'fs/splice.c', symbol: 'splice_direct_to_actor' }],
  history: { origins: [], fix: '51a92c0f6ce8' },
  base: linux61,
  override: { spliceDirectToActor },
  scenarios: ['sendfile'],
  expect: { violates: [{ invariant: 'positions-agree', steps: 1 }] },
});
