/** fs/pipe.c of 6.1 and 6.12 beside the designs that restate it: read() and write() that do not wait. */
import { describe, expect, test } from 'vitest';
import { Pair } from '#iov/harness/pair.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { runPairWalks } from '#iov/fuzz/pairs.js';
import type { Design } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { baseOf, treeDesign } from '#iov/oracle/tree/design.js';
import { openTree } from '#iov/oracle/tree/source.js';
import { compare } from '../diff/pairs.js';
import { firstNews } from './search.js';
import type { Version } from './trees.js';
import { absent, edit, scratchTree, treeOf } from './trees.js';

const FILE = 'fs/pipe.c';

describe.each<[Version, ScenarioName, number]>([
  ['6.1', 'packet', 67_508],
  ['6.12', 'packet', 67_508],
  ['6.1', 'splice', 44_234],
  ['6.1', 'file-splice', 36_334],
])('%s, %s', (version, scenario, edges) => {
  const why = absent(version);
  test.skipIf(why !== '')(`the C is called, and differs nowhere in the whole of tiny${why}`, () => {
    const tree = treeOf(version);
    const base = baseOf(tree);
    const design = treeDesign(tree, base);
    expect(design.patched).toEqual(expect.arrayContaining(['pipeRead', 'pipeWrite']));
    const found = compare(base, design, scenario, 'tiny', { isLockstep: true });
    expect([found.lines, found.isExhausted, found.edges]).toEqual([[], true, edges]);
  });
});

describe.each<[Version]>([['6.1'], ['6.12']])('%s, packet', (version) => {
  const why = absent(version);
  test.skipIf(why !== '')(`nor by chance at larger bounds${why}`, () => {
    const tree = treeOf(version);
    const base = baseOf(tree);
    const deep = { ...parseBounds('deep', undefined, SCENARIOS.packet), symmetry: 'ring+anon' as const };
    const pair = new Pair(base, treeDesign(tree, base), deep, 'packet', { isLockstep: true });
    const { partings, steps } = runPairWalks(pair, { seed: 1, steps: 3_000, isOver: () => false });
    expect([partings, steps]).toEqual([[], 3_000]);
  });
});

interface Mistake {
  readonly what: string;
  readonly from: string;
  readonly to: string;
  /** `packet` where absent. */
  readonly scenario?: ScenarioName;
  /** Invariant and op of the first class that the untouched tree has not. */
  readonly found: string;
  readonly why?: string;
}

const IN_6_1: readonly Mistake[] = [
  {
    what: 'what does not fit into the last page is merged all the same',
    from: 'offset + chars <= PAGE_SIZE) {',
    to: 'offset + chars >= PAGE_SIZE) {',
    found: 'returns-what-it-promised pwrite',
  },
  {
    what: 'a page that somebody else holds becomes the spare one',
    from: 'if (page_count(page) == 1 && !pipe->tmp_page)',
    to: 'if (!pipe->tmp_page)',
    scenario: 'splice',
    found: 'bytes-in-order pread',
  },
  {
    what: 'the spare page is still there when it is in the ring',
    from: '\t\t\tpipe->tmp_page = NULL;\n',
    to: '',
    found: 'bytes-in-order pwrite',
  },
  {
    what: 'a read gives up its slot before it is empty',
    from: '\t\t\tif (!buf->len) {\n\t\t\t\tpipe_buf_release',
    to: '\t\t\tif (1) {\n\t\t\t\tpipe_buf_release',
    found: 'bytes-in-order pread',
  },
  {
    what: 'an error is returned with the lock held',
    from: '\t\tret = -EPIPE;\n\t\tgoto out;\n\t}\n',
    to: '\t\tret = -EPIPE;\n\t\tgoto out;\n\t}\n\tif (total_len == PAGE_SIZE)\n\t\treturn -EFAULT;\n',
    found: 'no-bug pwrite',
    why: 'pipe_write() returns with the pipe locked',
  },
  {
    what: 'O_NONBLOCK is forgotten where the ring is full',
    from: '\t\tif (filp->f_flags & O_NONBLOCK) {\n\t\t\tif (!ret)',
    to: '\t\tif (0) {\n\t\t\tif (!ret)',
    found: 'every-loop-ends pwrite',
    why: 'pipe_write() waits, and O_NONBLOCK is set',
  },
];

const why = absent('6.1');
describe.skipIf(why !== '')(`in fs/pipe.c of 6.1 a mistake${why}`, () => {
  test.each(IN_6_1)('is found: $what', ({ from, to, scenario, found, why: said }) => {
    const dir = scratchTree('6.1');
    edit(dir, FILE, from, to);
    expect(firstNews(dir, scenario ?? 'packet', 60_000)).toMatchObject({ found, why: said ?? '' });
  });

  test('parts from the spec: a packet is not marked as one', () => {
    const dir = scratchTree('6.1');
    edit(dir, FILE, 'buf->flags = PIPE_BUF_FLAG_PACKET;', 'buf->flags = 0;');
    const tree = openTree(dir);
    const base = baseOf(tree);
    const found = compare(base, treeDesign(tree, base), 'packet', 'tiny', { isLockstep: true, isFirstOnly: true });
    expect(found.lines).toEqual(['state pwrite 1']);
  });
});

describe.skipIf(why !== '')(`fs/pipe.c stays the design's${why}`, () => {
  const called = (dir: string, base?: Design): string[] => {
    const tree = openTree(dir);
    const { title, patched } = treeDesign(tree, base ?? baseOf(tree));
    return [title.split(' of a ')[0], ...patched.filter((name) => name === 'pipeRead' || name === 'pipeWrite')];
  };

  test('where the ring is of another form, in the tree or in the base', () => {
    const dir = scratchTree('6.1');
    const older = DESIGNS.find(({ ring }) => ring === 'curbuf');
    expect(called(dir)).toEqual(['lib/iov_iter.c and fs/pipe.c', 'pipeRead', 'pipeWrite']);
    expect(called(dir, older)).toEqual(['lib/iov_iter.c']);
    edit(dir, 'include/linux/pipe_fs_i.h', '\tstruct page *tmp_page;', '\tstruct page *tmp_page[2];');
    expect(called(dir)).toEqual(['lib/iov_iter.c']);
  });

  test.each([
    ['frobnicate(pipe);', /fs\/pipe\.c of Linux 6\.1\.\d+ needs what the shims do not have.*'frobnicate'/],
    ['iput(file_inode(filp));', /fs\/pipe\.c of Linux 6\.1\.\d+ needs what the shims do not have.*'iput'/],
  ])('and it is refused where it asks for more than there is: %s', (statement, said) => {
    const dir = scratchTree('6.1');
    edit(
      dir,
      FILE,
      '\twas_empty = pipe_empty(head, pipe->tail);\n',
      `\twas_empty = pipe_empty(head, pipe->tail);\n\t${statement}\n`,
    );
    expect(() => called(dir)).toThrow(said);
  });
});
