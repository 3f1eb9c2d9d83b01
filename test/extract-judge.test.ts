/**
 * Mistakes about pages, most of which nobody ever made: each has to be found, by the rule that it breaks and with a
 * shortest trace; and what is no mistake must not be.
 */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { guardDesign } from '#iov/harness/guard.js';
import { findImpurity } from '#iov/harness/purity.js';
import { replay } from '#iov/harness/replay.js';
import { Runner } from '#iov/harness/runner.js';
import { runRandom } from '#iov/fuzz/random.js';
import type { Design } from '#iov/model/design.js';
import { defineDesign } from '#iov/model/design.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { IovIter, Kernel } from '#iov/model/kernel.js';
import { ITER_PIPE } from '#iov/model/kernel.js';
import { putPage } from '#iov/model/mm.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { DEVICES } from './planted/devices.js';
import { HOLDS } from './planted/holds.js';
import { LISTS } from './planted/lists.js';
import { MOVES } from './planted/moves.js';
import type { Mutant } from './planted/plant.js';
import { late, old, rfc } from './planted/plant.js';
import { acrossRightly, SEGMENTS } from './planted/segments.js';
import type { Search } from './search.js';
import { designOf, search } from './search.js';

const ALL: readonly Mutant[] = [...LISTS, ...HOLDS, ...MOVES, ...DEVICES, ...SEGMENTS];

/** Breadth first, so that what is found within these is found by a shortest trace. */
const EDGES = 60_000;

const kinds = ({ classes }: Search): string[] =>
  classes.map(({ class: c, path }) => `${c.invariant} ${c.op} ${path.length}`).sort();

describe('a kernel without what is known to be wrong with it', () => {
  test.each([late, rfc, old])('$id breaks nothing in extract', (design) => {
    const found = search(design, 'extract', 'tiny');
    expect(found.lines).toEqual([]);
    expect(found.isExhausted).toBe(true);
    expect(found.runner.reached.missing()).toEqual([]);
  });

  test.each(['page=4,vpages=1', 'order=1,segs=1', 'segs=3,vpages=1', 'files=2,segs=1', 'bias=2,segs=1,refbits=6'])(
    'nor with %s',
    (more) => {
      for (const design of [late, rfc, old]) expect(search(design, 'extract', `tiny,${more}`).lines).toEqual([]);
    },
  );

  test('may list more than one segment, as one run of pages', () => {
    const found = search(acrossRightly.design, 'extract', 'tiny');
    expect(found.lines).toEqual([]);
    expect(found.isExhausted).toBe(true);
  });
});

describe('a mistake is found', () => {
  test.each(ALL)('$about', ({ design, scenario, bounds, killed: [invariant, op, steps] }) => {
    const found = search(design, scenario, bounds, EDGES);
    const hits = found.classes.filter(({ class: c }) => c.invariant === invariant && c.op === op);
    expect(hits.map(({ path }) => path.length)[0]).toBe(steps);
    expect(hits[0].isAfterOthers).toBe(false);
  });

  test('of more than fifty, no two the same', () => {
    expect(new Set(ALL.map(({ about }) => about)).size).toBe(ALL.length);
    expect(ALL.length).toBeGreaterThan(50);
  });
});

describe('a function that is not one of ours', () => {
  const { iovIterExtractKvecPages: kvec, iovIterExtractUserPages: user, bioIovIterGetPages: bio } = late.functions;
  const has = (change: () => unknown, ret: number): number => {
    if (ret > 0) change();
    return ret;
  };
  const WRONG: readonly (readonly [what: string, override: Partial<KernelFunctions>, said: string])[] = [
    ['returns NaN', { iovIterExtractKvecPages: () => Number.NaN }, 'returned NaN, not an integer.'],
    ['returns a fraction', { iovIterExtractKvecPages: () => 0.5 }, 'returned 0.5, not an integer.'],
    ['returns what no size is', { iovIterExtractKvecPages: () => 2 ** 40 }, '1099511627776 bytes'],
    ['returns an error of its own', { iovIterExtractKvecPages: () => -4095 }, 'It returned -4095; promised was 1'],
    [
      'lists no page',
      { iovIterExtractUserPages: (k, i, m, n) => has(() => k.pagesArray.fill(null), user(k, i, m, n)) },
      'Entry 0 is NULL; the buffer goes on in U0',
    ],
    [
      'has an offset that is no number',
      { iovIterExtractKvecPages: (k, i, m, n) => has(() => (k.out.start = Number.NaN), kvec(k, i, m, n)) },
      'from offset NaN on',
    ],
    [
      'counts arrays below 0',
      { iovIterExtractKvecPages: (k, i, m, n) => has(() => (k.arrays = -1), kvec(k, i, m, n)) },
      '-1 page arrays are allocated',
    ],
    [
      'leaves the vector',
      { iovIterExtractKvecPages: (k, i, m, n) => has(() => (i.seg = 77), kvec(k, i, m, n)) },
      'The iterator stands nowhere in its vector',
    ],
    [
      'forgets the vector',
      { iovIterExtractKvecPages: (k, i, m, n) => has(() => (i.vec = null), kvec(k, i, m, n)) },
      'The iterator is over other memory than before.',
    ],
    [
      'turns round',
      { iovIterExtractUserPages: (k, i, m, n) => has(() => (i.type ^= 1), user(k, i, m, n)) },
      'The iterator was for READ, and is for WRITE.',
    ],
    [
      'goes round for ever',
      {
        iovIterExtractKvecPages(k) {
          for (;;) k.turn('mine');
        },
      },
      'mine() went round',
    ],
    [
      'makes a bio too large',
      {
        bioIovIterGetPages(k, i) {
          const ret = bio(k, i);
          k.request.bytes = 1e9;
          return ret;
        },
      },
      'which has 1000000000',
    ],
  ];

  test.each(WRONG)('%s is told so', (what, override, said) => {
    const spec = { id: what.replaceAll(' ', '-'), title: what, source: [], base: late, override };
    const found = search(guardDesign(defineDesign(spec)), 'extract', 'tiny,vpages=1,segs=1');
    const texts = found.classes.flatMap(({ path }) =>
      replay(found.runner, path).steps.flatMap((step) => step.found.map(({ explanation }) => explanation)),
    );
    expect(texts.join('\n')).toContain(said);
  });
});

