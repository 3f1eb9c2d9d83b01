/**
 * How long `check --watch` takes from the save of a design to its verdict on stdout: the design of the README, at tiny
 * bounds, saved twenty times, a while after the last verdict, as people do. `npm run bench:watch` prints the median and
 * the longest, and what a save costs in CPU time, which is the same on a busy machine. `npm run bench:watch -- 5` saves
 * five times.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuOf } from './cpu.mjs';

const SAVES = Number(process.argv[2] ?? 20);

/** After a verdict threads for the next save are started; who reads the verdict gives them that long. */
const PAUSE_MS = 1500;

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const design = /<!-- example: my-design\.ts -->\s+```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';

/** What is saved in turn: the design of the README, and the same without its mistake. */
const versions = [design.replace('buf.len = size;', 'buf.len = size;\n      buf.flags = 0;'), design];

/** @param {string} cwd @param {string} scenario @returns {Promise<{ times: number[], cpu: number }>} milliseconds of each save, sorted; of CPU, the mean */
async function measure(cwd, scenario) {
  const file = join(cwd, 'my-design.ts');
  writeFileSync(file, design);
  const args = [join(root, 'dist/cli/main.js'), 'check', './my-design.ts', '--watch', '--quiet'];
  const watch = spawn(process.execPath, [...args, '--scenario', scenario, '--bounds', 'tiny'], { cwd });
  let err = '';
  let out = '';
  let heard = () => {};
  watch.stderr.on('data', (data) => {
    err += String(data);
    heard();
  });
  watch.stdout.on('data', (data) => {
    out += String(data);
    heard();
  });
  /** @param {() => void} change */
  const next = async (change) => {
    const [fromErr, fromOut] = [err.length, out.length];
    const until = async (/** @type {() => boolean} */ isTrue) => {
      while (!isTrue()) await new Promise((resolve) => (heard = () => resolve(undefined)));
    };
    const start = performance.now();
    change();
    await until(() => /exit \d\.\n$/.test(out.slice(fromOut)));
    const ms = performance.now() - start;
    await until(() => / s; watching\n$/.test(err.slice(fromErr)));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return ms;
  };
  await next(() => {});
  const before = cpuOf(watch.pid);
  const times = [];
  for (let n = 0; n < SAVES; n++) times.push(await next(() => writeFileSync(file, versions[n % versions.length])));
  const cpu = (1000 * (cpuOf(watch.pid) - before)) / SAVES;
  watch.kill();
  return { times: times.toSorted((a, b) => a - b), cpu };
}

process.stdout.write(`${cpus().length} cores, ${cpus()[0]?.model ?? ''}, Node ${process.versions.node}\n`);
for (const scenario of ['packet', 'pipe-iter']) {
  const cwd = mkdtempSync(join(tmpdir(), 'iovcheck-watch-'));
  try {
    const { times, cpu } = await measure(cwd, scenario);
    const [median, most] = [times[Math.floor(times.length / 2)], times[times.length - 1]];
    process.stdout.write(
      `my-design, ${scenario}, tiny: ${times.length} saves, median ${Math.round(median)} ms, longest ${Math.round(most)} ms, CPU ${Math.round(cpu)} ms a save\n`,
    );
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}
