/** The spec beside the kernel that runs the tests: the same calls, the same answers; and a wrong spec is noticed. */
import { readdirSync, readlinkSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import { baselineOf } from '#iov/oracle/host/baseline.js';
import { Chooser } from '#iov/oracle/host/choose.js';
import { hostBounds, HOST_SCENARIOS, Walks } from '#iov/oracle/host/fuzz.js';
import { walkOnHost, whyNoHost } from '#iov/oracle/host/host.js';
import { loadLibc } from '#iov/oracle/host/libc.js';
import { Lockstep } from '#iov/oracle/host/lockstep.js';
import type { Design } from '#iov/model/design.js';
import { defineDesign } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import { Folder, iovcheck } from '../cli/run.js';

const why = whyNoHost();
const { design: id, note } = baselineOf(release());
const designOf = (name: string): Design => {
  const found = DESIGNS.find((design) => design.id === name);
  if (found === undefined) throw new Error(`there is no design ${name}`);
  return found;
};
const baseline = designOf(id);
/** Only a kernel that a baseline is known to stand for is held to it. */
const isKnown = why === '' && note === '';
if (!isKnown) console.warn(`not run: the spec beside the running kernel; ${why === '' ? note : why}`);

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('iovcheck-host-'));
/** What the descriptors of this process are of; those of other tests are among them. */
const openFiles = (): string[] =>
  readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ''; // the one that the list was read through
    }
  });
const folder = new Folder();
afterAll(() => folder.remove());

describe.skipIf(!isKnown)('the running kernel', () => {
  test('says what its baseline says, in thousands of calls', async () => {
    const before = leftovers();
    // Calls on files go to a disk.
    const isFile = (name: string): boolean => name.includes('file');
    const job = { design: baseline, seed: 7, seconds: 60 };
    const pipes = HOST_SCENARIOS.filter((name) => !isFile(name));
    const walked = [
      ...(await walkOnHost({ ...job, scenarios: pipes, steps: 20_000 })),
      ...(await walkOnHost({ ...job, scenarios: HOST_SCENARIOS.filter(isFile), steps: 1200 })),
    ];
    expect(walked.map(({ scenario }) => scenario)).toEqual(HOST_SCENARIOS);
    expect(walked.flatMap(({ differences }) => differences)).toEqual([]);
    for (const { calls, scenario } of walked) expect(calls).toBeGreaterThanOrEqual(isFile(scenario) ? 1200 : 20_000);
    expect(leftovers()).toEqual(before);
    expect(openFiles().filter((path) => path.includes('/iovcheck-host-'))).toEqual([]);
  });
});

