/**
 * The scenario iov-iter: every operation on every flavour but the pipe, held against the flat
 * list of bytes. Defects that nobody ever wrote, each with the shortest trace that shows it.
 */
import { Path } from '#iov/harness/replay.js';
import { defineDesign } from '#iov/model/design.js';
import type { Design } from '#iov/model/design.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { IovIter, Kernel } from '#iov/model/kernel.js';
import { ITER_DISCARD, ITER_IOVEC, ITER_KVEC } from '#iov/model/kernel.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

const linux61 = designOf('linux-6.1');
const base = linux61.functions;
const SMALL = 'default,vpages=1,files=1';

function planted(id: string, override: Partial<KernelFunctions>): Design {
  return defineDesign({ id, title: id, source: [], base: linux61, override, scenarios: ['iov-iter'] });
}

/** Bytes of the segment in which the iterator stands. */
const segLen = (i: IovIter): number => i.vec?.iov[i.seg]?.len ?? 0;

/** A copy that takes the place of copy_to_iter() where the iterator stands at an empty segment. */
function skipsWrongly(k: Kernel, bytes: number, i: IovIter): number {
  if (i.flavour === ITER_IOVEC && i.segs > 1 && segLen(i) === 0 && bytes > 0 && i.count > 0) {
    // It goes on with the next segment, and forgets that nothing of it was done.
    i.seg++;
    i.segs--;
    i.iovOffset = Math.min(1, segLen(i) - 1);
  }
  return base.copyToIter(k, bytes, i);
}

/** Writes the byte behind the last one, too, where it is in the same page. */
function oneTooFar(k: Kernel, bytes: number, i: IovIter): number {
  const from = i.vec?.iov[i.seg]?.base ?? 0;
  const ret = base.copyToIter(k, bytes, i);
  const at = from + ret;
  if (i.flavour === ITER_IOVEC && ret > 0 && at < k.pageSize) k.userPages[0].data[at] = k.kbuf[ret];
  return ret;
}

/** Revert that loses a byte where it comes into another segment. */
function oneOff(k: Kernel, i: IovIter, unroll: number): void {
  const { seg } = i;
  const isInside = i.flavour === ITER_KVEC && i.segs > 0;
  base.iovIterRevert(k, i, unroll);
  if (isInside && i.seg < seg && i.iovOffset > 0) i.iovOffset--;
}

/** Advance that takes an empty segment for the end of what it has to pass. */
function stopsAtEmpty(k: Kernel, i: IovIter, size: number): void {
  const { seg, count } = i;
  base.iovIterIovecAdvance(k, i, size);
  for (let s = seg; s < i.seg; s++) {
    if (i.vec?.iov[s].len !== 0 || size === 0 || count === 0) continue;
    i.segs += i.seg - s;
    i.seg = s;
    i.iovOffset = 0;
  }
}

interface Planted {
  readonly name: string;
  readonly override: Partial<KernelFunctions>;
  readonly breaks: string;
  readonly trace: readonly string[];
}

