/**
 * The scenarios extract and fork-dma: what the patch of 2022 breaks, that its repaired sibling
 * does not, and what each scenario costs.
 */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner, Step } from '#iov/harness/runner.js';
import { resolveOp } from '#iov/harness/op-text.js';
import type { Design } from '#iov/model/design.js';
import { defineDesign } from '#iov/model/design.js';
import { FOLL_GET } from '#iov/model/kernel.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

const rfc = designOf('extract-rfc-2022');

/** Takes the ops one after the other; the invariants that broke at each. */
function play(design: Design, scenario: ScenarioName, ops: readonly string[]): string[][] {
  const runner = new Runner(design, parseBounds('default', undefined, SCENARIOS[scenario]), scenario);
  return ops.map((text) => {
    const n = resolveOp(runner, text);
    if (typeof n !== 'number') throw new Error(n.problem);
    const step = runner.step(n);
    expect(step, text).not.toBe(Step.Disabled);
    return runner.broken.map((i) => i.id);
  });
}

describe('extract-rfc-2022, extract', () => {
  const found = search(rfc, 'extract', 'default');

  test.each([
    ['dma-target-stays-allocated', 'iov_iter_revert', 3],
    ['array-has-one-owner', 'iov_iter_extract_pages', 2],
    ['returns-what-it-promised', 'iov_iter_extract_pages', 2],
    ['no-warn', 'iov_iter_extract_pages', 2],
  ])('%s at %s in %i steps', (invariant, op, steps) => {
    const hit = found.classes.find((c) => c.class.invariant === invariant && c.class.op === op);
    expect(hit?.path.length).toBe(steps);
    expect(hit?.isAfterOthers).toBe(false);
  });

  test('is searched to its end', () => {
    expect(found.isExhausted).toBe(true);
  });

  test('says bytes that it lists no page for, where a file has a hole', () => {
    expect(found.traceOf('page-list-complete')).toEqual([
      'iov_iter_xarray vec=xarray:--@1 direction=READ count=full',
      'iov_iter_extract_pages maxsize=1 maxpages=1',
    ]);
  });
});

describe('references where a pin was needed', () => {
  const classes = (design: Design, cow: string): string[] => {
    const found = search(design, 'fork-dma', `default,cow=${cow}`);
    expect(found.isExhausted).toBe(true);
    return found.lines.map((line) => line.split(' ')[0]);
  };

  test('a source that is only referenced is overwritten by the child where mappings are counted', () => {
    const found = search(rfc, 'fork-dma', 'default,cow=mapcount');
    expect(found.traceOf('source-data-is-the-callers')).toHaveLength(7);
  });

  test.each(['refcount', 'exclusive'])('and not by %s', (cow) => {
    expect(classes(rfc, cow)).not.toContain('source-data-is-the-callers');
  });

  const referenced = defineDesign({
    id: 'extract-by-reference',
    title: 'destinations are referenced, not pinned',
    source: [],
    base: rfc,
    override: {
      iovIterExtractMode: () => FOLL_GET,
      iovIterExtractUserPages: (k, i, maxsize, maxpages) => {
        const { type } = i;
        i.type |= 1;
        const ret = rfc.functions.iovIterExtractUserPagesAndGet(k, i, maxsize, maxpages);
        i.type = type;
        return ret;
      },
    },
  });

  test.each(['mapcount', 'refcount', 'exclusive'])('a destination that is only referenced loses data by %s', (cow) => {
    expect(classes(referenced, cow)).toContain('memory-is-private');
  });
});

describe('get_pages2 against extract_pages on one trace', () => {
  const trace = (call: string): string[] => [
    'iov_iter_pipe count=4',
    `${call} maxsize=3 maxpages=2`,
    'iov_iter_revert unroll=1',
    'device_write bytes=3',
  ];

  test('references of the caller keep a page that revert has taken out of the pipe', () => {
    expect(play(rfc, 'extract', trace('iov_iter_get_pages')).flat()).toEqual([]);
  });

  test('without them the device writes a page that is free', () => {
    const broken = play(rfc, 'extract', trace('iov_iter_extract_pages'));
    expect(broken[2]).toEqual(['dma-target-stays-allocated']);
    expect(broken[3]).toEqual(['no-use-after-free']);
  });
});

describe('the repaired sibling', () => {
  test.each([
    ['extract', ['F-18']],
    ['fork-dma', []],
  ] as const)('breaks nothing in %s but what its base is known for', (scenario, findings) => {
    const repaired = designOf('extract-rfc-2022-repaired');
    const found = search(repaired, scenario, 'default');
    expect(found.isExhausted).toBe(true);
    expect(found.classes.every((c) => c.class.op === 'iov_iter_get_pages2')).toBe(true);
    expect(found.classes.length > 0).toBe(findings.length > 0);
  });
});

describe('a scenario has the state that it needs', () => {
  const bits = (design: string, scenario: ScenarioName): number =>
    new Runner(designOf(design), parseBounds('page=2,ring=2,files=2,vpages=2'), scenario).codec.bits;
  const fields = (design: string, scenario: ScenarioName): string => {
    const { codec } = new Runner(designOf(design), parseBounds('page=2,ring=2,files=2,vpages=2'), scenario);
    return codec.fields.map((f) => f.path).join(' ');
  };

  test('page tables only beside fork', () => {
    for (const scenario of ['pipe-iter', 'packet', 'iov-iter', 'extract'] as const) {
      expect(fields('linux-6.1', scenario)).not.toMatch(/ptes|pincount|isAnonExclusive|g\.memory/);
    }
    expect(fields('linux-6.1', 'fork-dma')).toMatch(/ptes/);
  });

  test('a ring only beside a pipe', () => {
    expect(fields('linux-6.1', 'fork-dma')).not.toMatch(/bufs|P\.head/);
    expect(fields('linux-6.1', 'iov-iter')).not.toMatch(/bufs|P\.head|request/);
  });

  test('and no scenario of pipes has become dearer', () => {
    expect(bits('linux-6.1', 'packet')).toBe(174);
    expect(bits('linux-6.1', 'pipe-iter')).toBe(251);
    expect(bits('linux-6.1', 'iov-iter')).toBeLessThan(140);
  });
});