describe.skipIf(!isKnown)('a wrong spec', () => {
  test('that forgets to end a packet is told from the kernel, by the shortest run', async () => {
    const design = defineDesign({
      id: 'forgets-packets',
      title: 'a read goes on behind the end of a packet',
      source: [],
      base: baseline,
      override: { pipeReadConsumed: (_k, _buf, _chars, totalLen) => totalLen },
      scenarios: ['packet'],
    });
    const [{ differences }] = await walkOnHost({ design, scenarios: ['packet'], seed: 1, steps: 20_000, seconds: 60 });
    expect(differences.length).toBeGreaterThan(0);
    const shortest = differences.toSorted((a, b) => a.ops.length - b.ops.length)[0];
    // Fewer calls do not show it, and no size can be smaller.
    expect(shortest.ops).toHaveLength(3);
    expect(shortest.ops.map((text) => text.split(' ', 1)[0])).toEqual([
      'pwrite',
      expect.stringMatching(/^p(read|write)$/),
      'pread',
    ]);
    expect(Math.max(...shortest.ops.map((text) => Number(/size=(\d+)/.exec(text)?.[1])))).toBe(2);
    expect(shortest.explanation).toMatch(/^The kernel returns (1|-EAGAIN), and the spec's pipe_read\(\) [12]\.$/);
  });

  test('that delivers other bytes is told from the kernel', async () => {
    const design = defineDesign({
      id: 'delivers-other-bytes',
      title: 'a tee that forgets where the buffer begins',
      source: [],
      base: baseline,
      override: {
        doTee(k, from, to, len) {
          const ret = baseline.functions.doTee(k, from, to, len);
          const pipe = k.pipes[to];
          if (ret > 0) pipe.bufs[(pipe.head - 1) & (pipe.ringSize - 1)].offset = 0;
          return ret;
        },
      },
      scenarios: ['splice'],
    });
    const [{ differences }] = await walkOnHost({ design, scenarios: ['splice'], seed: 1, steps: 20_000, seconds: 60 });
    expect(differences.map(({ explanation }) => explanation)).toContainEqual(
      expect.stringMatching(
        /^Both return 1, and byte 0 of what the kernel delivers is another one than in the spec\.$/,
      ),
    );
  });
});

describe.skipIf(!isKnown)('calls by chance', () => {
  test('are the same where the seed is', () => {
    const libc = loadLibc();
    if (typeof libc === 'string') throw new Error(libc);
    const asked = (seed: number): string[] => {
      const lockstep = new Lockstep(libc, baseline, 'splice', hostBounds(4), folder.path);
      const chooser = new Chooser(lockstep);
      chooser.begin(seed, 3);
      const texts = Array.from({ length: 50 }, () => {
        chooser.next();
        const [a, b, c, d] = chooser.args;
        return lockstep.text([chooser.op, a, b, c, d]);
      });
      lockstep.free();
      return texts;
    };
    expect(asked(5)).toEqual(asked(5));
    expect(asked(5)).not.toEqual(asked(6));
  });

  test('are no more than the budget says', () => {
    const libc = loadLibc();
    if (typeof libc === 'string') throw new Error(libc);
    const walks = new Walks(libc, { design: baseline, scenario: 'packet', seed: 1, steps: 1, folder: folder.path });
    expect(walks.isDone).toBe(false);
    walks.take();
    expect(walks.isDone).toBe(true);
    walks.free();
  });
});

describe.skipIf(!isKnown)('replay --on host', () => {
  test('traces of small pages are taken in as many bytes as the machine has', async () => {
    const trace = 'corpus/regressions/linux-4.8.splice.packet-boundaries.splice_file.trace';
    const { status, out, err } = await iovcheck(['replay', trace, '--on', 'host']);
    expect(err).toBe('');
    expect(out).toContain(`${id} beside the running kernel, Linux ${release()}`);
    expect(out).toContain('a byte of the trace is 2048 bytes of the machine');
    expect(out).toContain('They agree in 3 calls, and in what is left in the pipes (2 reads).');
    expect(status).toBe(0);
  });

  test('a call that no program can make is refused with its reason', async () => {
    const inside = await iovcheck([
      'replay',
      'corpus/regressions/linux-6.1.bytes-in-order.iov_iter_revert.trace',
      '--on',
      'host',
    ]);
    expect(inside.status).toBe(2);
    expect(inside.out).toBe('');
    expect(inside.err).toMatch(/step 3: 'iov_iter_pipe count=1' can not be made by a program: .* inside the kernel/);
    const text = `# iovcheck trace v1\ndesign: linux-6.18\nscenario: splice\nbounds: default\n\npwrite fd=A.w size=1 fail_alloc=0\nend\n`;
    const failing = await iovcheck(['replay', folder.write('fails.trace', text), '--on', 'host']);
    expect(failing.status).toBe(2);
    expect(failing.err).toMatch(/no program can make an allocation of the running kernel fail/);
  });
});

describe.skipIf(!isKnown)('fuzz --against host', () => {
  test('a difference is a trace, and the trace shows it again', async () => {
    const other = designOf(id === 'linux-6.18' ? 'linux-6.12' : 'linux-6.18');
    const traces = `${folder.path}/traces`;
    const fuzz = ['fuzz', other.id, '--against', 'host', '--scenario', 'splice', '--budget', '20000-steps'];
    const { status, out, err } = await iovcheck([...fuzz, '--traces', traces]);
    expect(err).toContain(`is what ${id} stands for, not ${other.id}`);
    expect(out).toMatch(/They differ in \d+ ways? \(seed 1\)\./);
    expect(status).toBe(1);
    const [file] = readdirSync(traces);
    // The baseline of the kernel knows better.
    const again = await iovcheck(['replay', `${traces}/${file}`, '--on', 'host']);
    expect(again.status).toBe(0);
    const small = await iovcheck(['replay', `${traces}/${file}`]);
    expect(small.status).toBe(2);
    expect(small.err).toContain('page=4096 is that of a running kernel');
  });

  test('what is found is JSON where that is asked for', async () => {
    const fuzz = ['fuzz', id, '--against', 'host', '--scenario', 'packet', '--budget', '1000-steps', '--json'];
    const { status, out } = await iovcheck(fuzz);
    expect(status).toBe(0);
    const { results } = JSON.parse(out) as { results: Record<string, unknown>[] };
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({
      design: id,
      against: 'host',
      kernel: release(),
      scenario: 'packet',
      seed: 1,
      verdict: 'budget-spent',
      differences: [],
    });
  });
});

describe('words on the command line', () => {
  test.each([
    [['fuzz', 'linux-6.18', '--against', 'nobody'], /--against nobody: there is no such kernel; write host/],
    [['fuzz', 'linux-6.18', 'linux-6.1', '--against', 'host'], /name one design/],
    [['fuzz', 'linux-6.18', '--against', 'host', '--bounds', 'tiny'], /--bounds: it means nothing with --against/],
    [['fuzz', 'linux-6.18', '--against', 'host', '--scenario', 'extract'], /no call of extract is a system call/],
    [
      ['minimize', 'corpus/regressions/linux-4.8.splice.packet-boundaries.splice_file.trace', '--on', 'host'],
      /--on host: a kernel is not judged, and only replay asks one/,
    ],
  ])('%j', async (args, message) => {
    const { status, out, err } = await iovcheck(args);
    expect(err).toMatch(message);
    expect(out).toBe('');
    expect(status).toBe(2);
  });
});

describe('the baseline of a kernel', () => {
  test.each([
    ['6.18.44', 'linux-6.18', ''],
    ['6.15.0-rc3', 'linux-6.18', ''],
    ['6.12.9+deb13-amd64', 'linux-6.12', ''],
    ['6.1.0-56-cloud-amd64', 'linux-6.1', ''],
    ['5.15.0', 'linux-5.8', ''],
    ['4.10.1', 'linux-4.10', ''],
    ['7.3.1', 'linux-6.18', 'Linux 7.3.1 is newer than linux-6.18, the newest that is modelled; it may differ'],
    ['3.10.0', 'linux-4.8', 'Linux 3.10.0 is older than linux-4.8, the oldest that is modelled'],
    ['unknown', 'linux-6.18', "'unknown' is no version that is known; it is taken for the newest one"],
  ])('%s is %s', (version, design, said) => {
    expect(baselineOf(version)).toEqual({ design, note: said });
  });
});
