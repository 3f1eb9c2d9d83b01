/**
 * Kills a search with checkpoints at random moments, and goes on with it until it is done: its
 * output and its certificate have to be those of a run that nobody disturbed. `npm run kills`
 * does so 50 times, with one thread and with two; a test does it three times with a smaller search.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

const SEARCH = ['extract-rfc-2022', '--scenario', 'extract', '--bounds'];

/** Some seconds, a dozen classes of violations, and enough to do for a second thread. */
const BOUNDS = 'tiny';

/** Seconds after which a lock counts as left behind; the fewest that there can be. */
const LOCK_SECONDS = '2';

/** When the run took the lock of its folder; 0 where it has not. */
function lockedAt(/** @type {string} */ dir) {
  try {
    return statSync(join(dir, 'lock')).ctimeMs;
  } catch {
    return 0;
  }
}

/**
 * Runs the search; `killAfter`: milliseconds after it has taken its folder.
 * @param {string[]} args @param {string | undefined} dir @param {number} killAfter
 * @returns {Promise<{ out: string, err: string, status: number | null, signal: string | null, ms: number }>}
 */
function run(args, dir, killAfter = Number.POSITIVE_INFINITY) {
  const env = { ...process.env, NO_COLOR: '1', IOVCHECK_LOCK_SECONDS: LOCK_SECONDS };
  const begun = Date.now();
  const child = spawn(process.execPath, [MAIN, 'check', ...args, '--quiet'], { env });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (err += String(data)));
  /** @type {NodeJS.Timeout | undefined} */
  let kill;
  const look = setInterval(() => {
    if (kill !== undefined || dir === undefined || killAfter === Number.POSITIVE_INFINITY) return;
    if (lockedAt(dir) >= begun) kill = setTimeout(() => child.kill('SIGKILL'), killAfter);
  }, 10);
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      clearInterval(look);
      clearTimeout(kill);
      resolve({ out, err, status, signal, ms: Date.now() - begun });
    });
  });
}

/**
 * @param {{ kills: number, seed: number, bounds?: string, tell?: (line: string) => void }} options `bounds` size the search.
 * @returns {Promise<{ kills: number, completions: number, problems: string[] }>}
 */
export async function killAndResume({ kills, seed, bounds = BOUNDS, tell = () => {} }) {
  const root = mkdtempSync(join(tmpdir(), 'iovcheck-kills-'));
  const random = xoroshiro128plus(seed);
  const certificate = join(root, 'proof.json');
  const search = [...SEARCH, bounds];
  const read = () => readFileSync(certificate, 'utf8');
  /** @type {string[]} */
  const problems = [];
  try {
    const whole = await run([...search, '--certificate', certificate], undefined);
    const proof = read();
    let [killed, completions, folder] = [0, 0, 0];
    for (let n = 0; killed < kills || completions === 0; n++) {
      const dir = join(root, `search-${folder}`);
      const workers = String(1 + (n % 2));
      const keep = ['--checkpoint', dir, '--resume', dir, '--workers', workers, '--certificate', certificate];
      const killAfter = killed < kills ? uniformInt(random, 0, whole.ms) : Number.POSITIVE_INFINITY;
      const ended = await run([...search, ...keep], dir, killAfter);
      if (ended.signal === 'SIGKILL') {
        killed++;
        continue;
      }
      folder++;
      completions++;
      tell(`${killed} kills, ${completions} completions`);
      if (ended.status !== whole.status) problems.push(`exit ${ended.status}, not ${whole.status}: ${ended.err}`);
      else if (ended.out !== whole.out) problems.push(`after ${killed} kills the output is another one`);
      else if (read() !== proof) problems.push(`after ${killed} kills the certificate is another one`);
      if (problems.length > 0) break;
    }
    return { kills: killed, completions, problems };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [kills = '50', seed = '1'] = process.argv.slice(2);
  const tell = (/** @type {string} */ line) => void process.stderr.write(`${line}\n`);
  const { problems, ...counts } = await killAndResume({ kills: Number(kills), seed: Number(seed), tell });
  const words = problems.length === 0 ? 'output and certificate are the same each time' : problems.join('; ');
  process.stdout.write(`${counts.kills} kills, ${counts.completions} completions: ${words}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
