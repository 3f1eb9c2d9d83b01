/** The ways in which a model is searched, by their names in the table. */
import type { Case, Model } from './models.js';
import type { Cost, Counted, Mode } from './pan.js';

export const DFS = 'Spin DFS';
export const BFS = 'Spin -DBFS';
export const BFS_PAR = 'Spin -DBFS_PAR -u2';

/** Enough for the deepest path, and for a table without a second look at most states. */
const PAN = ['-m200000', '-w24'];

export const MODES: readonly Mode[] = [
  { name: DFS, gcc: ['-O2'], pan: PAN },
  { name: 'Spin DFS -DNOREDUCE', gcc: ['-O2', '-DNOREDUCE'], pan: PAN },
  { name: BFS, gcc: ['-O2', '-DBFS'], pan: ['-w24'], isVisible: true },
  { name: BFS_PAR, gcc: ['-O2', '-DBFS_PAR'], pan: ['-u2', '-w24'], isVisible: true },
];

/** Ours, by its command line as a user would; 2 workers are what BFS_PAR is compared with. */
export interface Own {
  readonly name: string;
  readonly workers: number;
  /** The bound of that name: where it is not `off`, renamed pages and rotated rings are one state, so that there are fewer. */
  readonly symmetry: 'off' | 'ring+anon' | 'on';
}

export const ONE: Own = { name: 'iovcheck, 1 worker', workers: 1, symmetry: 'off' };

export const OWN: readonly Own[] = [
  ONE,
  { name: 'iovcheck, 2 workers', workers: 2, symmetry: 'off' },
  { name: 'iovcheck, 1 worker, symmetry=on', workers: 1, symmetry: 'on' },
];

export interface Run {
  readonly counts: Counted;
  readonly cost: Cost;
}

export interface Measured {
  readonly model: Model;
  readonly case: Case;
  /** By name of mode, in rounds. */
  readonly runs: ReadonlyMap<string, readonly Run[]>;
}
