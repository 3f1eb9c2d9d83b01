/**
 * `npm run smoke:coverage`: the coverage engine through the command line, with a fixed seed,
 * against what test/smoke/coverage.txt says that it finds; and the plain target under jsfuzz
 * for a few seconds. With --write it writes that file anew.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const EXPECTED = 'test/smoke/coverage.txt';
const DESIGNS = ['packet-2012', 'pipe-iter-2016', 'tee-merge', 'disc-count', 'splice-to-append', 'zero-page-pins'];
const CHECK = ['check', ...DESIGNS, '--engine', 'coverage', '--seed', '1', '--budget', '20000-steps'];

/** @param {string} name @param {readonly string[]} args @param {string} [cwd] */
function run(name, args, cwd) {
  const path = resolve('dist/cli', `${name}.js`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args, '--quiet'], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 200_000,
  });
  return { status, out: stdout, err: stderr };
}

/** @param {string} text */
function linesOf(text) {
  const { results } = JSON.parse(text);
  return results.flatMap((/** @type {any} */ r) => [
    `${r.design}, ${r.scenario}: ${r.stats.steps} steps, ${r.violations.length} classes`,
    ...r.violations.map(
      (/** @type {any} */ v) => `  ${v.class.invariant} ${v.class.op} ${v.class.function}: ${v.steps} steps`,
    ),
  ]);
}

/** @returns {string[]} what is wrong */
function smokeEngine() {
  const { status, out, err } = run('main', [...CHECK, '--json']);
  if (status !== 1) return [`iovcheck ${CHECK.join(' ')}: exit ${status}, not 1\n${err}`];
  const text = `${linesOf(out).join('\n')}\n`;
  if (process.argv.includes('--write')) writeFileSync(EXPECTED, text);
  const expected = readFileSync(EXPECTED, 'utf8');
  process.stdout.write(`coverage engine: ${text.split('\n').filter((line) => line.startsWith('  ')).length} classes\n`);
  if (text === expected) return [];
  const [is, was] = [text.split('\n'), expected.split('\n')];
  return [
    ...was.filter((line) => !is.includes(line)).map((line) => `no longer: ${line}`),
    ...is.filter((line) => !was.includes(line)).map((line) => `new: ${line}`),
    `${EXPECTED} says otherwise; if that is meant: npm run smoke:coverage -- --write`,
  ];
}

/** @returns {string[]} what is wrong */
function smokeTarget() {
  const folder = mkdtempSync(join(tmpdir(), 'iovcheck-smoke-'));
  try {
    const clean = run('jsfuzz', ['packet-2012-repaired', 'corpus', '--bounds', 'tiny', '--budget', '3s'], folder);
    process.stdout.write(`jsfuzz, packet-2012-repaired: ${clean.out}`);
    const broken = run('jsfuzz', ['packet-2012', 'corpus', '--bounds', 'tiny', '--budget', '30s'], folder);
    process.stdout.write(`jsfuzz, packet-2012: ${broken.out.split('\n').slice(0, 3).join('\n')}\n`);
    return [
      ...(clean.status === 0 ? [] : [`jsfuzz on packet-2012-repaired: exit ${clean.status}, not 0\n${clean.err}`]),
      ...(broken.status === 1 ? [] : [`jsfuzz on packet-2012: exit ${broken.status}, not 1\n${broken.err}`]),
      ...(broken.out.includes('minimality: 1-minimal') ? [] : ['jsfuzz on packet-2012: no trace that was made small']),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const wrong = [...smokeEngine(), ...smokeTarget()];
for (const sentence of wrong) process.stderr.write(`smoke: ${sentence}\n`);
process.exitCode = wrong.length === 0 ? 0 : 1;
