/** A folder of traces: what is in it is told apart, and what goes into it is there whole. */
import fs from 'node:fs';
import { join } from 'node:path';
import { BinReader, learned } from '#iov/campaign/corpus/bins-of.js';
import { cover } from '#iov/campaign/corpus/cover.js';
import { fileNameOf } from '#iov/campaign/corpus/identity.js';
import { BYTES_MAX, readCorpus } from '#iov/campaign/corpus/read.js';
import { saveTraces } from '#iov/campaign/corpus/save.js';
import { Coverage } from '#iov/fuzz/coverage/explore.js';
import type { CoverageResult } from '#iov/fuzz/coverage/explore.js';
import { createSession } from '#iov/fuzz/coverage/session.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import { formatTrace } from '#iov/harness/trace.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Folder } from '../cli/run.js';
import { designOf } from '../search.js';
import { BREAKS, SEED, failure, traceOf, withDisk } from './corpora.js';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
});
afterEach(() => folder.remove());

const list = (): string[] => fs.readdirSync(folder.path).sort();

describe('reading', () => {
  test('tells each file that is no trace by one sentence, and keeps the others', () => {
    folder.write('a.trace', BREAKS);
    folder.write('cut.trace', SEED.replace('end\n', ''));
    folder.write('empty.trace', '');
    folder.write('foreign.txt', 'to whom it may concern\n');
    folder.write('gone-bound.trace', SEED.replace('page=4', 'pages=4'));
    folder.write('gone-scenario.trace', SEED.replace('scenario: packet', 'scenario: parcel'));
    folder.write('noise.bin', 'a\0b');
    folder.write('z.trace', SEED);
    fs.mkdirSync(join(folder.path, 'folder.trace'));
    fs.symlinkSync('nowhere', join(folder.path, 'link.trace'));
    fs.symlinkSync('/proc/self/mem', join(folder.path, 'mem.trace'));
    folder.write('large.trace', SEED + '#'.repeat(BYTES_MAX));
    const hash = '0'.repeat(64);
    folder.write(hash, 'ab');
    folder.write(`crash-${hash}`, 'ab');
    const { files, problems } = readCorpus(folder.path);
    expect(files.map(({ name }) => name)).toEqual(['a.trace', 'z.trace']);
    expect(problems.map((p) => p.replaceAll(`${folder.path}/`, '').replaceAll(hash, 'HASH'))).toEqual([
      'HASH: this is an input of jsfuzz, not a trace; import it with iovcheck corpus import, and move it away',
      'crash-HASH: this is an input of jsfuzz, not a trace; import it with iovcheck corpus import, and move it away',
      expect.stringMatching(/^cut\.trace:8: the trace was cut off/),
      expect.stringMatching(/^empty\.trace:1: the file is empty/),
      'folder.trace: this is a folder, and a corpus has none; name it by itself, or move it away',
      expect.stringMatching(/^foreign\.txt:1: this is no trace/),
      expect.stringMatching(/^gone-bound\.trace:4: bounds: there is no 'pages'/),
      expect.stringMatching(/^gone-scenario\.trace:3: there is no scenario 'parcel'/),
      'large.trace: it has 10.0 MiB, and was not read; no trace is larger than 10 MiB, move it away',
      'link.trace: this link leads nowhere (ENOENT); mend it, or move it away',
      'mem.trace: it can not be read (EIO); mend it, or move it away',
      'noise.bin: this is no trace, and no text at all; move it away',
    ]);
  });

  test('takes a trace once, whatever its name, its comments and who found it', () => {
    folder.write('a.trace', BREAKS);
    folder.write('b.trace', BREAKS.replace('\n\n', '\nminimality: shortest\nengine: random\nseed: 7\n\n# twice\n'));
    folder.write('c.trace', SEED);
    const { files, duplicates, problems } = readCorpus(folder.path);
    expect(files.map(({ name }) => name)).toEqual(['a.trace', 'c.trace']);
    expect(duplicates).toEqual([{ path: join(folder.path, 'b.trace'), of: join(folder.path, 'a.trace') }]);
    expect(problems).toEqual([]);
  });

  test('passes over what is for a person, and what another run is writing', () => {
    folder.write('README.md', '# what is here');
    folder.write('.gitkeep', '');
    folder.write(`.x.trace.${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}.tmp`, '# iovcheck tr');
    expect(readCorpus(folder.path)).toMatchObject({ files: [], problems: [], duplicates: [] });
  });

  test('passes over what another run removes in the meantime', () => {
    folder.write('a.trace', BREAKS);
    const gone = folder.write('b.trace', SEED);
    const { statSync } = fs;
    const stat = ((path: string) => {
      if (path === gone) fs.rmSync(gone, { force: true });
      return statSync(path);
    }) as typeof fs.statSync;
    withDisk({ statSync: stat }, () => {
      const { files, problems } = readCorpus(folder.path);
      expect(files.map(({ name }) => name)).toEqual(['a.trace']);
      expect(problems).toEqual([]);
    });
  });

  test('of a folder that is none is refused', () => {
    expect(() => readCorpus(join(folder.path, 'nope'))).toThrow('there is no such folder');
    expect(() => readCorpus(folder.write('file', ''))).toThrow('this is no folder');
  });
});

