/** A campaign through Redis: the same bytes as in one process, whatever is killed; and what is refused. Skipped without redis-server. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tool } from '#iov/campaign/jobs/job.js';
import { refusal } from '#iov/cli/campaign-worker.js';
import { queueAddress } from '#iov/cli/queue-address.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Folder } from './run.js';

/** As scripts/campaign-kills.mjs has it. */
interface Process {
  out: string;
  err: string;
  readonly ended: Promise<number | null>;
  start(): void;
  end(signal?: NodeJS.Signals): Promise<number | null>;
}
interface Kills {
  readonly SMALL: object;
  freePort(): Promise<number>;
  redisIn(dir: string, port: number): Process;
  whenReady(redis: Process): Promise<void>;
  iovcheck(args: readonly string[], env?: Readonly<Record<string, string>>): Process;
  killCampaign(options: {
    kills: number;
    seed: number;
    wanted: { out: string; status: number };
  }): Promise<{ left: object; problems: string[] }>;
}

const kills = (await import(new URL('../../scripts/campaign-kills.mjs', import.meta.url).href)) as Kills;
const { SMALL, freePort, redisIn, whenReady, iovcheck, killCampaign } = kills;

function has(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
const isAbsent = spawnSync('redis-server', ['--version']).status !== 0 || !has('bullmq') || !has('ioredis');
if (isAbsent) process.stderr.write('campaigns through a queue are not tested: apt-get install -y redis-server\n');

const folder = new Folder();
afterAll(() => folder.remove());

describe('the address of a queue', () => {
  test.each([
    [{ queue: 'redis://localhost' }, {}, { host: 'localhost', port: 6379, db: 0 }],
    [{ queue: 'redis://[::1]:7000/2' }, {}, { host: '::1', port: 7000, db: 2 }],
    [
      {},
      { IOVCHECK_QUEUE: 'rediss://u:p%40@h' },
      { host: 'h', port: 6379, username: 'u', password: 'p@', db: 0, tls: {} },
    ],
    [{ queue: 'redis://a' }, { IOVCHECK_QUEUE: 'redis://b' }, { host: 'a', port: 6379, db: 0 }],
    [{}, {}, undefined],
  ])('%j, %j', (options, env, address) => {
    expect(queueAddress(options, env)).toEqual(address);
  });

  test('is read from a file', () => {
    const file = folder.write('queue', 'redis://:secret@h:1\n');
    expect(queueAddress({ queueFile: file }, {})).toEqual({ host: 'h', port: 1, password: 'secret', db: 0 });
  });

  test.each([
    [{ queue: 'redis://:secret@h' }, {}, '--queue: a user or a password on the command line'],
    [{ queue: 'http://secret' }, {}, '--queue: this is no address'],
    [{ queue: 'redis://h/secret' }, {}, '--queue: this is no address'],
    [{}, { IOVCHECK_QUEUE: 'secret' }, 'IOVCHECK_QUEUE: this is no address'],
    [{ queueFile: '/no/such' }, {}, '--queue-file /no/such: it can not be read (ENOENT)'],
    [{ queueFile: 'a', queue: 'redis://h' }, {}, 'take one of them out'],
  ])('is refused without being repeated: %j', (options, env, sentence) => {
    let message = '';
    try {
      queueAddress(options, env);
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toContain(sentence);
    expect(message).not.toContain('secret');
  });
});

describe('a worker of something else', () => {
  const own: Tool = { version: '1.0.0', spec: 'sha256:aaaa' };
  test('says what differs', () => {
    expect(refusal(own, { ...own })).toBeUndefined();
    expect(refusal(own, { ...own, version: '1.0.1' })).toContain('has jobs of 1.0.1');
    expect(refusal(own, { ...own, spec: 'sha256:bbbb' })).toContain('another spec');
  });
});

const file = folder.write('small.json', JSON.stringify(SMALL));
const dirOf = (name: string): string => join(folder.path, name);
const address = async (): Promise<string> => `redis://127.0.0.1:${await port}`;
const port = freePort();
let redis: Process;
let plain = '';

function campaign(name: string, queue?: string): Process {
  const on = queue === undefined ? [] : ['--queue', queue];
  const one = iovcheck(['run', file, '--dir', dirOf(name), '--quiet', '--workers', '2', ...on]);
  one.start();
  return one;
}
const textOf = async (one: Process, name: string): Promise<string> => {
  await one.ended;
  return one.out.replaceAll(dirOf(name), 'DIR');
};
function worker(queue: string): Process {
  const one = iovcheck(['worker', '--queue', queue, '--workers', '1', '--quiet']);
  one.start();
  return one;
}

beforeAll(async () => {
  if (isAbsent) return;
  mkdirSync(dirOf('redis'));
  redis = redisIn(dirOf('redis'), await port);
  redis.start();
  await whenReady(redis);
  plain = await textOf(campaign('plain'), 'plain');
  expect(plain).toContain('exit 1.');
}, 60_000);
afterAll(async () => {
  if (!isAbsent) await redis.end('SIGTERM');
});

describe.skipIf(isAbsent)('through Redis', () => {
  test.each([1, 2, 4])('%i workers come to what one process comes to', async (count) => {
    const queue = await address();
    const workers = Array.from({ length: count }, () => worker(queue));
    const name = `workers-${count}`;
    expect(await textOf(campaign(name, queue), name)).toBe(plain);
    const statuses = await Promise.all(workers.map((one) => one.end('SIGTERM')));
    expect(statuses).toEqual(workers.map(() => 143));
    expect(workers.map(({ err }) => err.split('\n').length)).toEqual(workers.map(() => 2));
  });
});

describe.skipIf(isAbsent)('what goes wrong', () => {
  test('jobs of another spec are left to other workers', async () => {
    const { Queue } = await import('bullmq');
    const jobs = new Queue('jobs', { connection: { host: '127.0.0.1', port: await port }, prefix: 'iovcheck' });
    await jobs.add('other', { version: '0.0.0', spec: 'sha256:other', job: {} }, { jobId: 'other' });
    const one = worker(await address());
    expect(await one.ended).toBe(2);
    expect(one.err).toMatch(/^iovcheck: this worker is iovcheck .*, and the queue has jobs of 0\.0\.0; .*\n$/);
    expect(await (await jobs.getJob('other'))?.getState()).toBe('waiting');
    await jobs.obliterate({ force: true });
    await jobs.close();
  });

  test('a job that no worker can do ends up reported, and is tried again by the next run', async () => {
    const { Redis } = await import('ioredis');
    const client = new Redis({ host: '127.0.0.1', port: await port });
    const queue = await address();
    const run = campaign('poisoned', queue);
    // A job needs its build, and the queue has lost it.
    while ((await client.zcard('iovcheck:jobs:prioritized')) < 5)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await client.del(...(await client.keys('iovcheck:blob:*')));
    const one = worker(queue);
    expect(await run.ended).toBe(70);
    expect(run.out).toMatch(
      /Failed\n\n {2}packet-2012, packet: coverage, seed 1, round 1: it was given up by the queue after 4/,
    );
    await client.quit();
    expect(await textOf(campaign('poisoned', queue), 'poisoned')).toBe(plain);
    await one.end('SIGTERM');
    expect(readFileSync(join(dirOf('poisoned'), 'jobs.ndjson'), 'utf8')).toContain('"isLost":true');
  });

  test('where nobody listens, one sentence says so', async () => {
    const one = worker(`redis://127.0.0.1:${await freePort()}`);
    expect(await one.ended).toBe(2);
    expect(one.err).toMatch(
      /^iovcheck: the queue at 127\.0\.0\.1:\d+ can not be used \(ECONNREFUSED\); start Redis there.*\n$/,
    );
  });

  test('kills of worker, campaign and Redis change nothing', async () => {
    const seed = Number(process.env.IOV_TEST_SEED ?? 1);
    const { left, problems } = await killCampaign({ kills: 1, seed, wanted: { out: plain, status: 1 } });
    expect(problems).toEqual([]);
    expect(left).toEqual({ worker: 0, campaign: 0, redis: 0 });
  }, 120_000);
});
