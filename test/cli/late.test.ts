/** A design whose code ends the process, throws when its function has returned, or returns a promise. */
import { afterAll, describe, expect, test } from 'vitest';
import type { Ended } from './run.js';
import { Folder, designText, iovcheck } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

const RETURN = 'return functions.pipeRead(k, n);';
/** The bug of a setfl() beside it, which is found in each case. */
const BESIDE = 'setfl: () => -22,';

function checkRead(engine: string, body: string, before = ''): Promise<Ended> {
  folder.write('mine.ts', designText(`${BESIDE} pipeRead(k, n) { ${body} }`, '', before));
  const args = ['check', './mine.ts', '--engine', engine, '--bounds', 'tiny', '--quiet', '--budget', '4000-steps'];
  return iovcheck(args, { cwd: folder.path });
}

const ENGINES = ['exhaustive', 'random', 'coverage'];

describe.sequential.each(ENGINES)('%s: a function', (engine) => {
  test('that ends the process is a violation, with its trace', async () => {
    const { status, out, err } = await checkRead(engine, 'process.exit(0);');
    expect(err).toBe('');
    expect(out).toContain('no-bug: pread, in pipe_read()');
    expect(out.replace(/\s+/g, ' ')).toContain(
      'pipe_read() of the design threw Error: it called process.exit(0); take process.exit() out',
    );
    expect(out).toContain('returns-what-it-promised: fcntl_setfl');
    expect(status).toBe(1);
  });

  test('that throws from a timer is told in one sentence, beside what was found', async () => {
    const { status, out, err } = await checkRead(engine, `setTimeout(() => { throw new Error('oh'); }); ${RETURN}`);
    expect(err).toBe(
      'iovcheck: ./mine.ts: from a timer or a callback it threw Error: oh; what a function does, it has to do before it returns\n',
    );
    expect(out).toContain('returns-what-it-promised: fcntl_setfl');
    expect(status).toBe(2);
  });
});

test('what each engine comes upon in a design is told once', async () => {
  const { status, out, err } = await checkRead('all', `setTimeout(() => { throw new Error('oh'); }); ${RETURN}`);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(out).toMatch(/, 1 error; exit 2\.\n$/);
  expect(status).toBe(2);
});

describe.sequential('a function, too,', () => {
  test.each([
    [
      'exhaustive',
      'lets a promise go',
      "void Promise.reject(new Error('oh'));",
      'it let a promise go that was rejected',
    ],
    ['coverage', 'lets a promise go', "void Promise.reject(new Error('oh'));", 'it let a promise go that was rejected'],
    ['coverage', 'ends the process later', 'setTimeout(() => process.exit(0));', 'it called process.exit(0); take'],
    ['exhaustive', 'leaves a timer', 'if (!x) x = setInterval(() => {}, 100);', 'it leaves a timer running'],
  ])('%s: that %s is told in one sentence, beside what was found', async (engine, _what, statement, sentence) => {
    const { status, out, err } = await checkRead(engine, `${statement} ${RETURN}`, 'let x: unknown;');
    expect(err).toContain(sentence);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(out).toContain('returns-what-it-promised: fcntl_setfl');
    expect(status).toBe(2);
  });

  test.each(['throw new Error()', RETURN])('that returns a promise is a violation: async { %s }', async (body) => {
    folder.write('mine.ts', designText(`async pipeRead(k, n) { ${body} }`));
    const { status, out, err } = await iovcheck(['check', './mine.ts', '--bounds', 'tiny', '--quiet'], {
      cwd: folder.path,
    });
    expect(err).toBe('');
    expect(out).toContain('no-bug: pread, in pipe_read()');
    expect(out.replace(/\s+/g, ' ')).toContain('returned a promise; what it does, it has to do before it returns');
    expect(status).toBe(1);
  });

  test('that returns nothing may return no promise either', async () => {
    folder.write('mine.ts', designText('async anonPipeBufRelease(k, buf) { functions.anonPipeBufRelease(k, buf); }'));
    const { status, out } = await iovcheck(['check', './mine.ts', '--bounds', 'tiny', '--quiet'], {
      cwd: folder.path,
    });
    expect(out).toContain('of the design returned a promise');
    expect(status).toBe(1);
  });
});

test('a file that leaves a timer when it is loaded is not searched', async () => {
  folder.write('mine.ts', designText('', '', "setTimeout(() => { throw new Error('oh'); }, 1000);"));
  const { status, out, err } = await iovcheck(['check', './mine.ts', '--quiet'], { cwd: folder.path });
  expect(err).toBe(
    'iovcheck: ./mine.ts: it leaves a timer running; what a function does, it has to do before it returns\n',
  );
  expect(out).toContain('0 searches');
  expect(status).toBe(2);
});
