import { describe, expect, test } from 'vitest';
import { formatLedger, isBalanced, ledger } from '#iov/harness/ledger.js';
import { Runner } from '#iov/harness/runner.js';
import { resolveOps } from '#iov/harness/trace.js';
import type { Bounds } from '#iov/model/bounds.js';
import type { Design } from '#iov/model/design.js';
import { defineDesign } from '#iov/model/design.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { ONE_SLOT, designNamed } from './walk.js';

function lines(design: Design, scenario: ScenarioName, bounds: Bounds, ...texts: string[]): string {
  const runner = new Runner(design, bounds, scenario);
  const ops = resolveOps(runner, { design: design.id, scenario, bounds, ops: texts }, 'x.trace');
  return `\n${formatLedger(ledger(runner, ops)).join('\n')}\n`;
}

/** A kernel that forgets a reference whenever a buffer is released; no such kernel exists. */
const leaky = defineDesign({
  id: 'leaky',
  title: 'releases a buffer without put_page',
  source: [],
  base: designNamed('linux-4.8'),
  override: {
    anonPipeBufRelease(_k, buf) {
      buf.page = null;
    },
  },
  scenarios: ['packet'],
});

describe('the ledger', () => {
  test('says who took and who dropped each page', () => {
    const ops = [
      'iov_iter_pipe count=4',
      'iov_iter_get_pages maxsize=4 maxpages=1',
      'device_write bytes=4',
      'put_pages',
      'iov_iter_advance size=4',
      'pipe_unlock',
      'pread size=4',
    ];
    expect(lines(designNamed('pipe-iter-2016'), 'pipe-iter', ONE_SLOT, ...ops)).toBe(`
step  page  refcount  who              owners now
   2  p0    0 -> 2    +slot 0 +caller  slot 0, caller
   4  p0    2 -> 1    -caller          slot 0
   7  p0    1 -> 0    -slot 0          none
`);
  });

  test('knows the page cache and tmp_page', () => {
    const ops = [
      'pwrite fd=w size=1',
      'pread size=1',
      'iov_iter_pipe count=1',
      'copy_page_to_iter page=0 offset=0 bytes=1',
      'pipe_unlock',
      'pread size=1',
    ];
    expect(lines(designNamed('pipe-iter-2016'), 'pipe-iter', ONE_SLOT, ...ops)).toBe(`
step  page  refcount  who                owners now
   1  p0    0 -> 1    +slot 0            slot 0
   2  p0    1 -> 1    +tmp_page -slot 0  tmp_page
   4  F0    1 -> 2    +slot 0            page cache, slot 0
   6  F0    2 -> 1    -slot 0            page cache
`);
  });

  test('marks a count that is not the number of owners', () => {
    expect(lines(leaky, 'packet', ONE_SLOT, 'pwrite fd=w size=1', 'pread size=1')).toBe(`
step  page  refcount  who      owners now
   1  p0    0 -> 1    +slot 0  slot 0
   2  p0    1 -> 1    -slot 0  none  <== 1 for 0
`);
  });

  test('is empty where no page was touched', () => {
    const runner = new Runner(designNamed('linux-4.8'), ONE_SLOT, 'packet');
    const ops = resolveOps(
      runner,
      { design: 'linux-4.8', scenario: 'packet', bounds: ONE_SLOT, ops: ['pread size=1'] },
      'x.trace',
    );
    expect(ledger(runner, ops)).toEqual([]);
    expect(ledger(runner, ops).every(isBalanced)).toBe(true);
  });
});
