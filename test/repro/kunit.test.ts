/**
 * Reproducers as KUnit tests: which traces become one, that they compile, and what they ask for. The headers that they
 * are compiled with are ours: no kernel tree has to be there.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder, iovcheck } from '../cli/run.js';
import { CORPUS, files, isText, made, oddLines } from './made.js';

const folder = new Folder();
afterAll(() => folder.remove());

/** Scenarios whose calls are functions inside the kernel. */
const isOfIterators = (file: string): boolean =>
  /\.(iov-iter|extract|pipe-iter)\.|^(linux-6\.1|pipe-iter-2016|pipe-iter-2016-can-merge|pipe-iter-mail-2016)\./.test(
    file,
  ) && !/\.(packet-boundaries|retry-makes-progress|returns-what-it-promised)\.(pwrite|pread)\./.test(file);

const about = files.filter(isOfIterators);
const tests = new Map(about.map((file) => [file, made(file, 'kunit')]));
const textOf = (file: string): string => tests.get(file) ?? '';
const withTest = about.filter((file) => isText(textOf(file)));
const hasGcc = spawnSync('gcc', ['--version']).status === 0;
const include = fileURLToPath(new URL('../kunit/include', import.meta.url));

/** What gcc says of a file; the patch of 2022 has a prototype of its own. */
function compile(file: string): string {
  const flags = ['-std=gnu11', '-fsyntax-only', '-Wall', '-Wextra', '-Werror', `-I${include}`];
  if (file.startsWith('extract-rfc-2022')) flags.push('-DSTUB_EXTRACT_2022');
  return spawnSync('gcc', [...flags, folder.write(`${file}.c`, textOf(file))], { encoding: 'utf8' }).stderr;
}

const linesOf = (file: string): string[] =>
  textOf(`${file}.trace`)
    .split('\n')
    .map((line) => line.trim());

describe('as a KUnit test', () => {
  test('is most of what breaks in iterators, and for the rest it says what is in the way', () => {
    expect(withTest).toHaveLength(52);
    const others = about.filter((file) => !withTest.includes(file)).map(textOf);
    expect(new Set(others)).toEqual(new Set(IN_THE_WAY));
  });

  test.skipIf(!hasGcc)('compiles without a warning (where there is gcc)', () => {
    expect(withTest.map(compile)).toEqual(withTest.map(() => ''));
  });

  test('is in the form of kernel files', () => {
    expect(withTest.flatMap((file) => oddLines(textOf(file)))).toEqual([]);
  });

  test('asks for what the rule says, at the sizes of real pages', () => {
    const lines = linesOf('pipe-iter-2016.sanity.iov_iter_advance');
    expect(lines).toContain('ret = iov_iter_get_pages(&iter, list, PAGE_SIZE - 1, 1, &start);');
    expect(lines).toContain('KUNIT_EXPECT_EQ(test, readable(pipe), 1);');
    expect(linesOf('extract-rfc-2022.extract.dma-target-stays-allocated.iov_iter_revert')).toContain(
      'KUNIT_EXPECT_TRUE(test, page_ref_count(list[0]) > 0);',
    );
  });

  test('asks after a call that returns what it may not for the right return alone', () => {
    const lines = linesOf('linux-6.12.extract.refcount-equals-owners.iov_iter_get_pages2');
    const expected = lines.filter((line) => line.startsWith('KUNIT_EXPECT'));
    expect(expected).toEqual(['KUNIT_EXPECT_EQ(test, ret, 1);']);
  });

  test('asks of a call in which a kernel without the bug goes another way for what broke alone', () => {
    const lines = linesOf('pipe-iter-2016-can-merge.page-cache-written-only-by-writers.pwrite');
    expect(lines.filter((line) => line.startsWith('KUNIT_EXPECT')).slice(-1)).toEqual([
      'KUNIT_EXPECT_TRUE(test, !memchr_inv(page_address(file), 0, PAGE_SIZE));',
    ]);
    expect(lines).toContain('kernel_write(files[1], buf, 1, NULL);');
  });

  test('has at least one thing to ask for', () => {
    const asks = (file: string): boolean => /KUNIT_EXPECT_|does not come back/.test(textOf(file));
    expect(withTest.filter((file) => !asks(file))).toEqual([]);
  });

  test('calls functions by the names, and with the arguments, of the kernel of the design', () => {
    expect(linesOf('pipe-iter-2016.sanity.iov_iter_advance')).toContain(
      'iov_iter_pipe(&iter, ITER_PIPE | READ, pipe, PAGE_SIZE);',
    );
    expect(textOf('linux-6.12.extract.array-has-one-owner.iov_iter_extract_pages.trace')).toContain(
      'iov_iter_extract_pages(&iter, &list, 1, 1, 0, &start)',
    );
  });

  test('is what the command writes, and it names the other kind where there is none', async () => {
    const trace = new URL('pipe-iter-2016.sanity.iov_iter_advance.trace', CORPUS).pathname;
    const { status, out } = await iovcheck(['repro', trace, '--as', 'kunit']);
    expect(status).toBe(0);
    expect(out).toContain('KUNIT_CASE(iovcheck_sanity)');
    const { err } = await iovcheck(['repro', trace, '--as', 'c']);
    expect(err).toContain('user space has no call that is iov_iter_pipe; write --as kunit');
  });
});

/** What keeps a trace from becoming a test. */
const IN_THE_WAY = [
  'a KUnit test has no call that is _copy_mc_to_iter',
  'a KUnit test has no call that is bio_iov_iter_get_pages',
  'a KUnit test has no call that is read_iter_return',
  'a test has user memory since kunit_vm_mmap() of 6.11, and the design is older',
  'bytes-in-order does not break with pages of 4096 bytes and counters of 32 bits, so that the trace needs smaller ones',
  'csum_and_copy_to_iter() is static to net/core/datagram.c since 6.8',
  'no test can make an allocation of iov_iter_extract_pages() fail',
  'no test can make an allocation of iov_iter_get_pages_alloc() fail',
  'no-unwritten-byte-readable does not break with pages of 4096 bytes and counters of 32 bits, so that the trace needs smaller ones',
  'nothing that a test can ask shows that no-warn is broken',
];