describe('a name', () => {
  test('says what is in the file, and tells files apart', () => {
    const breaks = fileNameOf(traceOf(BREAKS));
    expect(breaks).toMatch(/^packet-2012\.packet\.packet-boundaries\.pwrite\.[0-9a-f]{12}\.trace$/);
    expect(fileNameOf(traceOf(SEED))).toMatch(/^packet-2012\.packet\.seed\.[0-9a-f]{12}\.trace$/);
    expect(fileNameOf(traceOf(BREAKS.replace('size=1\nend', 'size=2\nend')))).not.toBe(breaks);
    expect(fileNameOf({ ...traceOf(BREAKS), minimality: 'shortest', seed: 3 })).toBe(breaks);
    const mine = { ...traceOf(SEED), design: '../a b/my design.ts --without x' };
    expect(fileNameOf(mine)).toMatch(/^my_design_--without_x\.packet\.seed\.[0-9a-f]{12}\.trace$/);
  });
});

describe('saving', () => {
  const two = [traceOf(BREAKS), traceOf(SEED)];

  test('adds what is not there, by content', () => {
    folder.write('by-hand.trace', SEED);
    const deep = join(folder.path, 'not', 'there', 'yet');
    expect(saveTraces(deep, two)).toMatchObject({ had: 0, added: [expect.any(String), expect.any(String)] });
    expect(saveTraces(deep, two)).toEqual({ added: [], upgraded: [], had: 2 });
    expect(saveTraces(folder.path, [...two, ...two])).toMatchObject({ had: 3, added: [fileNameOf(two[0])] });
    expect(fs.readFileSync(join(folder.path, fileNameOf(two[0])), 'utf8')).toBe(formatTrace(two[0]));
  });

  test('writes down that a trace is shorter than was known, and never that it is not', () => {
    const path = folder.write('a.trace', BREAKS);
    const shortest = { ...two[0], minimality: 'shortest' as const };
    expect(saveTraces(folder.path, [shortest]).upgraded).toEqual(['a.trace']);
    expect(fs.readFileSync(path, 'utf8')).toContain('minimality: shortest');
    expect(saveTraces(folder.path, [two[0], { ...two[0], minimality: 'raw' }]).upgraded).toEqual([]);
    expect(fs.readFileSync(path, 'utf8')).toContain('minimality: shortest');
    expect(list()).toEqual(['a.trace']);
  });

  test('leaves alone what somebody has put under the name', () => {
    const name = fileNameOf(two[1]);
    folder.write(name, 'mine\n');
    expect(saveTraces(folder.path, [two[1]]).added).toEqual([fileNameOf(two[1], true)]);
    expect(fs.readFileSync(join(folder.path, name), 'utf8')).toBe('mine\n');
  });

  /** A disk with room for so many bytes more: writes come short first, as they do. */
  function disk(room: number): Partial<typeof fs> {
    const { writeFileSync, writeSync } = fs;
    let left = room;
    return {
      writeFileSync: (file, data, options) => {
        if (typeof file !== 'number') return writeFileSync(file, data, options);
        const bytes = data as Buffer;
        const n = Math.min(left, bytes.length);
        left -= n;
        writeSync(file, bytes, 0, n);
        if (n < bytes.length) throw failure('ENOSPC');
      },
    };
  }

  test('on a full disk says so in one sentence, and leaves no half file', () => {
    withDisk(disk(formatTrace(two[0]).length + 10), () => {
      const { added, problem } = saveTraces(folder.path, two);
      expect(added).toEqual([fileNameOf(two[0])]);
      expect(problem).toBe(
        `${folder.path}: the disk is full (ENOSPC): 1 of 2 traces were not saved; make room there, or name another folder`,
      );
    });
    expect(list()).toEqual([fileNameOf(two[0])]);
    expect(saveTraces(folder.path, two)).toMatchObject({ added: [fileNameOf(two[1])], had: 1 });
  });

  test.each([
    ['openSync', 'EACCES', 'the folder can only be read (EACCES)'],
    ['openSync', 'EROFS', 'the folder can only be read (EROFS)'],
    ['fsyncSync', 'EIO', 'it can not be written (EIO)'],
    ['renameSync', 'EDQUOT', 'the quota of the disk is used up (EDQUOT)'],
  ] as const)('where %s fails with %s says so, and leaves nothing', (name, code, sentence) => {
    const fail = (): never => {
      throw failure(code);
    };
    withDisk({ [name]: fail }, () => {
      const { problem } = saveTraces(folder.path, two);
      expect(problem).toBe(
        `${folder.path}: ${sentence}: 2 of 2 traces were not saved; make room there, or name another folder`,
      );
    });
    expect(list()).toEqual([]);
  });
});

