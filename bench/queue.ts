/**
 * What the queue of campaigns costs: `npm run bench:queue`, half a minute, with a redis-server of its own on the loopback.
 * Jobs here do nothing, or wait for a second: what is measured is BullMQ and Redis.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { contentHash } from '../campaign/jobs/job.js';
import { ATTEMPTS, BACKOFF_MS, PREFIX, QUEUE } from '../cli/queue.js';

const QUEUED = 10_000;
const SHORT_JOBS = 3000;
const SECOND_JOBS = 40;
const SIDE_BY_SIDE = 4;
/** Bytes of a result: those of the campaigns in examples/ have 5 to 40 thousand. */
const RESULT_BYTES = 15_000;

interface World {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly connection: { host: string; port: number; maxRetriesPerRequest: null };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** As cli/campaign-queue.ts hands one out. */
function entry(n: number): { name: string; data: object; opts: object } {
  const bounds =
    'page=2,ring=2,files=2,lengths=all,segments=all,marks=all,contents=3,callers=correct,stale=flags,oom=on';
  const hash = contentHash(n);
  const job = { version: '0.1.0', spec: hash, design: 'linux-6.1', code: hash, scenario: 'pipe-iter', bounds };
  const data = {
    version: '0.1.0',
    spec: hash,
    job: { ...job, engine: 'coverage', seed: n, steps: 500_000 },
    build: hash,
  };
  const opts = { jobId: hash, priority: 2, attempts: ATTEMPTS, backoff: { type: 'exponential', delay: BACKOFF_MS } };
  return { name: 'linux-6.1, pipe-iter: coverage, seed 1, round 1', data, opts };
}

async function figure(redis: Redis, section: string, name: string): Promise<number> {
  const text = await redis.info(section);
  return Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1]);
}

async function redisCpu(redis: Redis): Promise<number> {
  return (await figure(redis, 'cpu', 'used_cpu_sys')) + (await figure(redis, 'cpu', 'used_cpu_user'));
}

async function add(queue: Queue, count: number): Promise<void> {
  for (let at = 0; at < count; at += 500)
    await queue.addBulk(Array.from({ length: Math.min(500, count - at) }, (_, n) => entry(at + n)));
}

async function memory({ redis, queue }: World): Promise<string> {
  const before = await figure(redis, 'memory', 'used_memory');
  await add(queue, QUEUED);
  const bytes = (await figure(redis, 'memory', 'used_memory')) - before;
  await queue.obliterate({ force: true });
  const each = Math.round(bytes / QUEUED);
  return `${QUEUED} queued jobs: ${(bytes / 2 ** 20).toFixed(1)} MiB in Redis, ${each} bytes a job`;
}

/** Takes `count` jobs, so many at a time; seconds of the clock, and of Redis. */
async function through(world: World, count: number, concurrency: number, work: () => Promise<void>): Promise<number[]> {
  const { redis, queue, connection } = world;
  await add(queue, count);
  const result = 'x'.repeat(RESULT_BYTES);
  let left = count;
  const cpu = await redisCpu(redis);
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const perform = async (): Promise<string> => {
      await work();
      return result;
    };
    const worker = new Worker(QUEUE, perform, { connection, prefix: PREFIX, concurrency });
    worker.on('completed', (job) => {
      // As the campaign does: what is in the journal is taken out.
      void job.remove().then(async () => {
        if (--left > 0) return;
        resolve();
        await worker.close();
      });
    });
  });
  return [(performance.now() - start) / 1000, (await redisCpu(redis)) - cpu];
}

async function measure(world: World): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`Node ${process.versions.node}, ${availableParallelism()} cores, results of ${RESULT_BYTES} bytes`);
  say(await memory(world));
  const [alone] = await through(world, SHORT_JOBS, 1, async () => {});
  say(`one at a time: ${((1000 * alone) / SHORT_JOBS).toFixed(2)} ms a job, from one to the next`);
  const [many, cpu] = await through(world, SHORT_JOBS, 32, async () => {});
  const perJob = (1000 * cpu) / SHORT_JOBS;
  say(`32 at a time: ${Math.round(SHORT_JOBS / many)} jobs a second with one process of workers`);
  say(`Redis itself: ${perJob.toFixed(3)} ms of CPU time a job, so ${Math.round(1000 / perJob)} jobs a second at most`);
  const [seconds] = await through(world, SECOND_JOBS, SIDE_BY_SIDE, async () => {
    await sleep(1000);
  });
  const ideal = SECOND_JOBS / SIDE_BY_SIDE;
  const share = (100 * (seconds - ideal)) / ideal;
  say(
    `jobs of one second, ${SIDE_BY_SIDE} at a time: ${seconds.toFixed(2)} s for ${ideal} s of work, ${share.toFixed(1)} % more`,
  );
}

const dir = mkdtempSync(join(tmpdir(), 'iovcheck-queue-'));
const port = await freePort();
const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'yes'];
const server = spawn('redis-server', args, { stdio: 'ignore' });
server.on('error', () => {
  process.stderr.write('bench:queue needs redis-server; apt-get install -y redis-server\n');
  process.exit(2);
});
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const redis = new Redis({ ...connection, retryStrategy: () => 100 });
redis.on('error', () => {});
await redis.ping();
const queue = new Queue(QUEUE, { connection, prefix: PREFIX });
try {
  await measure({ redis, queue, connection });
} finally {
  await queue.close();
  redis.disconnect();
  server.kill();
  rmSync(dir, { recursive: true, force: true });
}
