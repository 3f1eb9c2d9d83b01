/** Two designs side by side: what is told to differ, what is not, and by how short a run. */
import type { Design } from '#iov/model/design.js';
import { defineDesign } from '#iov/model/design.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import { PIPE_BUF_FLAG_PACKET } from '#iov/model/kernel.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from '../search.js';
import type { Compared } from './pairs.js';
import { compare } from './pairs.js';

const like = (base: Design, override: Partial<KernelFunctions> = {}): Design =>
  defineDesign({ id: 'like', title: 'another one', source: [], base, override });

describe('a design and a copy of it', () => {
  test.each<[string, ScenarioName, string]>([
    ['linux-4.10', 'pipe-iter', 'tiny,lengths=edge,contents=off,oom=off'],
    ['linux-6.1', 'pipe-iter', 'tiny,lengths=edge,contents=off,oom=off'],
    ['linux-6.1', 'packet', 'tiny'],
    ['linux-6.12', 'iov-iter', 'tiny,vpages=1,segs=1'],
    ['linux-6.18', 'fork-dma', 'tiny'],
    ['linux-6.1', 'splice', 'tiny'],
    ['linux-6.18', 'blocking', 'tiny'],
    ['linux-6.1', 'vmsplice', 'tiny'],
    ['linux-6.12', 'sendfile', 'tiny'],
    ['linux-6.12', 'file-splice', 'tiny'],
    ['read-to-read-rfc-2022', 'read-to-read', 'tiny'],
  ])('%s, %s: no difference, in as many states as it has', (id, scenario, bounds) => {
    const design = designOf(id);
    const full = search(design, scenario, `${bounds},symmetry=ring+anon`, 3_000);
    const taken = full.runner.never.filter((never) => never === 0).length;
    for (const isLockstep of [false, true]) {
      const both = compare(design, like(design), scenario, `${bounds},symmetry=ring+anon`, {
        isLockstep,
        steps: 3_000,
      });
      expect(both.lines).toEqual([]);
      expect(both.pair.ops).toHaveLength(taken);
      if (full.isExhausted) expect([both.states, both.edges]).toEqual([full.states, full.edges]);
    }
  });
});

describe('one statement that is another', () => {
  const linux61 = designOf('linux-6.1');

  test('a reference that is not taken, by the rule it breaks', () => {
    const mutant = like(linux61, { pipeBufGet: () => true });
    const found = compare(linux61, mutant, 'splice', 'tiny', { isFirstOnly: true });
    expect(found.traceOf('rules-broken', 'tee')).toEqual(['pwrite fd=A.w size=1', 'tee from=A to=B len=1']);
  });

  test('a packet that is not one, by what a reader finds', () => {
    const mutant = like(linux61, {
      pipeBufMarkUnmergeable(_k, obuf) {
        obuf.flags &= ~PIPE_BUF_FLAG_PACKET;
      },
    });
    const found = compare(linux61, mutant, 'splice', 'tiny', { isFirstOnly: true });
    expect(found.lines).toEqual(['bytes-readable tee 2']);
  });

  test('another return value, and another errno', () => {
    const more = like(linux61, { pipeWrite: (k, size, fd) => Math.min(1, linux61.functions.pipeWrite(k, size, fd)) });
    expect(compare(linux61, more, 'packet', 'tiny', { isFirstOnly: true }).lines).toEqual(['return-value pwrite 1']);
    const other = like(linux61, {
      pipeRead(k, size) {
        const ret = linux61.functions.pipeRead(k, size);
        return ret === -11 ? -5 : ret;
      },
    });
    expect(compare(linux61, other, 'packet', 'tiny', { isFirstOnly: true }).lines).toEqual(['error pread 1']);
  });

  test('a warning, and a call that does not return', () => {
    const warns = like(linux61, {
      pipeRead(k, size) {
        k.warn('pipe_read');
        return linux61.functions.pipeRead(k, size);
      },
    });
    expect(compare(linux61, warns, 'packet', 'tiny', { isFirstOnly: true }).lines).toEqual(['warn pread 1']);
    const dies = like(linux61, { pipeRead: (k) => k.die('no-bug', 'pipe_read', 'BUG') });
    expect(compare(linux61, dies, 'packet', 'tiny', { isFirstOnly: true }).lines).toEqual(['does-not-return pread 1']);
    expect(compare(dies, dies, 'packet', 'tiny').lines).toEqual([]);
  });

  test('a field that no caller sees is a difference in lockstep alone', () => {
    const mutant = like(linux61, {
      pipeRead(k, size) {
        const ret = linux61.functions.pipeRead(k, size);
        for (const buf of k.pipe.bufs) if (buf.ops === 0) buf.flags = 0;
        return ret;
      },
    });
    const bounds = 'tiny,stale=flags';
    expect(compare(linux61, mutant, 'packet', bounds).lines).toEqual([]);
    expect(compare(linux61, mutant, 'packet', bounds, { isLockstep: true, isFirstOnly: true }).lines).toEqual([
      'state pread 2',
    ]);
  });

  test('where both break the same rule, what follows is compared', () => {
    const warns = like(linux61, {
      pipeRead(k, size) {
        k.warn('pipe_read');
        return linux61.functions.pipeRead(k, size);
      },
    });
    const andMore = like(warns, {
      pipeWrite: (k, size, fd) => (size > 1 ? -5 : linux61.functions.pipeWrite(k, size, fd)),
    });
    const found = compare(warns, andMore, 'packet', 'tiny');
    expect(found.lines).toContain('error pwrite 1');
    expect(found.states).toBeGreaterThan(1);
  });
});

