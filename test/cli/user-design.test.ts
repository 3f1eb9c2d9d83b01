import { afterAll, describe, expect, test } from 'vitest';
import { Folder, designText, iovcheck, tiny } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

function checkFile(
  text: string,
  env: Record<string, string> = {},
  more: readonly string[] = [],
): ReturnType<typeof iovcheck> {
  folder.write('mine.ts', text);
  return iovcheck(['check', '--bounds', 'tiny', '--quiet', './mine.ts', ...more], { cwd: folder.path, env });
}

describe.sequential('a design file', () => {
  test('is checked like one of ours', async () => {
    const { status, out } = await checkFile(designText('setfl: (k, filp, arg) => functions.setfl(k, filp, arg)'));
    expect(out).toContain('mine, packet: exhausted');
    expect(status).toBe(0);
  });

  test('may import files of its own, and print', async () => {
    folder.write('part.ts', 'export const EINVAL: number = 22;\nconsole.log("hello");\n');
    const { status, out, err } = await checkFile(
      designText('setfl: () => -EINVAL', '', "import { EINVAL } from './part.ts';"),
    );
    expect(status).toBe(1);
    expect(err).toContain('hello');
    expect(out).not.toContain('hello');
  });

  test.each([
    ['does not parse', 'const a: = 3;\n', 'mine.ts:1:10: Unexpected token'],
    ['exports nothing', 'export const x = 1;\n', "exports nothing named 'design'"],
    ['exports something else', "export const design = { id: 'x' };\n", 'not made by defineDesign()'],
    ['names a function that does not exist', designText('pipeReed: () => 0'), "did you mean 'pipeRead'?"],
    ['imports what is not there', "import { a } from './gone.js';\nconsole.log(a);\n", 'mine.ts:1:'],
    [
      'imports a package that is not there',
      "import { a } from 'no-such-package';\nconsole.log(a);\n",
      'no-such-package',
    ],
    ['throws while it is loaded', "throw new Error('boo');\n", 'loading it threw Error: boo'],
    ['ends its thread', 'process.exit(3);\n', 'take process.exit() out'],
    ['names a scenario that does not exist', designText('', "scenarios: ['nope'],"), "there is no scenario 'nope'"],
    ['has no scenario', designText('', 'scenarios: [],'), 'no scenario'],
  ])('that %s gets one sentence, and exit 2', async (_what, text, sentence) => {
    const { status, out, err } = await checkFile(text);
    expect(err).toContain(sentence);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(status).toBe(2);
    expect(out).toContain('1 error; exit 2.');
  });
});

describe.sequential('a design file, too,', () => {
  test('that does not exist', async () => {
    const { status, err } = await tiny('./gone.ts');
    expect(status).toBe(2);
    expect(err).toBe("iovcheck: ./gone.ts: there is no such file; name a .ts or .js file that exports 'design'\n");
  });

  test('that loops while it is loaded is ended', async () => {
    const { status, err } = await checkFile('for (;;);\n', { IOVCHECK_LOAD_SECONDS: '0.5' });
    expect(status).toBe(2);
    expect(err).toContain('did not finish loading within 0.5 s');
  });

  test('that can not be used does not hide what others break', async () => {
    const { status, out } = await checkFile('export const x = 1;\n', {}, ['packet-2012']);
    expect(status).toBe(2);
    expect(out).toContain('packet-boundaries');
  });
});

describe.sequential('a function of a design', () => {
  test.each([
    ['throws', "setfl() { throw new TypeError('oh'); }", 'setfl() of the design threw TypeError: oh.'],
    ['returns NaN', 'setfl: () => NaN', 'setfl() of the design returned NaN, not an integer.'],
    ['returns a wrong type', "setfl: () => 'no' as never", 'setfl() of the design returned no, not an integer.'],
    ['returns nothing', 'setfl: () => undefined as never', 'setfl() of the design returned undefined, not an integer.'],
  ])('that %s is a violation, with its trace', async (_what, override, explanation) => {
    const { status, out } = await checkFile(designText(override));
    expect(status).toBe(1);
    expect(out).toContain('no-bug: fcntl_setfl, in setfl()');
    expect(out).toContain(explanation);
    expect(out).toContain('complete    yes');
  });

  test('that never returns is a violation, and other designs are checked', async () => {
    const before = 'let n = 0;';
    const loop =
      'pipeRead(k, totalLen) { while (k.pipe.nrbufs > 0) n = 1 - n; return functions.pipeRead(k, totalLen); }';
    const { status, out } = await checkFile(designText(loop, '', before), { IOVCHECK_HANG_SECONDS: '0.5' }, [
      'packet-2012',
    ]);
    expect(status).toBe(1);
    expect(out).toContain('every-loop-ends: pread, in pipe_read()');
    expect(out).toMatch(/1 {2}pwrite fd=w size=1 .*2 {2}pread size=1/s);
    expect(out).toContain('2 steps, shortest');
    expect(out).toContain('complete    no: an op does not return');
    expect(out).toContain('packet-2012, packet: violated');
  });
});

