/** What of a tree's C can not be run, and what ends it; each with a tree that is like that. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseTrace } from '#iov/harness/trace.js';
import { staticsIn } from '#iov/oracle/tree/compile.js';
import { openTree } from '#iov/oracle/tree/source.js';
import { iovcheck } from '../cli/run.js';
import { firstNews } from './search.js';
import { absent, edit, scratchTree, treeOf } from './trees.js';

const FILE = 'lib/iov_iter.c';
const why = absent('6.1');

describe('a folder that is no kernel tree', () => {
  test('is refused, and what has to be named instead is said', () => {
    expect(() => openTree('test/oracle')).toThrow(
      /there is no Makefile in it; name the top folder of a kernel's source/,
    );
    expect(() => openTree('test/nowhere')).toThrow(/there is no such folder/);
  });
});

describe('the map of the linker', () => {
  test('names variables of the C that are written, and none of ours', () => {
    const map = [
      '    42e0      7f4        4         iov_iter.o:(.bss.calls)',
      '    42e4      7f8        4         runtime.o:(.bss.iov_fuel)',
      '    42e8      7fc        8         iov_iter.o:(.data.copy_page_to_iter.last)',
      '    4000      65b        9         iov_iter.o:(.rodata.names)',
      '    42f0      804        4         pipe.o:(.data.pipe_max_size)',
    ].join('\n');
    expect(staticsIn(map)).toEqual([
      { file: 'lib/iov_iter.c', name: 'calls', at: 0x42e0, size: 4 },
      { file: 'lib/iov_iter.c', name: 'last', at: 0x42e8, size: 8 },
      { file: 'fs/pipe.c', name: 'pipe_max_size', at: 0x42f0, size: 4 },
    ]);
  });
});

describe.skipIf(why !== '')(`a tree of 6.1 with a variable of its own${why}`, () => {
  test('keeps a count of its own: the check ends, and names it', async () => {
    const dir = scratchTree('6.1');
    edit(
      dir,
      FILE,
      'size_t iov_iter_zero(size_t bytes, struct iov_iter *i)\n{',
      'static int zeroed;\nsize_t iov_iter_zero(size_t bytes, struct iov_iter *i)\n{\n\tzeroed++;',
    );
    const { status, err } = await iovcheck([
      'check',
      '--kernel-tree',
      dir,
      '--scenario',
      'pipe-iter',
      '--bounds',
      'tiny',
      '--quiet',
    ]);
    expect(status).toBe(2);
    expect(err).toContain(
      "lib/iov_iter.c keeps 'zeroed' (4 bytes) from call to call, and iov_iter_zero() has changed it",
    );
  });

  test('has a variable that nothing writes: that is none of a state', () => {
    const dir = scratchTree('6.1');
    edit(
      dir,
      FILE,
      'if (unlikely(iov_iter_is_pipe(i)))\n\t\treturn pipe_zero',
      'static int enabled = 1;\n\tif (enabled && iov_iter_is_pipe(i))\n\t\treturn pipe_zero',
    );
    expect(firstNews(dir, 'pipe-iter', 3_000).found).toBe('');
  });
});

describe.skipIf(why !== '')(`a tree of 6.1 that asks for more than there is${why}`, () => {
  test('includes a header that has no shim', async () => {
    const dir = scratchTree('6.1');
    edit(dir, FILE, '#include <linux/slab.h>', '#include <linux/slab.h>\n#include <linux/dma-fence.h>');
    const { status, err } = await iovcheck(['check', '--kernel-tree', dir]);
    expect(status).toBe(2);
    expect(err).toContain(
      'includes <linux/dma-fence.h>, for which there is no shim; add it to SHIMS of oracle/tree/headers.ts',
    );
  });

  test('uses what its headers declare and the shims have not: each, and the shim to extend', async () => {
    const dir = scratchTree('6.1');
    writeFileSync(join(dir, 'include/linux/highmem.h'), 'static inline void kmap_flush_local(void) {}\n');
    edit(
      dir,
      FILE,
      'size_t iov_iter_zero(size_t bytes, struct iov_iter *i)\n{',
      'size_t iov_iter_zero(size_t bytes, struct iov_iter *i)\n{\n\tkmap_flush_local();\n\tbytes += ZERO_BIAS;',
    );
    const { status, err } = await iovcheck(['check', '--kernel-tree', dir]);
    expect(status).toBe(2);
    expect(err).toContain("'kmap_flush_local' of linux/highmem.h: oracle/tree/c/include/iov/mm.h");
    expect(err).toContain("'ZERO_BIAS': oracle/tree/c/include/iov/kernel.h");
    const doctor = await iovcheck(['doctor', '--kernel-tree', dir]);
    expect(doctor.status).toBe(2);
    expect(doctor.out).toContain("'kmap_flush_local' of linux/highmem.h");
  });

  test('is no C: the compiler’s first complaint', async () => {
    const dir = scratchTree('6.1');
    edit(
      dir,
      FILE,
      'size_t iov_iter_zero(size_t bytes, struct iov_iter *i)\n{',
      'size_t iov_iter_zero(size_t bytes, struct iov_iter *i)\n{{',
    );
    const { status, err } = await iovcheck(['check', '--kernel-tree', dir]);
    expect(status).toBe(2);
    expect(err).toMatch(/does not compile: lib\/iov_iter\.c:\d+:\d+: error: /);
  });
});

describe.skipIf(why !== '')(`a tree of 6.1 that does what no kernel survives${why}`, () => {
  test('loops for ever: a violation, and the search goes on', () => {
    const dir = scratchTree('6.1');
    edit(
      dir,
      FILE,
      'static size_t pipe_zero(size_t bytes, struct iov_iter *i)\n{',
      'static size_t pipe_zero(size_t bytes, struct iov_iter *i)\n{\n\tfor (;;)\n\t\tif (i->count == ~0UL)\n\t\t\tbreak;\n',
    );
    const { found, why: said } = firstNews(dir, 'pipe-iter', 5_000);
    expect(found).toBe('every-loop-ends iov_iter_zero');
    expect(said).toMatch(/^iov_iter_zero\(\) took more than \d+ branches in one call$/);
  });

  test('follows a NULL pointer, writes through one, or calls one: an oops, in words', () => {
    const at = 'static size_t pipe_zero(size_t bytes, struct iov_iter *i)\n{';
    const oops = (statement: string): string => {
      const dir = scratchTree('6.1');
      edit(dir, FILE, at, `${at}\n\t${statement}\n`);
      const { found, why: said } = firstNews(dir, 'pipe-iter', 5_000);
      expect(found).toBe('no-bug iov_iter_zero');
      return said;
    };
    expect(oops('*(volatile char *)kmap_local_page(i->pipe->bufs[0].page) = 1;')).toContain(
      'touches an address where nothing is',
    );
    expect(oops('((struct pipe_buffer *)0)->len = bytes + 1;')).toContain('writes through a NULL pointer');
    expect(oops('((void (*)(void))0)();')).toContain('is no function');
    expect(oops('BUG_ON(bytes);')).toMatch(/^BUG\(\) in line \d+$/);
  });
});

describe.skipIf(why !== '')(`a trace of a tree${why}`, () => {
  test('names its version, and is taken again with the folder', async () => {
    const dir = scratchTree('6.1');
    edit(dir, FILE, '\tget_page(page);\n}', '}');
    const place = ['--kernel-tree', dir];
    const run = await iovcheck([
      'check',
      ...place,
      '--scenario',
      'pipe-iter',
      '--bounds',
      'tiny',
      '--budget',
      '4000-steps',
      '--traces',
      dir,
      '--quiet',
    ]);
    expect(run.status).toBe(1);
    expect(run.out).toContain('refcount-equals-owners: copy_page_to_iter');
    const command =
      /again +iovcheck (replay .*refcount-equals-owners\.copy_page_to_iter\S*) --kernel-tree/.exec(run.out)?.[1] ?? '';
    const trace = command.split(' ')[1];
    const bare = await iovcheck(['replay', trace]);
    expect(bare.status).toBe(2);
    expect(bare.err).toMatch(
      /a run of the C of a kernel's tree, Linux 6\.1\.\d+; name the tree as well: --kernel-tree DIR/,
    );
    const again = await iovcheck(['replay', trace, ...place]);
    expect(again.status).toBe(1);
    expect(again.out).toContain('broken: refcount-equals-owners');
    const small = await iovcheck(['minimize', trace, ...place]);
    expect(parseTrace(small.out, 'small').ops).toHaveLength(2);
    const mended = await iovcheck(['replay', trace, '--kernel-tree', treeOf('6.1').dir]);
    expect(mended.status).toBe(0);
  });
});
