/** `check --checkpoint DIR` and `--resume DIR`: one search that outlives its run. */
import { createHash } from 'node:crypto';
import { hasCheckpoint, readCheckpoint } from '../check/checkpoint.js';
import type { Identity } from '../check/checkpoint.js';
import { checkIdentity } from '../check/identity.js';
import { UsageError, formatBounds } from '../harness/bounds-text.js';
import { makeFolder } from '../harness/files.js';
import { SCENARIOS } from '../model/scenario.js';
import { fullName } from './load.js';
import { lockFolder } from './lock.js';
import type { CheckOptions } from './options.js';
import { ownPackage } from './own-package.js';
import type { Plan } from './plan.js';
import type { Keep, Search } from './protocol.js';

/** What has to be the same for a search to go on. Budgets and workers may differ: they do not change what is found. */
async function identityOf(search: Search): Promise<Identity> {
  const { ref, scenario, bounds } = search;
  const { Hashes } = await import('./certificate.js');
  const hashes = new Hashes();
  const { spec, engine, invariants } = hashes.own;
  const { hash, library } = await hashes.of(ref);
  const rules = createHash('sha256')
    .update(JSON.stringify([...invariants]))
    .digest('hex');
  return {
    version: ownPackage().version,
    design: fullName(ref),
    scenario,
    bounds: formatBounds(bounds, SCENARIOS[scenario]),
    'code of the design': hash,
    ...(library === undefined ? {} : { 'code of the kernels below it': library }),
    spec,
    'code of the engine': engine,
    'code of the rules': `sha256:${rules}`,
  };
}

function folderOf({ checkpoint, resume }: CheckOptions): string | undefined {
  if (checkpoint !== undefined && resume !== undefined && checkpoint !== resume) {
    throw new UsageError(
      `--resume ${resume}: a search goes on writing where it goes on from; write --checkpoint ${resume} beside it, or leave --checkpoint out`,
    );
  }
  return resume ?? checkpoint;
}

export interface Kept {
  readonly planned: Plan;
  /** How to go on, for a search that was not complete. */
  notes(): readonly string[];
  release(): Promise<void>;
}

/** The plan; where it is asked for, with its one search kept in the folder, which is locked. */
export async function keep(planned: Plan, options: CheckOptions, onLost: (sentence: string) => void): Promise<Kept> {
  const dir = folderOf(options);
  const [first, ...others] = planned.shown;
  // A design that can not be used was told of already.
  if (dir === undefined || first === undefined) return { planned, notes: () => [], release: async () => {} };
  const option = options.resume === undefined ? '--checkpoint' : '--resume';
  if (others.length > 0) {
    throw new UsageError(
      `${option} ${dir}: a checkpoint is of one search, and here are ${planned.shown.length}; name one design, one --scenario, and no other engine than exhaustive`,
    );
  }
  const identity = await identityOf(first.search);
  const isBegun = hasCheckpoint(dir);
  if (isBegun && options.resume === undefined) {
    throw new UsageError(
      `${dir}: there is a checkpoint already; go on from it with --resume ${dir}, or name another folder`,
    );
  }
  // It says what is wrong with what is there, or that nothing is.
  if (isBegun || options.checkpoint === undefined) checkIdentity(dir, readCheckpoint(dir).identity, identity);
  makeFolderFor(dir);
  const release = await lockFolder(dir, onLost);
  const kept: Keep = { dir, identity };
  const [, ...rest] = planned.searches;
  const search = { ...first.search, keep: kept };
  return {
    planned: { shown: [{ ...first, search }], searches: [search, ...rest] },
    notes: () => (hasCheckpoint(dir) ? [`The search can go on: repeat the command line with --resume ${dir}.`] : []),
    release,
  };
}

function makeFolderFor(dir: string): void {
  try {
    makeFolder(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${dir}: this folder can not be made (${code ?? String(error)}); name another one`, {
      cause: error,
    });
  }
}