describe('each bug of the history differs from the kernel without it', () => {
  test.each<[string, ScenarioName, string, string, number]>([
    ['revert-braino', 'pipe-iter', 'tiny', 'rules-broken iov_iter_revert', 3],
    ['default-read-floor', 'sendfile', 'tiny', 'return-value sendfile', 1],
    ['iomap-pipe-leak', 'file-splice', 'tiny', 'bytes-readable splice_file', 1],
    ['splice-full-livelock', 'sendfile', 'tiny', 'error sendfile', 1],
    ['sendfile-short-actor', 'sendfile', 'tiny', 'files sendfile', 1],
    ['sendfile-to-pipe', 'sendfile', 'tiny', 'error sendfile', 1],
    ['splice-to-append', 'file-splice', 'tiny', 'error splice_to_file', 1],
    ['splice-empty-buffer', 'vmsplice', 'tiny', 'error vmsplice_out', 2],
    ['tee-merge', 'splice', 'tiny', 'error pwrite', 3],
    ['splice-to-pipe-flags', 'splice', 'tiny', 'error splice_file', 2],
    ['splice-to-pipe-leak', 'splice', 'tiny', 'error splice_file', 2],
    ['fuse-stolen-page', 'vmsplice', 'tiny', 'rules-broken fuse_dev_splice_write', 2],
    ['fuse-released-flags', 'vmsplice', 'tiny', 'does-not-return fuse_dev_splice_write', 2],
    ['close-wakes-one', 'blocking', 'tiny', 'tasks close', 2],
    ['write-stale-head', 'blocking', 'tiny', 'tasks pwrite_continue', 4],
    ['zero-page-pins', 'fork-dma', 'tiny', 'references iov_iter_extract_pages', 2],
  ])('%s, %s, %s', (id, scenario, bounds, what, steps) => {
    const design = designOf(id);
    if (design.base === undefined) throw new Error(`${id} has no base`);
    const found = compare(design.base, design, scenario, bounds, { isFirstOnly: true, steps: 50_000 });
    expect(found.lines).toEqual([`${what} ${steps}`]);
    // No later than the rule is seen to break.
    for (const { steps: known = steps } of design.expect.violates ?? []) expect(steps).toBeLessThanOrEqual(known);
  });
});

describe('names and representation', () => {
  test('of a ring of the old form and one of the new: only a write that has faulted leaves something else', () => {
    const { lines, isExhausted } = compare(designOf('linux-4.10'), designOf('linux-5.8'), 'packet', 'tiny');
    expect([isExhausted, lines]).toEqual([true, ['error pwrite 2', 'bytes-readable pwrite 2', 'error pread 2']]);
  });

  test('of pages and slots: a search that renames finds what one that does not finds', () => {
    const linux410 = designOf('linux-4.10');
    const mutant = like(linux410, {
      pipeRead(k, size) {
        const ret = linux410.functions.pipeRead(k, size);
        return ret === 2 ? -5 : ret;
      },
    });
    const of = (symmetry: string): Compared =>
      compare(linux410, mutant, 'packet', `page=2,ring=2,files=1,contents=off,oom=off,stale=none,symmetry=${symmetry}`);
    const [renamed, plain] = [of('ring+anon'), of('off')];
    expect([renamed.isExhausted, plain.isExhausted]).toEqual([true, true]);
    expect(renamed.lines).toEqual(plain.lines);
    expect([renamed.states, plain.states]).toEqual([236, 932]);
  });

  test('a call that one of them does not have is not taken', () => {
    const { pair } = compare(designOf('linux-5.8'), designOf('linux-6.1'), 'pipe-iter', 'tiny', { isFirstOnly: true });
    expect([pair.onlyA, pair.onlyB]).toEqual([['iov_iter_advance'], []]);
  });

  test('two that do not keep the same fields can not go in lockstep', () => {
    const go = (): unknown =>
      compare(designOf('linux-4.10'), designOf('linux-6.1'), 'pipe-iter', 'tiny', { isLockstep: true });
    expect(go).toThrow('leave --lockstep out');
  });
});
