/** Designs that look at what is no business of theirs: each is told, and nobody else is. */
import { findAsymmetry } from '#iov/harness/alike.js';
import { UsageError } from '#iov/harness/bounds-text.js';
import type { Design, DesignSpec } from '#iov/model/design.js';
import { defineDesign } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

const STEPS = 60_000;

function asymmetry(design: Design, scenario: ScenarioName, bounds: string): string | undefined {
  try {
    const { explorer, runner } = search(design, scenario, bounds, STEPS);
    return findAsymmetry(runner, explorer.store);
  } catch (error) {
    // A trace that the search has found is no run.
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function planted(
  base: string,
  override: (was: KernelFunctions) => Partial<KernelFunctions>,
  more: object = {},
): Design {
  const design = designOf(base);
  const spec: DesignSpec = {
    id: 'planted',
    title: 'planted',
    source: [],
    base: design,
    override: override(design.functions),
    ...more,
  };
  return defineDesign(spec);
}

const LOOKS_BACK = (more: object): Design =>
  planted(
    'linux-6.1',
    ({ copyPageToIter }) => ({
      copyPageToIter(k, page, offset, bytes, i) {
        const older = k.pipe.bufs[(i.startHead - 1) & (k.pipe.ringSize - 1)];
        return older.offset > 0 ? 0 : copyPageToIter(k, page, offset, bytes, i);
      },
    }),
    more,
  );

const TAKES_TMP_PAGE = (more: object): Design =>
  planted(
    'linux-6.1',
    ({ copyToIter }) => ({ copyToIter: (k, bytes, i) => (k.pipe.tmpPage === null ? copyToIter(k, bytes, i) : 0) }),
    more,
  );

const KEEPS = { keepsToSlots: true };

/** What each looks at, where, and how the sentence begins. */
const PLANTED: readonly [looksAt: string, design: Design, scenario: ScenarioName, bounds: string, words: RegExp][] = [
  [
    'a page of the file by its number',
    planted('linux-6.1', ({ copyPageToIter }) => ({
      copyPageToIter: (k, page, offset, bytes, i) => (page.pfn === 1 ? 0 : copyPageToIter(k, page, offset, bytes, i)),
    })),
    'pipe-iter',
    'default,lengths=edge,contents=off',
    /looks at the number of a page of the file: copy_page_to_iter /,
  ],
  [
    'a slot by its number',
    planted('packet-2012-repaired', ({ pipeRead }) => ({
      pipeRead: (k, size) => (k.pipe.curbuf === 1 && size > 1 ? pipeRead(k, size - 1) : pipeRead(k, size)),
    })),
    'packet',
    'default',
    /looks at the slot that the ring begins at: pread /,
  ],
  [
    'a stale slot by its number',
    planted('packet-2012-repaired', ({ pipeRead }) => ({
      pipeRead: (k, size) => (k.pipe.bufs[1].flags !== 0 && size > 1 ? pipeRead(k, size - 1) : pipeRead(k, size)),
    })),
    'packet',
    'default',
    /looks at the slot that the ring begins at: pread /,
  ],
  [
    'an anonymous page by its number',
    planted('linux-6.1', ({ pipeRead }) => ({
      pipeRead: (k, size) => (k.pipe.bufs.some(({ page }) => page === k.pages.at(-1)) ? -5 : pipeRead(k, size)),
    })),
    'packet',
    'default',
    /looks at the number of an anonymous page: pread /,
  ],
  [
    'a task by its number',
    planted('linux-6.1', ({ wakeUpInterruptible }) => ({
      wakeUpInterruptible(k, queue, nr) {
        if (queue.tasks[0] !== 1) wakeUpInterruptible(k, queue, nr);
      },
    })),
    'blocking',
    'tiny',
    /looks at a name that should not matter: of states that only names tell apart, p\w+ /,
  ],
  [
    'which pipe it is',
    planted('linux-6.1', ({ doTee }) => ({
      doTee: (k, from, to, len) => doTee(k, from, to, from === 1 ? 1 : len),
    })),
    'splice',
    'tiny',
    /looks at which of the two pipes is A: tee /,
  ],
  [
    'a slot that is older than the iterator',
    LOOKS_BACK(KEEPS),
    'pipe-iter',
    'default,lengths=edge,contents=off,files=1',
    /looks at what only older slots, tmp_page or a page array differ in: copy_page_to_iter /,
  ],
  [
    'tmp_page',
    TAKES_TMP_PAGE(KEEPS),
    'pipe-iter',
    'tiny,contents=off',
    /looks at what only older slots, tmp_page or a page array differ in: copy_to_iter /,
  ],
];

describe('a design that looks at', () => {
  test.each(PLANTED)('%s', (_what, design, scenario, bounds, words) => {
    expect(asymmetry(design, scenario, bounds)).toMatch(words);
    expect(asymmetry(design, scenario, `${bounds},symmetry=off`)).toBeUndefined();
  });

  test('older slots or tmp_page is not merged by them unless it says that it keeps to its slots', () => {
    const bounds = 'default,lengths=edge,contents=off,files=1';
    expect(asymmetry(LOOKS_BACK({}), 'pipe-iter', bounds)).toBeUndefined();
    expect(asymmetry(TAKES_TMP_PAGE({}), 'pipe-iter', bounds)).toBeUndefined();
  });
});

describe('no design of ours looks at', () => {
  const worlds = DESIGNS.flatMap((design) =>
    design.scenarios
      .filter((s) => ['pipe-iter', 'packet', 'blocking', 'splice'].includes(s))
      .map((s) => [design.id, s] as const),
  );
  test.each(worlds)('%s %s', (id, scenario) => {
    const design = designOf(id);
    const more = scenario === 'pipe-iter' ? ',ring=2,page=2,files=2' : '';
    const off = design.bounds?.symmetry === undefined ? '' : `,symmetry=${design.bounds.symmetry}`;
    expect(asymmetry(design, scenario, `tiny${more}${off}`)).toBeUndefined();
  });
});
