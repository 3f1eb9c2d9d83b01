/** The order in which vitest begins test files: the longest first, so that none is left at the end on one thread alone. */
import { relative } from 'node:path';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Files that take many seconds, as they are named below test/, the longest first; the others follow by size. */
export const SLOWEST: readonly string[] = [
  'cli/campaign-queue',
  'contract/kit',
  'cli/fuzz',
  'cli/late',
  'cli/resume',
  'cli/campaign',
  'cli/user-design',
  'cli/bad-input',
  'cli/coverage',
  'check/threads',
  'splice',
  'vmsplice',
  'fork-dma',
  'cli/jsfuzz',
  'cli/extract-designs',
  'cli/check-corpus',
  'docs/readme',
  'cli/jsfuzz-target',
  'model/splice-observed',
  'cli/verify',
  'oracle/change',
  'docs/commands',
  'symmetry',
  'blocking',
  'harness/parts',
  'cli/check',
  'spin',
  'fuzz/engines',
  'alike',
  'oracle/uml',
  'oracle/mistakes',
  'mutation',
  'explain',
  'cli/corpus',
  'iov-iter-kernels',
  'extract-judge',
  'cli/report',
  'repro/c',
  'cli/bisect',
  'fuzz/coverage',
  'invariants',
  'sendfile',
  'cli/init',
  'cli/config',
  'docs/examples',
  'contents-halves',
  'campaign/scorecard-smoke',
];

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const name = relative(`${this.ctx.config.root}/test`, moduleId).replace(/\.test\.ts$/, '');
      const at = SLOWEST.indexOf(name);
      return at < 0 ? SLOWEST.length : at;
    };
    // The order of those that are not on the list is kept.
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
