/** One test for each part of seed 003 that has behaviour; docs/coverage-of-seeds.md names them by number. */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { resolveOp } from '#iov/harness/op-text.js';
import { Runner } from '#iov/harness/runner.js';
import { describe, expect, test } from 'vitest';
import { design } from '#iov/model/designs/read-to-read-rfc-2022.js';
import { SPLICE_F_DIRECT, SPLICE_F_READ_TO_READ } from '#iov/model/files.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { Played } from './play.js';
import { play } from './play.js';

const BOTH = 'DIRECT|READ_TO_READ';
const call = (files: string, flags: string, len: number, choice = ''): string =>
  `io_splice files=${files} flags=${flags} len=${len}${choice === '' ? '' : ` with=${choice}`}`;

const run = (...lines: string[]): Played => play(design, 'read-to-read', 'page=2,ring=2,files=3', lines);
const one = (files: string, flags: string, len: number, choice = ''): string =>
  run(call(files, flags, len, choice)).returns[0];

/** The calls of some functions in one op, with what they returned: `doSpliceTo 4`. */
function calls(line: string, ...names: (keyof KernelFunctions)[]): string[] {
  const seen: string[] = [];
  const functions = { ...design.functions } as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of names) {
    const fn = functions[name];
    functions[name] = (...args) => {
      const ret = fn(...args);
      seen.push(`${name} ${String(ret)}`);
      return ret;
    };
  }
  const watched = { ...design, functions: functions as unknown as KernelFunctions };
  const runner = new Runner(watched, parseBounds('page=2,ring=2,files=3'), 'read-to-read');
  const n = resolveOp(runner, line);
  if (typeof n !== 'number') throw new Error(n.problem);
  runner.step(n);
  return seen;
}

describe('the message', () => {
  test('003-01 the second splice_read consumes what the first one has put into the internal pipe', () => {
    expect(calls(call('fuse>f', BOTH, 3), 'spliceReadLender', 'directSpliceReadConsumerActor')).toEqual([
      'spliceReadLender 3',
      'directSpliceReadConsumerActor 3',
    ]);
  });

  test('003-02 the pages that are lent come back filled', () => {
    const p = run(call('fuse>f', BOTH, 5));
    expect([p.returns, p.broken]).toEqual([['5'], []]);
  });
});

describe('generic_file_splice_read', () => {
  const STALE = call('fuse>f', BOTH, 1, 'fail_alloc');

  test('003-03 without the mark it produces; with it, it consumes', () => {
    expect(calls(call('f>g', 'DIRECT', 1), 'iovIterPipe', 'iovIterBvec')).toHaveLength(2);
    expect(calls(call('fuse>f', BOTH, 1), 'iovIterPipe', 'iovIterBvec')).toEqual(['iovIterBvec undefined']);
    expect(run(STALE, call('f>g', 'DIRECT', 1)).returns[1]).toBe('1');
  });

  test('003-04 READ_TO_READ alone warns, and is -EINVAL', () => {
    const p = run(call('fuse>f', 'READ_TO_READ', 1));
    expect([p.returns, p.runner.k.warned]).toEqual([['-EINVAL'], 'generic_file_splice_read']);
  });

  test('003-05 no array: -ENOMEM, and nothing is read', () => {
    expect(calls(STALE, 'callReadIter', 'genericFileSpliceReadFile')).toEqual(['genericFileSpliceReadFile -12']);
  });

  test('003-06 an empty slot is no entry of the array', () => {
    const p = run(call('fuse>f', BOTH, 2, 'empty_slot:first'));
    expect([p.returns, p.broken]).toEqual([['2'], []]);
  });

  test('003-07 the file is read into the slots, at its position', () => {
    const p = run(call('fuse>f', BOTH, 3, 'off_out:1'));
    expect([p.returns, p.broken, p.runner.k.splice.offOut.pos]).toEqual([['3'], [], 4]);
  });

  test('003-08 what was read is dismissed: nothing is left for the end to release', () => {
    expect(calls(call('fuse>f', BOTH, 4), 'spliceDismissPipe', 'pipeBufRelease')).toEqual([
      'pipeBufRelease undefined',
      'pipeBufRelease undefined',
      'spliceDismissPipe false',
    ]);
  });

  test('003-09 an error of the second read discards nothing; -EFAULT is -EAGAIN', () => {
    expect(one('fuse>f', BOTH, 2, 'consumer:-EFAULT')).toBe('-EAGAIN');
    expect(one('fuse>f', BOTH, 2, 'consumer:-EIO')).toBe('-EIO');
    expect(calls(call('fuse>f', BOTH, 2, 'consumer:-EIO'), 'pipeDiscardFrom')).toEqual([]);
  });

  test('003-10 the mark is cleared after a read, whatever it returned, and by nothing else', () => {
    const marks = ['', 'consumer:-EIO', 'off_out:eof', 'fail_alloc'].map(
      (choice) => run(call('fuse>f', BOTH, 2, choice)).runner.k.added[0],
    );
    expect(marks).toEqual([0, 0, 0, 1]);
  });
});