const PLANTED: readonly Planted[] = [
  {
    name: 'a copy skips an empty segment wrongly',
    override: { copyToIter: skipsWrongly },
    breaks: 'copies-what-it-says',
    trace: ['iov_iter_init vec=iovec:[0+0,0+2] direction=READ count=full', 'copy_to_iter bytes=1'],
  },
  {
    name: 'a copy goes one byte too far',
    override: { copyToIter: oneTooFar },
    breaks: 'copies-what-it-says',
    trace: ['iov_iter_init vec=iovec:[0+1] direction=READ count=full', 'copy_to_iter bytes=1'],
  },
  {
    name: 'a copy out of the iterator goes one byte too far',
    override: {
      copyFromIter(k, bytes, i) {
        const ret = base.copyFromIter(k, bytes, i);
        if (i.flavour === ITER_KVEC) k.kbuf[k.kbufAt + ret] = 0;
        return ret;
      },
    },
    breaks: 'copies-what-it-says',
    trace: ['iov_iter_kvec vec=kvec:[0+1] direction=WRITE count=full', 'copy_from_iter bytes=0'],
  },
  {
    name: 'zero writes one byte less',
    override: {
      iovIterZero(k, bytes, i) {
        const n = Math.min(bytes, i.count);
        if (n === 0) return 0;
        const ret = base.iovIterZero(k, n - 1, i);
        if (ret < n - 1) return ret;
        base.iovIterAdvance(k, i, 1);
        return n;
      },
    },
    breaks: 'copies-what-it-says',
    trace: ['iov_iter_init vec=iovec:[0+1] direction=READ count=full', 'iov_iter_zero bytes=1'],
  },
  {
    name: 'a sum over the wrong bytes',
    override: {
      csumAndCopyToIter(k, bytes, i) {
        const ret = base.csumAndCopyToIter(k, bytes, i);
        if (ret > 1) k.out.csum += k.kbuf[0] - k.kbuf[1];
        return ret;
      },
    },
    breaks: 'returns-what-it-promised',
    trace: ['iov_iter_init vec=iovec:[0+2] direction=READ count=full', 'csum_and_copy_to_iter bytes=2'],
  },
  {
    name: 'a copy says more than it has done where memory faults',
    override: {
      copyFromIterNocache(k, bytes, i) {
        const ret = base.copyFromIterNocache(k, bytes, i);
        return k.isFaultHit ? ret + 1 : ret;
      },
    },
    breaks: 'returns-what-it-promised',
    trace: ['iov_iter_init vec=iovec:[0+1] direction=WRITE count=full', 'copy_from_iter_nocache bytes=1 fault_at=0'],
  },
  {
    name: 'a copy that fails as a whole does not go back',
    override: { copyFromIterFull: (k, bytes, i) => (base.copyFromIter(k, bytes, i) === bytes ? 1 : 0) },
    breaks: 'count-consumed-exactly',
    trace: ['iov_iter_init vec=iovec:[0+1] direction=WRITE count=full', 'copy_from_iter_full bytes=4'],
  },
  {
    name: 'a machine check is not seen',
    override: { copyMcToIter: (k, bytes, i) => base.copyToIter(k, bytes, i) },
    breaks: 'returns-what-it-promised',
    trace: ['iov_iter_init vec=iovec:[0+1] direction=READ count=full', '_copy_mc_to_iter bytes=1 poison_at=0'],
  },
  {
    name: 'a retry entry of the xarray ends the copy',
    override: {
      copyPageFromIter: (k, page, at, n, i) => (k.xaRetry < 0 ? base.copyPageFromIter(k, page, at, n, i) : 0),
    },
    breaks: 'returns-what-it-promised',
    trace: [
      'iov_iter_xarray vec=xarray:F0@0 direction=WRITE count=full',
      'copy_page_from_iter bytes=1 retry_at=0 offset=0',
    ],
  },
  {
    name: 'revert across a segment lands one off',
    override: { iovIterRevert: oneOff },
    breaks: 'count-consumed-exactly',
    trace: [
      'iov_iter_kvec vec=kvec:[0+2,0+0] direction=READ count=full',
      'copy_to_iter bytes=2',
      'iov_iter_revert unroll=1',
    ],
  },
  {
    name: 'advance does not pass empty segments',
    override: { iovIterIovecAdvance: stopsAtEmpty },
    breaks: 'count-consumed-exactly',
    trace: ['iov_iter_init vec=iovec:[0+0,0+1] direction=READ count=full', 'iov_iter_advance size=1'],
  },
  {
    name: 'restore leaves the segments',
    override: {
      iovIterRestore(_k, i, state) {
        i.iovOffset = state.iovOffset;
        i.count = state.count;
      },
    },
    breaks: 'count-consumed-exactly',
    trace: ['iov_iter_init vec=iovec:[0+1] direction=READ count=full', 'iov_iter_restore after=1'],
  },
  {
    name: 'discard does not count',
    override: {
      iovIterAdvance: (k, i, size) => (i.flavour === ITER_DISCARD ? undefined : base.iovIterAdvance(k, i, size)),
    },
    breaks: 'count-consumed-exactly',
    trace: ['iov_iter_discard count=1', 'iov_iter_advance size=1'],
  },
  {
    name: 'npages is off by one',
    override: { iovIterNpages: (k, i, maxpages) => Math.min(base.iovIterNpages(k, i, maxpages) + 1, maxpages) },
    breaks: 'queries-match-their-definition',
    trace: ['iov_iter_init vec=iovec:[0+1] direction=READ count=full', 'iov_iter_npages maxpages=2'],
  },
  {
    name: 'single_seg_count says what all segments have',
    override: { iovIterSingleSegCount: (_k, i) => i.count },
    breaks: 'queries-match-their-definition',
    trace: ['iov_iter_init vec=iovec:[0+0,0+1] direction=READ count=full', 'iov_iter_single_seg_count'],
  },
  {
    name: 'is_aligned forgets the lengths',
    override: { iovIterIsAligned: (k, i, addr) => base.iovIterIsAligned(k, i, addr, 0) },
    breaks: 'queries-match-their-definition',
    trace: ['iov_iter_init vec=iovec:[0+1] direction=READ count=full', 'iov_iter_is_aligned addr_mask=0 len_mask=1'],
  },
  {
    name: 'fault_in says that all is there',
    override: { iovIterFaultInReadable: () => 0 },
    breaks: 'queries-match-their-definition',
    trace: [
      'iov_iter_init vec=iovec:[0+1] direction=WRITE count=full',
      'fault_in_iov_iter_readable bytes=1 fault_at=0',
    ],
  },
  {
    name: 'dup_iter moves the original',
    override: {
      dupIter(k, to, from) {
        const ret = base.dupIter(k, to, from);
        base.iovIterAdvance(k, from, 1);
        return ret;
      },
    },
    breaks: 'queries-change-nothing',
    trace: ['iov_iter_init vec=iovec:[0+1] direction=READ count=full', 'dup_iter'],
  },
  {
    name: 'dup_iter forgets where in the segment it was',
    override: {
      dupIter(k, to, from) {
        const ret = base.dupIter(k, to, from);
        to.iovOffset = 0;
        return ret;
      },
    },
    breaks: 'queries-match-their-definition',
    trace: ['iov_iter_init vec=iovec:[0+2] direction=READ count=full', 'iov_iter_advance size=1', 'dup_iter'],
  },
];

