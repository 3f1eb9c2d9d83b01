/**
 * Kills what a campaign through a queue consists of, its worker, the campaign itself and Redis, at random moments and
 * in random order, and starts it again: what comes out has to be what a run in one process prints.
 * `npm run campaign:kills` does so 20 times each; a test does it twice each.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

export const SMALL = {
  name: 'small',
  designs: ['packet-2012', 'linux-3.3'],
  searches: [
    { engine: 'exhaustive', bounds: ['tiny'], designs: ['linux-3.3'], split: { ops: 1, parts: 2 } },
    { engine: 'random', designs: ['packet-2012'], seeds: 2, steps: 1000 },
    { engine: 'coverage', designs: ['packet-2012'], runs: 40, rounds: 2 },
  ],
};

/** @returns {Promise<number>} A port of the loopback that nobody has. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });
}

/** A child that can be killed and started again. */
export class Process {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  child;
  /** @type {Promise<number | null>} */
  ended = Promise.resolve(0);
  out = '';
  err = '';

  /** @param {string} command @param {readonly string[]} args @param {Record<string, string>} [env] */
  constructor(command, args, env = {}) {
    this.command = command;
    this.args = args;
    this.env = { ...process.env, NO_COLOR: '1', IOVCHECK_LOCK_SECONDS: '2', IOVCHECK_STALL_SECONDS: '1', ...env };
  }

  start() {
    const child = spawn(this.command, this.args, { env: this.env });
    [this.out, this.err] = ['', ''];
    child.stdout.on('data', (data) => (this.out += String(data)));
    child.stderr.on('data', (data) => (this.err += String(data)));
    this.child = child;
    this.ended = new Promise((resolve) => child.on('close', (status) => resolve(status)));
  }

  /** @param {NodeJS.Signals} signal */
  async end(signal = 'SIGKILL') {
    this.child?.kill(signal);
    return this.ended;
  }
}

/** Redis in a folder of its own, on the loopback, with an append-only file. @param {string} dir @param {number} port */
export function redisIn(dir, port) {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'yes'];
  return new Process('redis-server', args);
}

/** Waits until Redis says that it is ready. @param {Process} redis */
export async function whenReady(redis) {
  while (!redis.out.includes('Ready to accept connections')) {
    if (redis.child?.exitCode !== null) throw new Error(`redis-server did not start: ${redis.out}${redis.err}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Redis of a folder that is made for it, ready, and its address. @param {string} dir */
export async function startRedis(dir) {
  mkdirSync(dir);
  const port = await freePort();
  const redis = redisIn(dir, port);
  redis.start();
  await whenReady(redis);
  return { redis, queue: `redis://127.0.0.1:${port}` };
}

/** @param {readonly string[]} args @param {Record<string, string>} [env] */
export const iovcheck = (args, env = {}) => new Process(process.execPath, [MAIN, 'campaign', ...args], env);

/** @param {string} dir */
function linesOf(dir) {
  const path = join(dir, 'jobs.ndjson');
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length : 0;
}

/**
 * One campaign, with as many of the kills as it lives for.
 * @param {{ root: string, name: string, port: number, left: Record<string, number>, random: any }} options
 */
async function once({ root, name, port, left, random }) {
  const env = { IOVCHECK_QUEUE: `redis://127.0.0.1:${port}` };
  const dir = join(root, name);
  const redis = redisIn(root, port);
  redis.start();
  await whenReady(redis);
  const worker = iovcheck(['worker', '--workers', '2', '--quiet'], env);
  const campaign = iovcheck(['run', join(root, 'small.json'), '--dir', dir, '--quiet'], env);
  /** @type {Record<string, Process>} */
  const all = { worker, campaign, redis };
  try {
    worker.start();
    campaign.start();
    for (;;) {
      const kinds = Object.keys(left).filter((kind) => left[kind] > 0);
      const wait = kinds.length === 0 ? 2 ** 30 : uniformInt(random, 200, 3000);
      const timeout = new Promise((resolve) => setTimeout(resolve, wait, 'late').unref());
      if ((await Promise.race([campaign.ended, timeout])) !== 'late') break;
      const kind = kinds[uniformInt(random, 0, kinds.length - 1)];
      left[kind]--;
      await all[kind].end();
      all[kind].start();
      if (kind === 'redis') await whenReady(redis);
    }
    return {
      out: campaign.out.replaceAll(dir, 'DIR'),
      err: campaign.err,
      status: await campaign.ended,
      lines: linesOf(dir),
    };
  } finally {
    await Promise.all([campaign.end(), worker.end()]);
    await redis.end();
  }
}

/** What an undisturbed run prints, and its status. @param {string} root @returns {Promise<{ out: string, status: number | null }>} */
async function undisturbed(root) {
  const dir = join(root, 'plain');
  const plain = iovcheck(['run', join(root, 'small.json'), '--dir', dir, '--quiet']);
  plain.start();
  const status = await plain.ended;
  return { out: plain.out.replaceAll(dir, 'DIR'), status };
}

/**
 * `wanted`: what an undisturbed run comes to, where that is known.
 * @param {{ kills: number, seed: number, wanted?: { out: string, status: number | null }, tell?: (line: string) => void }} options
 * @returns {Promise<{ left: Record<string, number>, campaigns: number, problems: string[] }>}
 */
export async function killCampaign({ kills, seed, wanted, tell = () => {} }) {
  const root = mkdtempSync(join(tmpdir(), 'iovcheck-campaign-'));
  const random = xoroshiro128plus(seed);
  const left = { worker: kills, campaign: kills, redis: kills };
  /** @type {string[]} */
  const problems = [];
  let campaigns = 0;
  try {
    writeFileSync(join(root, 'small.json'), JSON.stringify(SMALL));
    const { out, status } = wanted ?? (await undisturbed(root));
    while (Object.values(left).some((n) => n > 0) && problems.length === 0) {
      const came = await once({ root, name: `run-${++campaigns}`, port: await freePort(), left, random });
      tell(`campaign ${campaigns}: exit ${came.status}; kills left: ${JSON.stringify(left)}`);
      if (came.out !== out || came.status !== status) {
        problems.push(`campaign ${campaigns}, exit ${came.status}:\n${came.out}\n${came.err}\nwanted:\n${out}`);
      }
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return { left, campaigns, problems };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const kills = Number(process.argv[2] ?? 20);
  const { campaigns, problems } = await killCampaign({ kills, seed: 1, tell: (line) => console.error(line) });
  for (const problem of problems) console.log(problem);
  const said = problems.length === 0 ? 'each printed what an undisturbed one prints' : 'they differ';
  console.log(`${kills} kills each of worker, campaign and Redis, over ${campaigns} campaigns: ${said}.`);
  if (problems.length > 0) process.exitCode = 1;
}
