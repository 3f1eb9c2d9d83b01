/**
 * The jobs of a campaign through a queue: whoever joins it does them. Results are taken from the queue into the journal,
 * and then out of the queue; what it has lost is put there again. So it does not matter what becomes of it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue, QueueEvents } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Ready } from '../campaign/jobs/course.js';
import type { Done } from '../campaign/jobs/job.js';
import { jobText, keyOf } from '../campaign/jobs/job.js';
import { bundleCode } from './bundle.js';
import type { Campaign } from './campaign-file.js';
import type { Backend } from './campaign-local.js';
import { Builds, doneFrom } from './campaign-local.js';
import type { PackedTree } from './campaign-tree.js';
import type { TreeRef } from './load.js';
import { complain } from './output.js';
import type { QueueAddress } from './queue-address.js';
import { placeOfQueue } from './queue-address.js';
import type { QueueAnswer, QueueData, SentTree } from './queue.js';
import { ATTEMPTS, BACKOFF_MS, Blobs, bullMq, connect, connectionOf, PREFIX, QUEUE, stallSeconds } from './queue.js';

const BATCH = 20;
const CLOSE_MS = 2000;
/** What another job waits for goes first. */
const PRIORITY = { later: 1, first: 2 } as const;
const LIVE = ['wait', 'prioritized', 'active', 'delayed'] as const;

/** As BullMQ takes it. */
interface Entry {
  readonly name: string;
  readonly data: QueueData;
  readonly opts: object;
}

export class QueueBackend implements Backend {
  onDone: (done: Done) => void = () => {};
  onFailed: (error: unknown) => void = () => {};
  readonly lines = [];
  private readonly campaign: Campaign;
  private readonly redis: Redis;
  private readonly blobs: Blobs;
  private readonly builds: Builds;
  private readonly queue: Queue<QueueData, QueueAnswer>;
  private readonly events: QueueEvents;
  private readonly place: string;
  /** Handed out, and not done. */
  private readonly open = new Map<string, Ready>();
  private readonly sent = new Map<string, Promise<string>>();
  private readonly trees = new Map<TreeRef, PackedTree>();
  /** What has been asked of the queue, and not answered. */
  private readonly asked = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private isAway = false;
  private isStopped = false;

  private constructor(
    campaign: Campaign,
    redis: Redis,
    place: string,
    queue: Queue<QueueData, QueueAnswer>,
    events: QueueEvents,
  ) {
    this.campaign = campaign;
    this.redis = redis;
    this.place = place;
    this.blobs = new Blobs(redis);
    this.builds = new Builds(campaign);
    this.queue = queue;
    this.events = events;
    queue.on('error', () => this.away());
    events.on('error', () => this.away());
    redis.on('error', () => this.away());
    redis.on('ready', () => (this.isAway = false));
    const ended = ({ jobId }: { jobId: string }): void => this.guard(() => this.collect(jobId));
    events.on('completed', ended);
    events.on('failed', ended);
    this.lookAgain();
  }

  static async open(campaign: Campaign, address: QueueAddress): Promise<QueueBackend> {
    const { Queue: OwnQueue, QueueEvents: Events } = await bullMq();
    const redis = await connect(address);
    const options = { connection: connectionOf(address), prefix: PREFIX };
    const queue = new OwnQueue<QueueData, QueueAnswer>(QUEUE, options);
    return new QueueBackend(campaign, redis, placeOfQueue(address), queue, new Events(QUEUE, options));
  }

  /** Told once each time. */
  private away(): void {
    if (this.isAway || this.isStopped) return;
    this.isAway = true;
    complain(`the queue at ${this.place} does not answer; waiting for it`);
  }

  private guard(what: () => Promise<void>): void {
    const asked = this.guarded(what).finally(() => this.asked.delete(asked));
    this.asked.add(asked);
  }

  private async guarded(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (error) {
      // A connection that is lost comes back; what was asked then is asked again by lookAgain().
      if (!this.isStopped && !this.isAway && this.redis.status === 'ready') this.onFailed(error);
    }
  }

  add(ready: readonly Ready[]): void {
    for (const one of ready) this.open.set(keyOf(one.job), one);
    this.guard(() => this.send(ready));
  }