describe('a planted defect is found, with its shortest trace', () => {
  test.each(PLANTED)('$name', ({ name, override, breaks, trace }) => {
    const found = search(planted(name.replaceAll(' ', '-'), override), 'iov-iter', SMALL);
    const op = trace.at(-1)?.split(' ')[0];
    const cls = found.classes.find((c) => c.class.invariant === breaks && c.class.op === op);
    expect(cls?.path.map((n) => found.runner.ops[n].text)).toEqual(trace);
  });
});

describe('what was copied wrongly is said in words', () => {
  const explained = (bounds: string): string => {
    const { runner, classes } = search(planted('too-far', { copyToIter: oneTooFar }), 'iov-iter', bounds, 100_000);
    const cls = classes.find((c) => c.class.invariant === 'copies-what-it-says');
    const path = new Path(runner);
    for (const op of cls?.path ?? []) path.take(op);
    return path.found.find((f) => f.invariant === 'copies-what-it-says')?.explanation ?? '';
  };

  test('by the byte that it was', () => {
    expect(explained(SMALL)).toBe(
      'After it, byte 1 of page U0 is now byte 1 of the kernel buffer, and has to be byte 1 of page U0.',
    );
  });

  test('by its value, where there are too many bytes to tell apart', () => {
    expect(explained('default,page=16,lengths=edge,vpages=4,files=1,segs=1')).toBe(
      'After it, byte 1 of page U0 is now 130, and has to be 18.',
    );
  });
});
