/** A search by Spin or by ours as a process of its own, and what it counted and took. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Own, Run } from './modes.js';
import type { Case, Model } from './models.js';
import { SAME } from './models.js';
import type { Mode } from './pan.js';
import { compile, counted, timed } from './pan.js';

/** Compiled models are kept: gcc takes longer than pan. */
export const BUILD = resolve('.iovcheck/spin');
const CLI = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

export interface Variant {
  readonly name: string;
  /** Whether it has to count as the others do. */
  readonly isSame: boolean;
  run(): Run;
}

export function panVariant(model: Model, c: Pick<Case, 'bounds'>, mode: Mode): Variant {
  const dir = compile(model, c.bounds, mode, BUILD);
  return {
    name: mode.name,
    isSame: true,
    run() {
      const { output, cost } = timed('./pan', mode.pan, dir);
      return { counts: counted(output), cost };
    },
  };
}

interface Result {
  readonly results: readonly [{ readonly verdict: string; readonly stats: { states: number; edges: number } }];
}

export function ownVariant(model: Model, c: Pick<Case, 'bounds'>, { name, workers, symmetry }: Own): Variant {
  const bounds = `${c.bounds},${SAME.replace('symmetry=off', `symmetry=${symmetry}`)}`;
  const search = ['check', model.design, '--scenario', model.scenario, '--bounds', bounds];
  const args = [CLI, ...search, '--workers', String(workers), '--memory', '10G', '--json', '--quiet'];
  return {
    name,
    isSame: symmetry === 'off',
    run() {
      const { output, cost } = timed(process.execPath, args, BUILD);
      const [{ verdict, stats }] = (JSON.parse(output) as Result).results;
      if (verdict !== 'exhausted') throw new Error(`bench: ours ends as ${verdict}`);
      return { counts: { states: stats.states, edges: stats.edges }, cost };
    },
  };
}
