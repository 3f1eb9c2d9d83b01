/** Designs of a user that end whatever they run in: reported, and the rest of the campaign is done; in process and through Redis. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { designText, Folder, iovcheck } from './run.js';

/** As scripts/campaign-kills.mjs has it. */
interface Process {
  err: string;
  readonly ended: Promise<number | null>;
  start(): void;
  end(signal?: NodeJS.Signals): Promise<number | null>;
}
interface Kills {
  startRedis(dir: string): Promise<{ readonly redis: Process; readonly queue: string }>;
  iovcheck(args: readonly string[], env?: Readonly<Record<string, string>>): Process;
}
const kills = (await import(new URL('../../scripts/campaign-kills.mjs', import.meta.url).href)) as Kills;

const isAbsent = spawnSync('redis-server', ['--version']).status !== 0;
if (isAbsent) process.stderr.write('poisoned jobs are not put through a queue: apt-get install -y redis-server\n');

const folder = new Folder();
afterAll(() => folder.remove());
const dirOf = (name: string): string => join(folder.path, name);

/** What a careless or broken design does in its second call; the third one is sound. */
const BODIES = {
  killed: "process.kill(process.pid, 'SIGKILL')",
  full: 'for (const all = []; ; ) all.push(new Array(1e5).fill(all.length))',
  sound: '',
} as const;
const names = Object.keys(BODIES);
for (const [name, body] of Object.entries(BODIES)) {
  folder.write(`${name}.ts`, designText(`pipeWrite(k, a, b) { ${body}; return functions.pipeWrite(k, a, b); }`));
}
const file = folder.write(
  'poison.json',
  JSON.stringify({
    name: 'poison',
    designs: names.map((name) => `./${name}.ts`),
    searches: [{ engine: 'exhaustive', bounds: ['tiny'] }],
  }),
);
/** Little enough that a thread runs out of it soon. */
const env = { NODE_OPTIONS: '--max-old-space-size=100' };

interface Came {
  readonly out: string;
  readonly err: string;
  readonly status: number | null;
}

async function run(name: string, ...args: string[]): Promise<Came> {
  const came = await iovcheck(['campaign', 'run', file, '--dir', dirOf(name), '--quiet', ...args], { env });
  return { ...came, out: came.out.replaceAll(dirOf(name), 'DIR') };
}
const linesIn = (name: string): number => readFileSync(join(dirOf(name), 'jobs.ndjson'), 'utf8').split('\n').length - 1;

describe('a job that ends what it runs in', () => {
  let first: Came;

  test('is reported, and all others are done', async () => {
    first = await run('local', '--workers', '1');
    expect(first.out).toMatch(/Proved: .*\n\n {2}\.\/sound\.ts, packet: \d+ states/);
    expect(first.out).toContain(
      'Failed\n\n  ./killed.ts, packet: exhaustive: ./killed.ts: it ended the process that it ran in, 2 times (SIGKILL, SIGKILL); does it',
    );
    expect(first.out).toMatch(/ {2}\.\/full\.ts, packet: exhaustive: .*memory/);
    expect(first.out).toMatch(/3 jobs, no violation, 1 space .*, 2 errors; exit 2\.\n$/);
    expect(first.status).toBe(2);
  });

  test('is tried once more by the next run, and no other is', async () => {
    const before = linesIn('local');
    expect((await run('local')).out).toBe(first.out);
    expect(linesIn('local')).toBeLessThanOrEqual(before + 3);
  });

  test.skipIf(isAbsent)('comes to the same through a queue, and its worker lives', async () => {
    const { redis, queue } = await kills.startRedis(dirOf('redis'));
    const worker = kills.iovcheck(['worker', '--queue', queue, '--workers', '1', '--quiet'], env);
    worker.start();
    try {
      expect((await run('queue', '--queue', queue)).out).toBe(first.out);
      expect(await worker.end('SIGTERM')).toBe(143);
    } finally {
      await worker.end();
      await redis.end('SIGTERM');
    }
  });
});