  private async send(ready: readonly Ready[]): Promise<void> {
    // A build takes a second and a hundred megabytes: one after another, and last, so that workers have begun meanwhile.
    const needsBuild = ({ job }: Ready): boolean => job.engine === 'coverage';
    const all = [...ready.filter((one) => !needsBuild(one)), ...ready.filter(needsBuild)];
    for (let at = 0; at < all.length && !this.isStopped; at += BATCH) {
      const batch: Entry[] = [];
      for (const one of all.slice(at, at + BATCH)) batch.push(await this.entryOf(one));
      await this.queue.addBulk(batch);
    }
  }

  private async entryOf({ job, input }: Ready): Promise<Entry> {
    const { version, spec } = this.campaign.tool;
    const { url = null, tree } = this.campaign.refs.get(job.design)?.ref ?? {};
    const data = {
      version,
      spec,
      job,
      ...(input === undefined ? {} : { input: await this.put(JSON.stringify(input)) }),
      ...(url === null ? {} : { code: await this.put(bundleCode(url)) }),
      ...(tree === undefined ? {} : { tree: await this.sentTree(tree) }),
      ...(job.engine === 'coverage' ? { build: await this.put(await this.builds.of(job.design)) } : {}),
    };
    const opts = {
      jobId: keyOf(job),
      priority: input === undefined ? PRIORITY.first : PRIORITY.later,
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: BACKOFF_MS },
    };
    return { name: jobText(job), data, opts };
  }

  private async sentTree(tree: TreeRef): Promise<SentTree> {
    const known = this.trees.get(tree) ?? (await import('./campaign-tree.js')).packed(tree);
    this.trees.set(tree, known);
    return { files: await this.put(known.text), hash: known.hash };
  }

  /** Each text is sent once, as long as the queue does not lose anything. */
  private put(text: string): Promise<string> {
    const known = this.sent.get(text);
    if (known !== undefined) return known;
    const sent = this.blobs.put(text);
    this.sent.set(text, sent);
    sent.catch(() => this.sent.delete(text));
    return sent;
  }

  /** Takes the result of a job out of the queue, once it is in the journal. */
  private async collect(key: string): Promise<void> {
    const ready = this.open.get(key);
    if (ready === undefined || this.isStopped) return;
    const job = await this.queue.getJob(key);
    if (job === undefined) return;
    const state = await job.getState();
    if (state === 'completed') {
      const { seconds, ...outcome } = job.returnvalue;
      this.finish(key, doneFrom(ready, outcome, seconds));
    } else if (state === 'failed') {
      const message = `it was given up by the queue after ${job.attemptsMade} attempts: ${job.failedReason}`;
      this.finish(key, doneFrom(ready, { error: { isUsage: false, isLost: true, message } }, 0));
    } else return;
    await job.remove();
  }

  private finish(key: string, done: Done): void {
    if (!this.open.delete(key)) return;
    this.onDone(done);
  }

  /** Events may be missed, and a queue that comes back may have lost a second of its work: both are seen here. */
  private async reconcile(): Promise<void> {
    if (this.open.size === 0 || this.redis.status !== 'ready') return;
    const asked = [...this.open.keys()];
    const live = new Set(await this.queue.getRanges([...LIVE], 0, -1));
    const ended = new Set(await this.queue.getRanges(['completed', 'failed'], 0, -1));
    for (const key of asked) if (ended.has(key)) await this.collect(key);
    const lost = asked.filter((key) => !live.has(key) && !ended.has(key)).flatMap((key) => this.open.get(key) ?? []);
    if (lost.length === 0) return;
    this.sent.clear();
    await this.send(lost);
  }

  private lookAgain(): void {
    const soon = Math.min(5000, 500 * stallSeconds());
    this.timer = setTimeout(() => {
      void this.guarded(() => this.reconcile()).finally(() => {
        if (!this.isStopped) this.lookAgain();
      });
    }, soon);
  }

  /** Jobs stay in the queue: whoever goes on with the campaign finds them there, or their results. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  async close(): Promise<void> {
    this.stop();
    // The last results are taken out of the queue; one that is away is not waited for.
    await Promise.race([Promise.allSettled(this.asked), sleep(CLOSE_MS, undefined, { ref: false })]);
    this.redis.disconnect();
    await Promise.race([
      Promise.allSettled([this.queue.close(), this.events.close()]),
      sleep(CLOSE_MS, undefined, { ref: false }),
    ]);
    await Promise.allSettled([this.queue.disconnect(), this.events.disconnect()]);
  }
}
