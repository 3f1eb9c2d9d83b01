/**
 * What the two sides of a queue share. The queue itself is BullMQ's: who takes which job, retries, back-off, jobs whose
 * worker has died. What is ours is that a job's id is its key, and that large things travel apart, by their hash.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Job, Outcome, Tool } from '../campaign/jobs/job.js';
import { UsageError } from '../harness/bounds-text.js';
import type { QueueAddress } from './queue-address.js';
import { placeOfQueue } from './queue-address.js';

export const QUEUE = 'jobs';
export const PREFIX = 'iovcheck';

/** What a job of the queue carries. Hashes are of texts that stand apart. */
export interface QueueData extends Tool {
  readonly job: Job;
  readonly input?: string;
  readonly code?: string;
  readonly build?: string;
  readonly tree?: SentTree;
}

/** A kernel tree: its files by their hash, and the hash of all that its C is compiled from and with. */
export interface SentTree {
  readonly files: string;
  readonly hash: string;
}

/** What a worker hands back. */
export interface QueueAnswer extends Outcome {
  readonly seconds: number;
}

/** Seconds after which a job whose worker does not say that it lives is given to another; tests lower them. */
export function stallSeconds(): number {
  const n = Number(process.env.IOVCHECK_STALL_SECONDS ?? 30);
  return Number.isFinite(n) && n >= 1 ? n : 30;
}

/** Times that a job may lose its worker: then it is taken to be what ends them. */
export const STALLS_MAX = 5;
/** Times that a worker may fail at a job, and milliseconds until it is tried again; doubled each time. */
export const ATTEMPTS = 4;
export const BACKOFF_MS = 500;

export type BullMq = typeof import('bullmq');

const ABSENT = 'a queue needs bullmq and ioredis; install them: npm install bullmq ioredis';

async function load<T>(importing: Promise<T>): Promise<T> {
  try {
    return await importing;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError(ABSENT, { cause: error });
  }
}

export function bullMq(): Promise<BullMq> {
  return load(import('bullmq'));
}

const CONNECT_MS = 5000;
/** A queue that is just being started again is waited for. */
const TRIES = 10;
const TRY_MS = 500;

/** One attempt: a connection, or why there is none. */
async function attempt(address: QueueAddress): Promise<Redis | string> {
  const { Redis: Client } = await load(import('ioredis'));
  let isUp = false;
  const redis = new Client({
    ...address,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: null,
    // Once it was there, it is waited for without end.
    retryStrategy: (times) => (isUp ? Math.min(100 * times, 2000) : null),
  });
  let why = '';
  redis.on('error', (error: NodeJS.ErrnoException) => {
    why = error.code ?? error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
    isUp = true;
    return redis;
  } catch (error) {
    redis.disconnect();
    return why === '' ? (error as Error).message : why;
  }
}

/** A connection of our own; throws {@link UsageError} where nobody answers. */
export async function connect(address: QueueAddress): Promise<Redis> {
  let why = '';
  for (let n = 0; n < TRIES; n++) {
    const came = await attempt(address);
    if (typeof came !== 'string') return came;
    why = came;
    // A password that is wrong does not become right.
    if (/AUTH|WRONGPASS|NOPERM/.test(why)) break;
    await sleep(TRY_MS);
  }
  throw new UsageError(
    `the queue at ${placeOfQueue(address)} can not be used (${why}); start Redis there, or name another place`,
  );
}

/** How BullMQ is to connect: it waits for a queue that is away. */
export function connectionOf(address: QueueAddress): QueueAddress & { readonly maxRetriesPerRequest: null } {
  return { ...address, maxRetriesPerRequest: null };
}

const BLOB_SECONDS = 30 * 24 * 3600;

export function textHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const blobKey = (hash: string): string => `${PREFIX}:blob:${hash}`;

/** Texts by their hash. */
export class Blobs {
  private readonly redis: Redis;

  constructor(redis: Redis) {
    this.redis = redis;
  }

  async put(text: string): Promise<string> {
    const hash = textHash(text);
    await this.redis.set(blobKey(hash), text, 'EX', BLOB_SECONDS);
    return hash;
  }

  /** The text as it was put; a queue that has lost it, or something else, throws. */
  async get(hash: string): Promise<string> {
    const text = await this.redis.get(blobKey(hash));
    if (text === null || textHash(text) !== hash)
      throw new Error(`the queue has lost what the job begins with (${hash})`);
    return text;
  }
}
