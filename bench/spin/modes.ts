/** The ways in which a model is searched, by their names in the table. */
import type { Case, Model } from './models.js';
import type { Cost, Mode } from './pan.js';

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

export const ownName = (workers: number): string => `iovcheck, ${workers} worker${workers === 1 ? '' : 's'}`;

export interface Measured {
  readonly model: Model;
  readonly case: Case;
  /** By variant, in rounds. */
  readonly costs: ReadonlyMap<string, readonly Cost[]>;
}
