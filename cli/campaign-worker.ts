/** `iovcheck campaign worker`: does jobs of whatever campaign is in the queue, until it is ended. */
import { availableParallelism } from 'node:os';
import type { Job as QueueJob, Worker } from 'bullmq';
import type { Input, Tool } from '../campaign/jobs/job.js';
import { Status } from '../harness/verdict.js';
import { ownTool } from './campaign-file.js';
import { Processes } from './campaign-apart.js';
import type { Doing, JobTask } from './campaign-perform.js';
import { urlOfCode } from './bundle.js';
import { onInterrupt } from './interrupt.js';
import type { TreeRef } from './load.js';
import { parseWhole } from './options.js';
import { complain, plural } from './output.js';
import type { RawQueueOptions } from './queue-address.js';
import { placeOfQueue, QUEUE_HELP, queueAddress } from './queue-address.js';
import { UsageError } from '../harness/bounds-text.js';
import type { BullMq, QueueAnswer, QueueData } from './queue.js';
import { Blobs, bullMq, connect, connectionOf, PREFIX, QUEUE, STALLS_MAX, stallSeconds } from './queue.js';

export interface RawWorkerOptions extends RawQueueOptions {
  readonly workers?: string;
  readonly quiet?: boolean;
}

const PLAIN_MS = 10_000;

/** One sentence where the job is not of this iovcheck. */
export function refusal(own: Tool, of: Tool): string | undefined {
  if (own.version !== of.version)
    return `this worker is iovcheck ${own.version}, and the queue has jobs of ${of.version}; install that version here, or end the other campaign`;
  if (own.spec !== of.spec)
    return `this worker has another spec (${own.spec.slice(0, 19)}) than the jobs in the queue (${of.spec.slice(0, 19)}); build it from the same sources`;
  return undefined;
}

class CampaignWorker {
  done = 0;
  refused: string | undefined;
  private readonly own = ownTool();
  private readonly performing = new Set<Doing>();
  private readonly processes = new Processes();
  private readonly blobs: Blobs;
  private readonly bull: BullMq;
  private readonly builds = new Map<string, string>();
  private readonly trees = new Map<string, TreeRef>();
  private isStopped = false;
  /** Called where it has to end by itself. */
  onRefused: () => void = () => {};

  constructor(bull: BullMq, blobs: Blobs) {
    this.bull = bull;
    this.blobs = blobs;
  }

  /** Builds are large, and the same for all jobs of a design. */
  private async buildOf(hash: string): Promise<string> {
    const build = this.builds.get(hash) ?? (await this.blobs.get(hash));
    this.builds.set(hash, build);
    return build;
  }

  /** The tree of a job that has one; a sentence where this machine can not compile it, or makes something else of it. */
  private async treeOf({ tree: sent }: QueueData): Promise<TreeRef | string | undefined> {
    if (sent === undefined) return undefined;
    const { files, hash } = sent;
    const known = this.trees.get(files + hash);
    if (known !== undefined) return known;
    try {
      const tree = (await import('./campaign-tree.js')).unpacked({ text: await this.blobs.get(files), hash });
      this.trees.set(files + hash, tree);
      return tree;
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
  }

  private async taskOf({ job, input, code, build }: QueueData, tree: TreeRef | undefined): Promise<JobTask> {
    return {
      job,
      url: code === undefined ? null : urlOfCode(await this.blobs.get(code)),
      ...(tree === undefined ? {} : { tree }),
      ...(input === undefined ? {} : { input: JSON.parse(await this.blobs.get(input)) as Input }),
      ...(build === undefined ? {} : { build: await this.buildOf(build) }),
    };
  }

  /** The job goes back to where it was, and was not tried. */
  private async giveBack(job: QueueJob<QueueData>, token: string | undefined): Promise<never> {
    await job.moveToWait(token);
    throw new this.bull.WaitingError();
  }

  async process(job: QueueJob<QueueData>, token: string | undefined): Promise<QueueAnswer> {
    const tree = refusal(this.own, job.data) ?? (await this.treeOf(job.data));
    if (typeof tree === 'string') {
      this.refused = tree;
      this.onRefused();
    }
    if (typeof tree === 'string' || this.isStopped) return this.giveBack(job, token);
    const performing = this.processes.doing(await this.taskOf(job.data, tree));
    this.performing.add(performing);
    const start = performance.now();
    try {
      const outcome = await performing.run();
      if (outcome === undefined) return await this.giveBack(job, token);
      this.done++;
      return { ...outcome, seconds: (performance.now() - start) / 1000 };
    } finally {
      this.performing.delete(performing);
    }
  }

  get at(): string {
    return `${plural(this.done, 'job')} done, ${this.performing.size} being done`;
  }

  stop(): void {
    this.isStopped = true;
    for (const one of this.performing) one.stop();
  }

  close(): void {
    this.processes.close();
  }
}

function tell(isQuiet: boolean, text: string): void {
  if (!isQuiet) process.stderr.write(`${text}\n`);
}

/** Runs until a signal, or until it is refused. */
async function untilEnded(own: CampaignWorker, worker: Worker<QueueData, QueueAnswer>): Promise<number> {
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const interrupt = onInterrupt(() => end(), 'the jobs that are being done go back to the queue');
  own.onRefused = end;
  await ended;
  own.stop();
  await worker.close();
  own.close();
  const signal = interrupt.done();
  if (own.refused !== undefined) throw new UsageError(own.refused);
  return signal === undefined ? Status.Ok : Status[signal];
}

export async function campaignWorker(options: RawWorkerOptions): Promise<number> {
  const address = queueAddress(options);
  if (address === undefined) throw new UsageError(`campaign worker: which queue? ${QUEUE_HELP.replaceAll('\n', ' ')}`);
  const concurrency =
    options.workers === undefined ? availableParallelism() : parseWhole('--workers', options.workers, 1, 1024);
  const bull = await bullMq();
  const redis = await connect(address);
  const own = new CampaignWorker(bull, new Blobs(redis));
  const worker = new bull.Worker<QueueData, QueueAnswer>(QUEUE, (job, token) => own.process(job, token), {
    connection: connectionOf(address),
    prefix: PREFIX,
    concurrency,
    lockDuration: 1000 * stallSeconds(),
    stalledInterval: 500 * stallSeconds(),
    maxStalledCount: STALLS_MAX,
  });
  let isAway = false;
  worker.on('error', (error: NodeJS.ErrnoException) => {
    if (isAway || error.code === undefined) return;
    isAway = true;
    complain(`the queue at ${placeOfQueue(address)} does not answer (${error.code}); waiting for it`);
  });
  worker.on('ready', () => (isAway = false));
  const isQuiet = options.quiet === true;
  tell(isQuiet, `waiting for jobs at ${placeOfQueue(address)}, ${concurrency} at a time; Ctrl-C ends this worker`);
  const timer = isQuiet ? undefined : setInterval(() => tell(isQuiet, own.at), PLAIN_MS);
  try {
    return await untilEnded(own, worker);
  } finally {
    clearInterval(timer);
    redis.disconnect();
    tell(isQuiet, `${plural(own.done, 'job')} done`);
  }
}
