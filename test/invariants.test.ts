/** Every invariant has a design that breaks it: a check that can not fail is a defect. */
import { INVARIANTS } from '#iov/invariants/invariants.js';
import { defineDesign } from '#iov/model/design.js';
import type { Design } from '#iov/model/design.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { Kernel, Page } from '#iov/model/kernel.js';
import { putPage } from '#iov/model/mm.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

const linux61 = designOf('linux-6.1');

/** A bug that nobody ever wrote, for the invariants that no document breaks. */
function planted(id: string, override: Partial<KernelFunctions>, base: Design = linux61): Design {
  return defineDesign({ id, title: id, source: [], base, override, scenarios: ['pipe-iter'] });
}

interface Breaker {
  readonly design: Design;
  readonly scenario?: ScenarioName;
  readonly bounds?: string;
  /** Edges that are looked at. */
  readonly limit?: number;
  /** Length of the shortest trace. */
  readonly steps: number;
}

const BREAKERS: Readonly<Record<string, Breaker>> = {
  sanity: { design: designOf('pipe-iter-2016'), steps: 4 },
  'bytes-in-order': { design: designOf('pipe-iter-2016'), steps: 3 },
  'no-unwritten-byte-readable': { design: designOf('pipe-iter-2016'), steps: 3 },
  'count-consumed-exactly': { design: designOf('pipe-iter-2016'), steps: 4 },
  'page-list-complete': { design: designOf('pipe-iter-2016'), steps: 2 },
  'array-has-one-owner': { design: designOf('pipe-iter-2016'), steps: 2 },
  'queries-match-their-definition': { design: designOf('pipe-iter-2016'), steps: 3 },
  'packet-boundaries': { design: designOf('packet-2012'), scenario: 'packet', steps: 2 },
  'returns-what-it-promised': { design: designOf('packet-2012'), scenario: 'packet', steps: 1 },
  'retry-makes-progress': { design: linux61, scenario: 'packet', steps: 2 },
  'page-cache-written-only-by-writers': { design: designOf('pipe-iter-2016-can-merge'), steps: 6 },
  'no-warn': { design: designOf('pipe-iter-mail-2016'), steps: 3 },
  'refcount-equals-owners': {
    design: planted('leaks-a-page', { genericPipeBufRelease() {} }),
    steps: 3,
  },
  'ring-well-formed': {
    design: planted('keeps-ops', { pipeBufRelease: (k, buf) => k.fn.anonPipeBufRelease(k, buf) }),
    steps: 2,
  },
  'queries-change-nothing': {
    design: planted('npages-eats-count', {
      iovIterNpages(_k, i) {
        i.count--;
        return 1;
      },
    }),
    steps: 2,
  },
  'pins-balance': {
    design: planted(
      'takes-a-reference-for-a-pin',
      { pinUserPagesFast: (k, start, nr, flags) => k.fn.getUserPagesFast(k, start, nr, flags) },
      designOf('linux-6.12'),
    ),
    scenario: 'fork-dma',
    steps: 2,
  },
  'dma-target-stays-allocated': { design: designOf('extract-rfc-2022'), scenario: 'extract', steps: 3 },
  'memory-is-private': { design: linux61, scenario: 'fork-dma', steps: 4 },
  'source-data-is-the-callers': { design: linux61, scenario: 'fork-dma', bounds: 'default,cow=mapcount', steps: 7 },
  'copies-what-it-says': {
    design: planted('copies-another-byte', {
      copyToIter(k, bytes, i) {
        if (bytes > 0) k.kbuf[0] = 0;
        return linux61.functions.copyToIter(k, bytes, i);
      },
    }),
    scenario: 'iov-iter',
    steps: 2,
  },
  'internal-pipe-is-neutral': { design: designOf('read-to-read-rfc-2022'), scenario: 'read-to-read', steps: 1 },
  'positions-agree': { design: designOf('sendfile-short-actor'), scenario: 'sendfile', bounds: 'tiny', steps: 1 },
  'errors-have-no-effect': { design: designOf('read-to-read-rfc-2022'), scenario: 'read-to-read', steps: 1 },
  'lent-data-is-the-lenders': {
    design: linux61,
    scenario: 'vmsplice',
    bounds: 'tiny,cow=mapcount',
    limit: 500_000,
    steps: 6,
  },
  'stolen-page-has-one-owner': { design: designOf('linux-5.8'), scenario: 'vmsplice', steps: 2 },
  'only-gifts-are-moved': {
    design: planted('takes-what-is-lent', { userPagePipeBufTrySteal: (k, buf) => k.fn.genericPipeBufTrySteal(k, buf) }),
    scenario: 'vmsplice',
    limit: 300_000,
    steps: 5,
  },
  'no-lost-wakeup': { design: designOf('close-wakes-one'), scenario: 'blocking', steps: 5 },
  'no-use-after-free': {
    design: planted('puts-twice', {
      genericPipeBufRelease(k, buf) {
        putPage(k, buf.page, 'generic_pipe_buf_release');
        putPage(k, buf.page, 'generic_pipe_buf_release');
      },
    }),
    steps: 3,
  },
  'no-bug': { design: designOf('pipe-iter-2016'), bounds: 'tiny,callers=careless', steps: 1 },
  'every-loop-ends': { design: designOf('pipe-iter-2016'), bounds: 'tiny,callers=careless,stale=all', steps: 2 },
  'value-out-of-range': {
    design: planted('count-underflows', {
      iovIterZero(_k, bytes, i) {
        i.count = (i.count - bytes - 1) >>> 0;
        return bytes;
      },
    }),
    steps: 2,
  },
};