describe('the random engine', () => {
  const SAMPLE = [LISTS[1], HOLDS[0], HOLDS[3], MOVES[0], DEVICES[0]];

  test.each(SAMPLE)('finds, too, that $about', ({ design, scenario }) => {
    const bounds = 'tiny,segs=1';
    const all = search(design, scenario, bounds).classes.filter((c) => !c.isAfterOthers);
    const runner = new Runner(design, parseBounds(bounds, undefined, SCENARIOS[scenario]), scenario);
    const { classes } = runRandom(runner, { seed: 1, steps: 60_000, isOver: () => false });
    const name = ({ class: c }: { class: { invariant: string; op: string } }): string => `${c.invariant} ${c.op}`;
    const found = new Set(classes.map(name));
    expect(all.map(name).filter((kind) => !found.has(kind))).toEqual([]);
  });
});

/** Counters of the ring from where the iterator began, so that they do not wrap under a comparison (F-10). */
function unwrapped(base: Design): Design {
  const shift = (k: Kernel, i: IovIter, by: number): void => {
    for (const at of [k.pipe, i]) at.head = (at.head + by) & k.headMask;
    k.pipe.tail = (k.pipe.tail + by) & k.headMask;
    i.startHead = (i.startHead + by) & k.headMask;
  };
  return defineDesign({
    id: `${base.id}-unwrapped`,
    title: 'without F-10',
    source: [],
    base,
    override: {
      iovIterRevert(k, i, unroll) {
        const by = i.flavour === ITER_PIPE ? i.startHead : 0;
        shift(k, i, -by);
        base.functions.iovIterRevert(k, i, unroll);
        shift(k, i, by);
      },
    },
  });
}

describe('symmetry', () => {
  test.each([
    ['linux-6.12', designOf('linux-6.12')],
    ['extract-rfc-2022', unwrapped(designOf('extract-rfc-2022'))],
  ])('%s: with and without it the same is found, as shortly', (_id, design) => {
    const on = search(design, 'extract', 'tiny,segs=1');
    const off = search(design, 'extract', 'tiny,segs=1,symmetry=off');
    expect(on.isExhausted && off.isExhausted).toBe(true);
    expect(off.states).toBeGreaterThanOrEqual(on.states);
    expect(kinds(on)).toEqual(kinds(off));
  });

  test('a page that is freed under its owner is not taken for another one', () => {
    // Whether alloc_page() gives such a page must not depend on how pages are named in between.
    const design = defineDesign({
      id: 'put-twice',
      title: 'a pin is dropped, and a reference more',
      source: [],
      base: late,
      override: {
        unpinUserPage(k, page) {
          late.functions.unpinUserPage(k, page);
          putPage(k, page, 'unpin_user_page');
        },
      },
    });
    const found = search(design, 'fork-dma', 'tiny');
    expect(found.lines.length).toBeGreaterThan(0);
    for (const { path, class: c } of found.classes) {
      const { steps } = replay(found.runner, path);
      expect(steps).toHaveLength(path.length);
      expect(steps.at(-1)?.found).toContainEqual(expect.objectContaining({ invariant: c.invariant, op: c.op }));
    }
  });
});

describe('state outside the kernel', () => {
  test('is not there in extract', () => {
    const { runner, explorer } = search(late, 'extract', 'tiny,segs=1');
    expect(findImpurity(runner, explorer.store)).toBeUndefined();
  });

  test('is found where it is', () => {
    let calls = 0;
    const design = defineDesign({
      id: 'remembers',
      title: 'refuses every third call',
      source: [],
      base: late,
      override: {
        iovIterExtractKvecPages: (k, i, maxsize, maxpages) =>
          ++calls % 3 === 0 ? 0 : late.functions.iovIterExtractKvecPages(k, i, maxsize, maxpages),
      },
    });
    const { runner, explorer } = search(design, 'extract', 'tiny,segs=1');
    expect(findImpurity(runner, explorer.store)).toMatch(/iov_iter_extract_pages .* did two/);
  });
});
