import { wideRow } from '#iov/cli/oracles.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { DESIGNS } from '#iov/index.js';
import { hostRow, isNodeSupported, spinRow, umlRow } from '#iov/cli/doctor.js';
import { whyNoUml } from '#iov/oracle/uml/boot.js';
import { INVARIANTS } from '#iov/invariants/invariants.js';
import { OPS } from '#iov/model/ops/ops.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { iovcheck } from './run.js';

describe('list', () => {
  test.each([
    ['designs', DESIGNS.map(({ id }) => id)],
    ['ops', OPS.map(({ name }) => name)],
    ['invariants', INVARIANTS.map(({ id }) => id)],
    ['scenarios', Object.keys(SCENARIOS)],
  ])('%s names each, in columns', async (what, names) => {
    const { status, out, err } = await iovcheck(['list', what]);
    expect(status).toBe(0);
    expect(err).toBe('');
    const [head, ...rows] = out.trimEnd().split('\n');
    expect(rows.map((row) => row.split(' ')[0])).toEqual(names);
    const column = head.search(/ {2}\S/) + 2;
    for (const row of rows) expect(row.slice(column - 2, column + 1)).toMatch(/^ {2}\S$/);
    expect(out).not.toMatch(/ $/m);
  });
});

describe('list oracles', () => {
  test('says of each whether it can be asked here', async () => {
    const { status, out } = await iovcheck(['list', 'oracles']);
    expect(status).toBe(0);
    const rows = out.trimEnd().split('\n').slice(1);
    expect(rows.map((row) => /^(.*?) {2,}(yes|no: .*?) {2,}/.exec(row)?.[1])).toEqual([
      'kernel tree',
      '64-bit build',
      'host',
      'uml',
    ]);
  });
});

describe('doctor', () => {
  test('says what there is', async () => {
    const { status, out } = await iovcheck(['doctor']);
    expect(status).toBe(0);
    expect(out).toContain(process.versions.node);
    expect(out).not.toContain('BAD');
    expect(out).toContain('spin, gcc, time');
  });

  test('says how to get a kernel to be asked', () => {
    const [koffi, uml] = [hostRow('koffi is not installed; run npm install koffi'), umlRow(whyNoUml(''))];
    expect(koffi[0]).toBe('-');
    expect(koffi[2]).toContain('optional: koffi is not installed; run npm install koffi; with it iovcheck replay');
    expect(uml[0]).toBe('-');
    expect(uml[2]).toMatch(/apt-get install -y user-mode-linux|is for x86-64/);
    expect(hostRow('')[0]).toBe('ok');
    expect(umlRow('')[2]).toContain('--against uml');
  });

  test('says how to get a build of 64 bits', () => {
    expect(wideRow('').join(' ')).toBe('ok clang, 64 bits present: iovcheck overflow can ask where sizes are huge');
    const why = 'no clang on PATH; install it with: apt-get install clang lld';
    expect(wideRow(why)).toEqual([
      '-',
      'clang, 64 bits',
      `optional: ${why}; then iovcheck overflow can ask where sizes are huge`,
    ]);
  });

  test('says how to get what the comparison with Spin needs', () => {
    expect(spinRow('')).toEqual([
      '-',
      'spin, gcc, time',
      'optional, for npm run bench:spin: spin, gcc, time missing; apt-get install -y spin gcc time',
    ]);
  });

  test('looks through the whole path', () => {
    const dir = mkdtempSync(join(tmpdir(), 'iov-path-'));
    for (const name of ['spin', 'gcc', 'time']) writeFileSync(join(dir, name), '');
    expect(spinRow(`/nowhere${delimiter}${dir}`)[0]).toBe('ok');
    rmSync(dir, { recursive: true });
  });

  test.each([
    ['20.18.0', false],
    ['20.19.0', true],
    ['21.7.0', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['23.0.0', false],
    ['24.0.0', true],
    ['26.1.0', true],
  ])('knows whether Node %s will do', (version, isSupported) => {
    expect(isNodeSupported(version, '^20.19 || ^22.12 || >=24')).toBe(isSupported);
  });
});

describe('help', () => {
  test('names the statuses', async () => {
    const { status, out } = await iovcheck(['check', '--help']);
    expect(status).toBe(0);
    expect(out).toContain('70   iovcheck itself failed');
    expect(out).toContain('ring=2');
  });

  test('goes with a version', async () => {
    const { status, out } = await iovcheck(['--version']);
    expect(status).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
