import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import type { Trace } from '#iov/harness/trace.js';
import { formatTrace, parseTrace, resolveOps } from '#iov/harness/trace.js';
import { ONE_SLOT, designNamed, walk } from './walk.js';

const TRACE: Trace = {
  design: 'pipe-iter-2016',
  scenario: 'pipe-iter',
  bounds: ONE_SLOT,
  ops: ['iov_iter_pipe count=4', 'iov_iter_get_pages maxsize=4 maxpages=1', 'iov_iter_advance size=0'],
  violates: { invariant: 'no-unwritten-byte-readable', op: 'iov_iter_advance', function: 'pipe_advance' },
  minimality: 'shortest',
  engine: 'exhaustive',
  seed: 7,
};

const SHORT = `# iovcheck trace v1
design: pipe-iter-2016
scenario: pipe-iter
bounds: tiny

iov_iter_pipe count=4
end
`;

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

describe('a trace', () => {
  test('is readable, one op a line', () => {
    expect(formatTrace(TRACE).replace(/bounds: .*/, 'bounds: ...')).toBe(`# iovcheck trace v1
design: pipe-iter-2016
scenario: pipe-iter
bounds: ...
violates: no-unwritten-byte-readable iov_iter_advance pipe_advance
minimality: shortest
engine: exhaustive
seed: 7

iov_iter_pipe count=4
iov_iter_get_pages maxsize=4 maxpages=1
iov_iter_advance size=0
end
`);
  });

  test('comes back as it was written', () => {
    expect(parseTrace(formatTrace(TRACE), 'a.trace')).toEqual(TRACE);
  });

  test('of any run comes back to the last byte, and to the same ops', () => {
    const runner = new Runner(designNamed('linux-6.1'), ONE_SLOT, 'pipe-iter');
    fc.assert(
      fc.property(
        fc.array(fc.nat(9999), { minLength: 1, maxLength: 12 }),
        fc.option(fc.nat(), { nil: undefined }),
        (choices, seed) => {
          const ops = walk(runner, choices).map((n) => runner.ops[n].text);
          fc.pre(ops.length > 0);
          const text = formatTrace({
            design: 'linux-6.1',
            scenario: 'pipe-iter',
            bounds: ONE_SLOT,
            ops,
            ...(seed === undefined ? {} : { seed }),
          });
          const back = parseTrace(text, 'a.trace');
          expect(formatTrace(back)).toBe(text);
          expect(resolveOps(runner, back, 'a.trace').map((n) => runner.ops[n].text)).toEqual(ops);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('may have comments, empty lines among the ops, and the line ends of other systems', () => {
    const text = SHORT.replace('bounds:', '# found by hand\nbounds:')
      .replace('iov_iter_pipe', '# lock it\n\niov_iter_pipe')
      .replace('count=4', 'count=4   # all of it')
      .replaceAll('\n', '\r\n');
    expect(parseTrace(text, 'a.trace')).toEqual(parseTrace(SHORT, 'a.trace'));
  });

  test('that was cut off anywhere is seen to be', () => {
    const text = formatTrace(TRACE);
    for (let end = 0; end < text.length - 1; end++) {
      expect(() => parseTrace(text.slice(0, end), 'a.trace'), `${end}`).toThrow(UsageError);
    }
    expect(messageOf(() => parseTrace(text.slice(0, -10), 'a.trace'))).toMatch(/^a\.trace:\d+: the trace was cut off/);
  });
});

describe('a file that is no trace is met with one sentence', () => {
  test.each([
    ['empty', '', "1: the file is empty; a trace begins with the line '# iovcheck trace v1'"],
    ['something else', 'pwrite\nend\n', "1: this is no trace; its first line has to be '# iovcheck trace v1'"],
    [
      'from the future',
      SHORT.replace('v1', 'v2'),
      '1: this trace is version 2, and this iovcheck reads version 1; use a newer iovcheck',
    ],
    ['version 0', SHORT.replace('v1', 'v0'), '1: there was never a version 0 of traces'],
    ['an unknown header', SHORT.replace('bounds:', 'bound:'), "4: there is no header 'bound'; did you mean 'bounds'?"],
    ['no header', SHORT.replace('bounds: tiny', '= 4'), "4: '= 4' is no header; write 'name: value'"],
    ['a header twice', SHORT.replace('bounds: tiny', 'design: x'), "4: the header 'design' stands here twice"],
    ['an empty header', SHORT.replace('tiny', ''), "4: the header 'bounds' is empty"],
    [
      'a header left out',
      SHORT.replace('bounds: tiny\n', ''),
      "3: the head has no 'bounds'; it needs design, scenario, bounds, e.g. bounds: default",
    ],
    ['wrong bounds', SHORT.replace('tiny', 'page=3'), '4: bounds: page=3 is out of range'],
    [
      'a wrong scenario',
      SHORT.replace(': pipe-iter\n', ': pipes\n'),
      "3: there is no scenario 'pipes'; write pipe-iter",
    ],
    [
      'a wrong engine',
      SHORT.replace('\n\n', '\nengine: magic\n\n'),
      "5: there is no engine 'magic'; write exhaustive or random or coverage",
    ],
    ['a wrong minimality', SHORT.replace('\n\n', '\nminimality: tiny\n\n'), "5: there is no minimality 'tiny'"],
    ['a wrong seed', SHORT.replace('\n\n', '\nseed: -1\n\n'), "5: '-1' is no seed; write a whole number"],
    [
      'half a class',
      SHORT.replace('\n\n', '\nviolates: sanity\n\n'),
      "5: 'sanity' is no class of violations; write 'violates: INVARIANT OP FUNCTION'",
    ],
    [
      'ops in the head',
      SHORT.replace('\n\n', '\n'),
      '5: ops come after the head; put an empty line before the first one',
    ],
    ['no op', SHORT.replace('iov_iter_pipe count=4\n', ''), "6: there is no op before 'end'"],
    ['more after its end', `${SHORT}pread size=1\n`, "8: something follows 'end'"],
  ])('%s', (_what, text, message) => {
    expect(messageOf(() => parseTrace(text, 'x.trace'))).toContain(`x.trace:${message}`);
  });
});

describe('ops of a trace are looked up in the table', () => {
  const runner = new Runner(designNamed('pipe-iter-2016'), ONE_SLOT, 'pipe-iter');
  const resolve = (...ops: string[]): number[] => resolveOps(runner, { ...TRACE, ops }, 'x.trace');

  test('with arguments in any order, by name or by number, and defaults left out or written', () => {
    const [n] = resolve('pwrite fd=w size=1');
    expect(runner.ops[n].text).toBe('pwrite fd=w size=1');
    expect(resolve('pwrite size=1 fd=w', 'pwrite fd=0 size=1 mark=-1')).toEqual([n, n]);
  });

  test.each([
    [
      'iov_iter_advanc size=0',
      "there is no op 'iov_iter_advanc'; did you mean 'iov_iter_advance'? See iovcheck list ops",
    ],
    [
      'iov_iter_revert unroll=1',
      "the op 'iov_iter_revert' does not exist in design pipe-iter-2016, scenario pipe-iter",
    ],
    ['pread siz=1', "pread has no argument 'siz'; did you mean 'size'? It has size, fault_at"],
    ['put_pages size=1', "put_pages has no argument 'size'; it has none"],
    ['pread size=9', 'pread: size=9 is not within the bounds; size may be 1, 3 or 4'],
    ['pwrite fd=x size=1', 'pwrite: fd=x is not within the bounds; fd may be w or wd'],
    ['pread size=1 fault_at=0', 'fault_at may be nothing: leave it out'],
    ['pread size=1 size=3', "pread: the argument 'size' stands there twice"],
    ['pread 1', "'1' is no argument; write name=value, e.g. pread size=1"],
    ['pread', 'pread needs size; it may be 1, 3 or 4, e.g. pread size=1'],
  ])('%s', (text, message) => {
    const said = messageOf(() => resolve('pread size=1', text));
    expect(said).toMatch(/^x\.trace:11: /);
    expect(said).toContain(message);
  });

  test('and a message names the line of the file that it came from', () => {
    const text = SHORT.replace('iov_iter_pipe', '# first\n\niov_iter_pip');
    const trace = parseTrace(text, 'x.trace');
    expect(messageOf(() => resolveOps(runner, { ...trace, design: 'other' }, 'x.trace'))).toMatch(
      /^x\.trace:8: there is no op/,
    );
  });
});
