/** Designs of model/designs/history that were added last: each caught by its rule, shortest, and not without its bug. */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { resolveOp } from '#iov/harness/op-text.js';
import { Runner } from '#iov/harness/runner.js';
import type { Design } from '#iov/model/design.js';
import { defineDesign } from '#iov/model/design.js';
import { design as atomicRedo } from '#iov/model/designs/history/atomic-redo.js';
import { design as copyMcShort } from '#iov/model/designs/history/copy-mc-short.js';
import { design as folioqPastEnd } from '#iov/model/designs/history/folioq-past-end.js';
import { slotAdd } from '#iov/model/linux/5.8/pipe.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from './search.js';

describe('the shortest trace', () => {
  test.each<[string, ScenarioName, string, string, string[]]>([
    [
      'copy-mc-short',
      'pipe-iter',
      'default,ring=1,files=1',
      'no-unwritten-byte-readable _copy_mc_to_iter',
      ['iov_iter_pipe count=1', '_copy_mc_to_iter bytes=1 poison_at=0'],
    ],
    ['atomic-redo', 'packet', 'default', 'bytes-in-order readv', ['pwrite fd=w size=2 mark=0', 'readv size=3 split=1']],
    ['atomic-redo', 'packet', 'default', 'no-bug readv', ['pwrite fd=w size=2', 'readv size=2 split=1']],
    [
      'folioq-past-end',
      'iov-iter',
      'tiny',
      'count-consumed-exactly copy_to_iter',
      [
        'iov_iter_folio_queue vec=folioq:2+2 direction=READ count=full',
        'iov_iter_extract_pages maxsize=2 maxpages=4',
        'copy_to_iter bytes=1',
      ],
    ],
    [
      'occupancy-16-bit',
      'packet',
      'default',
      'returns-what-it-promised pwrite',
      ['pwrite fd=w size=1', 'pread size=1', 'pwrite fd=w size=3', 'pread size=3', 'pwrite fd=w size=3'],
    ],
  ])('of %s, %s', (id, scenario, bounds, rule, trace) => {
    const found = search(designOf(id), scenario, bounds, 1_500_000);
    const it = found.classes.find((c) => `${c.class.invariant} ${c.class.op}` === rule);
    expect(it?.path.map((n) => found.runner.ops[n].text)).toEqual(trace);
  });
});

describe('without its bug the same design is clean', () => {
  const mended = (base: Design, override: Parameters<typeof defineDesign>[0]['override']): Design =>
    defineDesign({ id: 'mended', title: 'mended', source: [], base, override });

  test('copy_mc_pipe_to_iter() that drops what it did not fill (c3497fd009ef)', () => {
    const right = mended(copyMcShort, {
      copyMcPipeToIter(k, bytes, i) {
        const xfer = copyMcShort.functions.copyMcPipeToIter(k, bytes, i);
        const { pipe } = k;
        let valid = i.head;
        if (i.iovOffset !== 0) {
          const buf = pipe.bufs[i.head & (pipe.ringSize - 1)];
          buf.len = i.iovOffset - buf.offset;
          valid = buf.len === 0 ? i.head : slotAdd(k, i.head, 1);
        }
        while (pipe.head !== valid) {
          pipe.head = slotAdd(k, pipe.head, -1);
          k.fn.pipeBufRelease(k, pipe.bufs[pipe.head & (pipe.ringSize - 1)]);
        }
        return xfer;
      },
    });
    const found = search(right, 'pipe-iter', 'tiny,page=2');
    expect(found.lines.filter((line) => line.includes('copy_mc'))).toEqual([
      expect.stringMatching(/^packet-boundaries _copy_mc_to_iter/),
    ]);
  });

  test('a second try that begins where the first did', () => {
    const right = mended(atomicRedo, {
      pipeReadv: (k, totalLen, split) => atomicRedo.functions.pipeReadv(k, totalLen, split === 0 ? 0 : totalLen),
    });
    expect(search(right, 'packet', 'default').lines).toEqual([]);
  });

  test('a walk that looks at what is left of a folio, with the same lists between the copies', () => {
    const { copyToIter, copyFromIter, iovIterZero } = designOf('linux-6.12').functions;
    const right = mended(folioqPastEnd, { copyToIter, copyFromIter, iovIterZero });
    const known = search(designOf('linux-6.12'), 'iov-iter', 'tiny').lines;
    expect(search(right, 'iov-iter', 'tiny').lines).toEqual(known);
  });
});

test('FIONREAD goes round where head has wrapped, and no more where the counters are masked', () => {
  const play = (design: Design): [string, number] => {
    const bounds = parseBounds('default,ring=1,slots=0,symmetry=off', undefined, SCENARIOS.splice);
    const runner = new Runner(design, bounds, 'splice');
    for (const text of ['pwrite fd=A.w size=1', 'pread pipe=A size=1', 'pwrite fd=A.w size=1', 'fionread pipe=A']) {
      const n = resolveOp(runner, text);
      if (typeof n !== 'number') throw new Error(n.problem);
      runner.step(n);
    }
    return [runner.k.fatal, runner.judged.ret];
  };
  expect(play(designOf('fionread-16-bit'))).toEqual(['every-loop-ends', 0]);
  expect(play(designOf('linux-6.18'))).toEqual(['', 1]);
});