describe('every invariant can be broken', () => {
  test.each(INVARIANTS.map((i) => i.id))('%s', (id) => {
    const breaker = BREAKERS[id];
    expect(breaker, `no design breaks ${id}`).toBeDefined();
    const found = search(
      breaker.design,
      breaker.scenario ?? 'pipe-iter',
      breaker.bounds ?? 'tiny',
      breaker.limit ?? 60_000,
    );
    expect(found.traceOf(id)).toHaveLength(breaker.steps);
    const text = found.classes.find((c) => c.class.invariant === id);
    expect(text?.class.op).toBe(found.traceOf(id).at(-1)?.split(' ')[0]);
  });
});

describe('one bug does not hide another', () => {
  const leak: Partial<KernelFunctions> = { genericPipeBufRelease() {} };
  const query: Partial<KernelFunctions> = { iovIterSingleSegCount: () => 0 };

  test.each([
    ['leak first', { ...leak, ...query }],
    ['query first', { ...query, ...leak }],
  ])('two independent defects are both found, %s', (_name, override) => {
    const found = search(planted('two-defects', override), 'pipe-iter', 'tiny', 60_000);
    const ids = new Set(found.classes.map((c) => c.class.invariant));
    expect(ids).toContain('refcount-equals-owners');
    expect(ids).toContain('queries-match-their-definition');
  });

  test('the second defect is found where only the first leads to it', () => {
    // The answer is wrong only while a page is leaked.
    const isLeaked = (k: Kernel, p: Page): boolean =>
      p.refcount > 0 && !p.isFile && k.pipe.tmpPage !== p && !k.pipe.bufs.some((b) => b.page === p);
    const design = planted('second-behind-first', {
      genericPipeBufRelease() {},
      iovIterAlignment: (k, i) =>
        k.pages.some((p) => isLeaked(k, p)) ? i.count ^ 1 : linux61.functions.iovIterAlignment(k, i),
    });
    const found = search(design, 'pipe-iter', 'tiny', 400_000);
    const second = found.classes.find((c) => c.class.op === 'iov_iter_alignment');
    expect(second?.isAfterOthers).toBe(true);
    const unfollowed = search(design, 'pipe-iter', 'tiny,follow=0', 400_000);
    expect(unfollowed.classes.some((c) => c.class.op === 'iov_iter_alignment')).toBe(false);
  });
});
