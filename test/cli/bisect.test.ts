/** `iovcheck bisect`: which functions bring a violation, alone or only together. */
import { afterAll, describe, expect, test } from 'vitest';
import { combinations, smallestSets } from '#iov/cli/subsets.js';
import { Folder, designText, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

describe('the smallest sets', () => {
  /** Has a key where all its items are in. */
  const of =
    (needs: Readonly<Record<string, readonly number[]>>) =>
    async (set: readonly number[]): Promise<Set<string>> =>
      new Set(Object.keys(needs).filter((key) => needs[key].every((item) => set.includes(item))));
  const items = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

  test('are minimum where all smaller ones were tried', async () => {
    const found = await smallestSets(items(5), ['one', 'two', 'all'], of({ one: [3], two: [0, 4], all: items(5) }));
    expect(Object.fromEntries(found)).toEqual({
      one: { set: [3], word: 'minimum' },
      two: { set: [0, 4], word: 'minimum' },
      all: { set: items(5), word: 'minimum' },
    });
  });

  test('are 1-minimal where there are too many, and no set is asked for twice', async () => {
    const asked: string[] = [];
    const needs = of({ deep: [1, 7, 20, 33], two: [30, 31] });
    const found = await smallestSets(items(40), ['deep', 'two'], (set) => {
      asked.push(set.join());
      return needs(set);
    });
    expect(found.get('deep')).toEqual({ set: [1, 7, 20, 33], word: '1-minimal' });
    expect(found.get('two')).toEqual({ set: [30, 31], word: 'minimum' });
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThan(200);
  });

  test('of one item is that', async () => {
    expect((await smallestSets([7], ['a'], of({}))).get('a')).toEqual({ set: [7], word: 'minimum' });
    expect(combinations([1, 2, 3], 2)).toEqual([
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
  });
});

/** Only with a state of its own set by a write does a read fail. */
const TWO = `
    pipeWriteInsert(k, buf, filp) { functions.pipeWriteInsert(k, buf, filp); k.added[0] = 1; },
    pipeRead: (k, totalLen) => (k.added[0] === 1 ? -22 : functions.pipeRead(k, totalLen)),`;
const FIELD = "add: { fields: [['wasWritten', 1]] },";

describe.sequential('bisect', () => {
  test('tells a function that breaks a rule alone from two that do so together', async () => {
    folder.write('mine.ts', designText(`setfl: () => -22,${TWO}`, FIELD));
    const { status, out, err } = await iovcheck(['bisect', './mine.ts', '--quiet'], { cwd: folder.path });
    expect(err).toBe('');
    expect(out).toBe(`mine, packet: 2 classes that linux-3.3 does not have, of 3 functions

returns-what-it-promised at fcntl_setfl, in setfl(), 1 step
  needs setfl()
  minimum

returns-what-it-promised at pread, in pipe_read(), 2 steps
  needs pipe_write() and pipe_read()
  minimum: every smaller set of them was tried
`);
    expect(status).toBe(1);
  });

  test('asks for one class, and says what it may have been', async () => {
    const { out } = await iovcheck(['bisect', './mine.ts', '--quiet', '--class', 'pread'], { cwd: folder.path });
    expect(out).toContain('1 class that');
    expect(out).not.toContain('fcntl_setfl');
    const { status, err } = await iovcheck(['bisect', './mine.ts', '--quiet', '--class', 'preed'], {
      cwd: folder.path,
    });
    expect([status, err]).toEqual([
      2,
      "iovcheck: --class preed: nothing of that name is broken; did you mean 'pread'?\n",
    ]);
  });
});

describe.sequential('bisect, too,', () => {
  test('exits 0 where the base has it all, and 3 where it was cut short', async () => {
    folder.write('mine.ts', designText('setfl: (k, filp, arg) => functions.setfl(k, filp, arg)'));
    const whole = await iovcheck(['bisect', './mine.ts', '--quiet'], { cwd: folder.path });
    expect([whole.status, whole.out]).toEqual([0, 'mine, packet: nothing that linux-3.3 does not have\n']);
    const cut = await iovcheck(['bisect', './mine.ts', '--quiet', '--budget', '10-steps'], { cwd: folder.path });
    expect(cut.status).toBe(3);
    expect(cut.out).toContain('The search of the whole design was cut short: ');
  });

  test('counts a mix that can not run as breaking nothing', async () => {
    const { status, out } = await iovcheck(['bisect', 'packet-2012', '--quiet']);
    expect(status).toBe(1);
    expect(out).toContain('needs is_packetized()');
    expect(out).toMatch(/Of \d+ mixes 1 can not run, and counts as breaking nothing\.\n$/);
  });

  test('has nothing to take apart in some', async () => {
    folder.write('mine.ts', designText(''));
    const { status, err } = await iovcheck(['bisect', './mine.ts'], { cwd: folder.path });
    expect([status, err]).toEqual([
      2,
      'iovcheck: ./mine.ts: it overrides no function; there is nothing to take apart\n',
    ]);
    expect((await iovcheck(['bisect', 'linux-3.3'])).status).toBe(2);
  });
});