describe.sequential('a function of a design, too,', () => {
  test('that never returns is found by random walks as well', async () => {
    const loop =
      'pipeRead(k, totalLen) { while (k.pipe.nrbufs > 0) n = 1 - n; return functions.pipeRead(k, totalLen); }';
    const more = ['--engine', 'random', '--budget', '10000-steps'];
    const { status, out } = await checkFile(designText(loop, '', 'let n = 0;'), { IOVCHECK_HANG_SECONDS: '0.5' }, more);
    expect(status).toBe(1);
    expect(out).toContain('every-loop-ends: pread, in pipe_read()');
    expect(out).toContain('raw (as it was found, not minimised)');
  });

  test('that breaks the objects of the kernel is a violation, and the end of the search', async () => {
    const { status, out } = await checkFile(
      designText('setfl: (k) => { (k.files as unknown[]).length = 0; return 0; }'),
    );
    expect(status).toBe(1);
    expect(out).toContain('no-bug: fcntl_setfl, in setfl()');
    expect(out).toContain('setfl() left what no kernel can go on from');
    expect(out).toContain('complete    no: fcntl_setfl can not go on');
  });

  test('that hangs on state of its own, where nobody follows the ops, is asked for it', async () => {
    folder.write('mine.ts', designText('setfl(k, filp, arg) { if (++n > 200) for (;;); return 0; }', '', 'let n = 0;'));
    const args = ['check', './mine.ts', '--engine', 'random', '--bounds', 'tiny', '--quiet', '--budget', '10-runs'];
    const { status, err } = await iovcheck(args, { cwd: folder.path, env: { IOVCHECK_HANG_SECONDS: '1' } });
    expect(err).toMatch(
      /^iovcheck: \.\/mine\.ts: it no longer answers .*; does a function keep state outside Kernel\?\n$/,
    );
    expect(status).toBe(2);
  });

  test.each(['exhaustive', 'random'])('that keeps state outside Kernel is named by its op: %s', async (engine) => {
    const { status, err } = await checkFile(
      designText('setfl: (k, filp, arg) => (++n % 3 === 0 ? 0 : functions.setfl(k, filp, arg))', '', 'let n = 0;'),
      {},
      ['--engine', engine],
    );
    expect(status).toBe(2);
    expect(err).toMatch(/design 'mine' keeps state outside Kernel: fcntl_setfl .* did two things from one state/);
  });

  test('that leaves a fraction in the state is named by its op', async () => {
    const half =
      'pipeRead(k, totalLen) { k.pipe.tmpPage ??= null; k.request.bytes = NaN; return functions.pipeRead(k, totalLen); }';
    const { status, err } = await checkFile(designText(half));
    expect(status).toBe(2);
    expect(err).toContain('leaves request.bytes = NaN after pread');
  });
});

describe.sequential('an invariant of a design', () => {
  test('that breaks is found', async () => {
    const invariants =
      "add: { invariants: [{ id: 'never-two', statement: 'Never two bytes.', why: 'Because.', holds: (k) => k.pipe.bufs[0].len < 2 }] },";
    const { status, out } = await checkFile(designText('', invariants));
    expect(status).toBe(1);
    expect(out).toContain('never-two: pwrite');
  });

  test('leaves nothing broken that it does not break', async () => {
    const rule = "{ id: 'never-full', statement: 'x', why: 'y', holds: (k) => k.pipe.nrbufs === 0 }";
    const { out } = await checkFile(designText('', `add: { invariants: [${rule}] },`));
    expect(out).toContain('never-full: pwrite');
    expect(out).not.toContain('value-out-of-range');
  });

  test('is one of a few', async () => {
    const rules = [1, 2, 3, 4].map((n) => `{ id: 'rule-${n}', statement: 'x', why: 'y', holds: () => true }`);
    const { status, err } = await checkFile(designText('', `add: { invariants: [${rules.join(', ')}] },`));
    expect(status).toBe(2);
    expect(err).toContain('the design brings 1 more rule than a state has room for; take some out of add.invariants');
  });

  test('that throws is named', async () => {
    const invariants =
      "add: { invariants: [{ id: 'bad', statement: 'x', why: 'y', holds: () => { throw new Error('no'); } }] },";
    const { status, err } = await checkFile(designText('', invariants));
    expect(status).toBe(2);
    expect(err).toContain("its invariant 'bad' threw Error: no");
  });
});

test('a second Ctrl-C leaves at once', async () => {
  const path = folder.write('loop.ts', designText('pipeRead() { for (;;); }'));
  const signals = [
    ['SIGINT', 2500],
    ['SIGINT', 3500],
  ] as const;
  const { status } = await iovcheck(['check', path, '--bounds', 'tiny', '--quiet'], {
    env: { IOVCHECK_HANG_SECONDS: '60' },
    signals,
  });
  expect(status).toBe(130);
});
