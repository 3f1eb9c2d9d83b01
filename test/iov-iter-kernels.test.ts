/**
 * The scenario iov-iter on the kernels: golden counts, and what is found in each, with its
 * shortest trace. A number that changes is a changed model: say why in the commit.
 */
import type { Design } from '#iov/model/design.js';
import { design as linux612 } from '#iov/model/designs/linux-6.12.js';
import { design as linux618 } from '#iov/model/designs/linux-6.18.js';
import { design as linux63 } from '#iov/model/designs/linux-6.3.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

const linux61 = designOf('linux-6.1');

/** What is wrong with the kernels themselves, each with its shortest trace; the finding is in docs/findings.md. */
const IN_ALL_SINCE_5_14 = [
  'queries-match-their-definition iov_iter_gap_alignment: iov_iter_init vec=iovec:[0+2,1+1] direction=READ count=full; iov_iter_advance size=1; iov_iter_gap_alignment',
];
const GAP_BEFORE_5_14 =
  'queries-match-their-definition iov_iter_gap_alignment: iov_iter_init vec=iovec:[0+1,0+1] direction=READ count=full; iov_iter_gap_alignment';
const SUM_OF_DISCARDED = [
  'count-consumed-exactly csum_and_copy_to_iter: iov_iter_discard count=1; csum_and_copy_to_iter bytes=1',
  'returns-what-it-promised csum_and_copy_to_iter: iov_iter_discard count=1; csum_and_copy_to_iter bytes=8',
];
const SINGLE_SEG_OF_FOLIOQ =
  'queries-match-their-definition iov_iter_single_seg_count: iov_iter_folio_queue vec=folioq:2+2 direction=READ count=full; iov_iter_advance size=1; iov_iter_single_seg_count';
const restoreWarns = (vec: string): string =>
  `no-warn iov_iter_restore: iov_iter_${vec.split(':')[0]} vec=${vec} direction=READ count=full; iov_iter_restore after=0`;

interface Golden {
  readonly design: Design;
  readonly states: number;
  readonly edges: number;
  readonly depth: number;
  /** Ops that never end where the iterator stands at an empty bio_vec. */
  readonly hangs: number;
  readonly lines: readonly string[];
}

const GOLDEN: readonly Golden[] = [
  { design: designOf('linux-4.8'), states: 4510, edges: 157622, depth: 5, hangs: 13, lines: [GAP_BEFORE_5_14] },
  { design: designOf('linux-4.10'), states: 4510, edges: 185552, depth: 5, hangs: 16, lines: [GAP_BEFORE_5_14] },
  {
    design: designOf('linux-5.8'),
    states: 12600,
    edges: 608475,
    depth: 6,
    hangs: 18,
    lines: [
      GAP_BEFORE_5_14,
      'count-consumed-exactly _copy_mc_to_iter: iov_iter_kvec vec=kvec:[0+2] direction=READ count=full; _copy_mc_to_iter bytes=2 poison_at=1',
      'count-consumed-exactly copy_page_to_iter: iov_iter_discard count=1; copy_page_to_iter bytes=1 offset=0',
      'returns-what-it-promised copy_page_to_iter: iov_iter_discard count=1; copy_page_to_iter bytes=2 offset=0',
    ],
  },
  {
    design: linux61,
    states: 8736,
    edges: 492546,
    depth: 6,
    hangs: 0,
    lines: [...IN_ALL_SINCE_5_14, restoreWarns('ubuf:[0+1]')],
  },
  {
    design: linux63,
    states: 17472,
    edges: 985242,
    depth: 6,
    hangs: 0,
    lines: [...IN_ALL_SINCE_5_14, ...SUM_OF_DISCARDED, restoreWarns('ubuf:[0+1]')],
  },
  {
    design: linux612,
    states: 17688,
    edges: 1081542,
    depth: 6,
    hangs: 0,
    lines: [...IN_ALL_SINCE_5_14, ...SUM_OF_DISCARDED, restoreWarns('kvec:[0+1]'), SINGLE_SEG_OF_FOLIOQ],
  },
  {
    // No iov_iter_is_aligned() since 6.18: fewer edges, the same states.
    design: linux618,
    states: 17688,
    edges: 1035822,
    depth: 6,
    hangs: 0,
    lines: [...IN_ALL_SINCE_5_14, ...SUM_OF_DISCARDED, restoreWarns('kvec:[0+1]'), SINGLE_SEG_OF_FOLIOQ],
  },
];

describe('the kernels, at default bounds', () => {
  test.each(GOLDEN)('$design.id', ({ design, hangs, lines, ...counts }) => {
    const found = search(design, 'iov-iter', 'default');
    const { states, edges, depth } = found;
    expect({ states, edges, depth }).toEqual(counts);
    expect(found.isExhausted).toBe(true);
    expect(found.runner.reached.missing()).toEqual([]);
    const texts = found.classes.map(
      ({ class: c, path }) => `${c.invariant} ${c.op}: ${path.map((n) => found.runner.ops[n].text).join('; ')}`,
    );
    const isHang = (text: string): boolean => text.startsWith('every-loop-ends ');
    expect(texts.filter((text) => !isHang(text)).sort()).toEqual([...lines].sort());
    expect(texts.filter(isHang)).toHaveLength(hangs);
    for (const text of texts.filter(isHang)) expect(text).toContain('vec=bvec:[0+0,0+1]');
  });

  test('a write through the wrong iterator is misuse, and refused since 6.2', () => {
    const broken = (design: Design): string[] =>
      search(design, 'iov-iter', 'tiny,vpages=1,segs=1,lengths=edge,callers=careless')
        .classes.filter((c) => c.class.op === 'copy_to_iter')
        .map((c) => c.class.invariant);
    expect(broken(linux61)).toEqual(['returns-what-it-promised', 'copies-what-it-says']);
    expect(broken(linux63)).toEqual(['no-warn']);
  });
});