describe('do_splice_to and splice_direct_to_actor', () => {
  test('003-11 the first call is a producer, the second one a consumer', () => {
    expect(calls(call('fuse>f', BOTH, 4), 'doSpliceTo')).toEqual(['doSpliceTo 4', 'doSpliceTo 4']);
  });

  test('003-12 a slot counts for a page, however long it is', () => {
    expect(one('fuse>f', BOTH, 4, 'big_slot')).toBe('2');
  });

  test('003-13 what does not fit at once is lent in a second turn', () => {
    expect(calls(call('fuse>f', BOTH, 5), 'doSpliceTo')).toEqual([4, 4, 1, 1].map((n) => `doSpliceTo ${n}`));
  });
});

describe('do_splice_direct_read_consumer', () => {
  test('003-14 a producer that does not mark the pipe is refused', () => {
    expect([one('f>g', BOTH, 1), one('own>f', BOTH, 1)]).toEqual(['-EINVAL', '-EINVAL']);
  });

  test('003-15 the actor reads as much as was produced', () => {
    expect(calls(call('fuse>f', BOTH, 3, 'producer:1'), 'directSpliceReadConsumerActor')).toEqual([
      'directSpliceReadConsumerActor 1',
      'directSpliceReadConsumerActor 2',
    ]);
  });

  test('003-16 no offset of in: NULL is read through', () => {
    const p = run(call('fuse>f', BOTH, 1, 'no_off_in'));
    expect([p.broken, p.runner.k.fatalFunction]).toEqual([['no-bug'], 'do_splice_direct_read_consumer']);
  });

  test('003-17 one of the two flags is enough for it', () => {
    const [k] = [run(call('fuse>f', BOTH, 1)).runner.k];
    const [fuse, f] = [k.splice.files[1], k.splice.files[2]];
    const ask = (flags: number): number => k.fn.doSpliceDirectReadConsumer(k, fuse, k.splice.offIn, f, null, 0, flags);
    expect([0, SPLICE_F_DIRECT, SPLICE_F_READ_TO_READ].map(ask)).toEqual([-22, 0, 0]);
  });

  test('003-18 out has to be open for reading', () => {
    expect(one('fuse>wo', BOTH, 1)).toBe('-EBADF');
  });

  test('003-19 out has to be a plain file', () => {
    expect([one('fuse>own', BOTH, 1), one('fuse>nosplice', BOTH, 1)]).toEqual(['-EINVAL', '-EINVAL']);
  });

  test('003-20 out is verified first, and once more when it is read', () => {
    expect(calls(call('fuse>f', BOTH, 1, 'deny_out'), 'rwVerifyArea', 'spliceReadLender')).toEqual([
      'rwVerifyArea -13',
    ]);
    expect(calls(call('fuse>f', BOTH, 1), 'rwVerifyArea')).toHaveLength(3);
  });

  test('003-21 the offset of in moves by what was moved, not by what was lent', () => {
    const p = run(call('fuse>f', BOTH, 4, 'consumer:1'));
    expect([p.returns, p.runner.k.splice.offIn.pos]).toEqual([['1'], 1]);
  });
});

describe('what is declared', () => {
  test('003-23 the function is there', () => {
    expect(design.patched).toContain('doSpliceDirectReadConsumer');
  });

  test('003-24 the field is of the pipe, and the producer sets it', () => {
    expect(design.addedFields).toEqual([['pipe.consumedByRead', 1]]);
    expect(run(call('fuse>f', BOTH, 1, 'producer:0')).runner.k.added).toEqual([1]);
  });

  test('003-25 the flag', () => {
    expect([SPLICE_F_READ_TO_READ, SPLICE_F_READ_TO_READ & SPLICE_F_DIRECT]).toEqual([0x20, 0]);
    expect(one('fuse>f', BOTH, 1)).toBe('1');
  });
});

describe('io_uring', () => {
  test('003-26 preparation lets both flags through, for tee as well', () => {
    const tee = ['0', 'DIRECT', 'READ_TO_READ', BOTH].map((flags) => run(`io_tee_prep flags=${flags}`).returns[0]);
    expect(tee).toEqual(['0', '0', '0', '0']);
    expect(one('fuse>f', `${BOTH}|FD_IN_FIXED`, 1)).toBe('1');
  });

  test('003-27 the flags say which function is called', () => {
    const names = ['doSplice', 'doSpliceDirect', 'doSpliceDirectReadConsumer'] as const;
    expect(['0', 'DIRECT', 'READ_TO_READ', BOTH].map((flags) => calls(call('f>g', flags, 1), ...names))).toEqual([
      ['doSplice -22'],
      ['doSpliceDirect 1'],
      ['doSpliceDirectReadConsumer -22'],
      ['doSpliceDirectReadConsumer -22'],
    ]);
  });
});