describe('a cover', () => {
  test('has what all have, and none that is needless', () => {
    const sets = fc.array(fc.uniqueArray(fc.nat(20), { maxLength: 8 }), { maxLength: 12 });
    fc.assert(
      fc.property(sets, fc.uniqueArray(fc.nat(20)), (all, known) => {
        const covered = new Set(known);
        const chosen = cover(all, covered);
        const without = (left: readonly number[]): Set<number> => new Set([...known, ...left.flatMap((n) => all[n])]);
        const everything = new Set([...known, ...all.flat()]);
        expect(without(chosen)).toEqual(new Set([...everything].filter((e) => without(chosen).has(e))));
        expect(without(chosen).size).toBe(everything.size);
        for (const n of chosen) expect(without(chosen.filter((m) => m !== n)).size).toBeLessThan(everything.size);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('begins with the largest gain, the earlier of equals', () => {
    expect(cover([[1], [2, 3], [3, 4], [1, 2, 3]])).toEqual([3, 2]);
    expect(
      cover(
        [
          [1, 2],
          [2, 3],
        ],
        new Set([1]),
      ),
    ).toEqual([1]);
    expect(cover([[1, 2], [3], [4]], new Set(), 2)).toEqual([0, 1]);
    expect(cover([[], [1]], new Set([1]))).toEqual([]);
  });

  test('drops the first choice where later ones make it needless', () => {
    expect(
      cover([
        [2, 3, 4, 5],
        [1, 2, 3],
        [4, 5, 6],
      ]),
    ).toEqual([1, 2]);
  });
});

describe('what a run of coverage has learned', () => {
  const bounds = parseBounds('default', undefined, SCENARIOS['pipe-iter']);
  const runner = (): Runner => new Runner(designOf('linux-6.1'), bounds, 'pipe-iter');

  function run(seed: number, seeds: readonly (readonly number[])[], runs: number): CoverageResult {
    const options = { seed, steps: Infinity, runs, isOver: () => false, seeds, bytes: undefined };
    return new Coverage(createSession(runner(), seed, true), runner(), options).run();
  }

  test('is where the next one begins: after as many runs it has met more', () => {
    const plain = runner();
    const before = run(1, [], 3000);
    const first = learned(plain, [], before.corpus).map((ops) => [...ops]);
    expect(first.length).toBeGreaterThan(20);
    for (const seed of [2, 3, 4]) {
      const runs = first.length + 100;
      const { bins } = run(seed, first, runs);
      expect(bins).toBeGreaterThan(run(seed, [], runs).bins);
      expect(bins).toBeGreaterThan(0.8 * before.bins);
    }
  });

  test('has all bins of what was kept, and nothing that the seeds had', () => {
    const plain = runner();
    const { corpus } = run(1, [], 400);
    const reader = new BinReader(plain);
    const all = new Set(corpus.flatMap((ops) => reader.of(ops)));
    const inputs = learned(plain, [], corpus);
    expect(inputs.length).toBeLessThan(corpus.length);
    expect(new Set(inputs.flatMap((ops) => reader.of(ops)))).toEqual(all);
    expect(
      learned(
        plain,
        inputs.map((ops) => [...ops]),
        corpus,
      ),
    ).toEqual([]);
  });

  test('meets the same bins in any order of reading', () => {
    const plain = runner();
    const ops = ['pwrite fd=w size=1', 'pread size=1'].map((text) => plain.ops.findIndex((op) => op.text === text));
    const reader = new BinReader(plain);
    const first = reader.of(ops);
    reader.of([ops[0]]);
    expect(reader.of(ops)).toEqual(first);
    expect(first.length).toBeGreaterThan(3);
  });
});
