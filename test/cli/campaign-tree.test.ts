/** The C of a kernel's tree in a campaign: what is broken in it, that its jobs are told by the C, and what is said without clang. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { planOf, readCampaign } from '#iov/cli/campaign-file.js';
import { unpacked } from '#iov/cli/campaign-tree.js';
import { openTree } from '#iov/oracle/tree/source.js';
import { packTree, unpackTree } from '#iov/oracle/tree/travel.js';
import { afterAll, describe, expect, test } from 'vitest';
import { absent, edit, scratchTree, treeOf } from '../oracle/trees.js';
import type { Ended } from './run.js';
import { Folder, iovcheck } from './run.js';

const why = absent('6.1');
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const folder = new Folder();
afterAll(() => folder.remove());
const dirOf = (name: string): string => join(folder.path, name);

function campaignOver(name: string, tree: string, more: object = {}): string {
  const searches = [
    { engine: 'exhaustive', bounds: ['tiny'], scenarios: ['pipe-iter'], steps: 3000 },
    { engine: 'random', bounds: ['tiny'], scenarios: ['pipe-iter'], steps: 100 },
    { engine: 'coverage', bounds: ['tiny'], scenarios: ['pipe-iter'], runs: 3 },
  ];
  return folder.write(`${name}.json`, JSON.stringify({ name, trees: [tree], searches, ...more }));
}

async function run(name: string, file: string, ...args: string[]): Promise<Ended> {
  const came = await iovcheck(['campaign', 'run', file, '--dir', dirOf(name), '--quiet', '--workers', '1', ...args]);
  return { ...came, out: came.out.replaceAll(dirOf(name), 'DIR') };
}

/** Of 6.1, with a mistake in append_pipe(). */
function mistaken(): string {
  const dir = scratchTree('6.1');
  edit(dir, 'lib/iov_iter.c', 'buf->len += size;\n\t\ti->last_offset += size;', 'i->last_offset += size;');
  return dir;
}

describe.skipIf(why !== '')(`the C of a tree${why}`, () => {
  test('is searched by each engine, and its traces replay', async () => {
    const dir = mistaken();
    const { version } = openTree(dir);
    const first = await run('local', campaignOver('local', dir));
    expect(first.err).toBe('');
    expect(first.out).toContain(`  linux-6.1 --kernel-tree ${version}, pipe-iter: `);
    expect(first.out).toMatch(/Covered\n\n {2}linux-6\.1 --kernel-tree \S+, pipe-iter: \d+ bins/);
    expect(first.out).toMatch(/^ +\d+ {2}shortest .* at copy_to_iter/m);
    expect(first.out).toContain('replay one with iovcheck replay, and --kernel-tree DIR where');
    expect(first.status).toBe(1);
    const [trace] = readdirSync(join(dirOf('local'), 'traces'));
    const again = await iovcheck(['replay', join(dirOf('local'), 'traces', trace), '--kernel-tree', dir]);
    expect(again.status).toBe(1);
    const report = await iovcheck(['campaign', 'report', dirOf('local')]);
    expect(report.status).toBe(0);
  });

  test('tells its jobs from those of another C, and two trees of a version are refused', async () => {
    const keys = async (dir: string): Promise<string[]> => {
      const file = campaignOver('keys', dir);
      const { plan } = await planOf(await readCampaign(file), file);
      return plan.lanes.flatMap(({ samples }) => samples.map(({ code }) => code));
    };
    const [[one], [other]] = [await keys(scratchTree('6.1')), await keys(mistaken())];
    expect(one).not.toBe(other);
    expect(await keys(treeOf('6.1').dir)).toEqual([one]);
    const twice = campaignOver('twice', 'x', { trees: [scratchTree('6.1'), scratchTree('6.1')] });
    expect((await run('twice', twice)).err).toMatch(/another tree of it is Linux 6\.1\.\d+ as well; make a campaign/);
  });

  test('needs clang, and says how to install it', async () => {
    const file = campaignOver('none', scratchTree('6.1'));
    const { err, status } = await iovcheck(['campaign', 'run', file], { env: { PATH: folder.path } });
    expect(err).toMatch(
      /^iovcheck: .*none\.json: trees: there is no clang on PATH.*; .*: apt-get install clang lld\n$/,
    );
    expect(status).toBe(2);
  });
});

describe.skipIf(why !== '')(`a tree that comes through a queue${why}`, () => {
  test('is the same tree, and nothing but what is compiled is written', () => {
    const dir = mistaken();
    const text = packTree(openTree(dir));
    expect(packTree(openTree(unpackTree(text)))).toBe(text);
    expect(() => unpackTree(JSON.stringify([['../../.profile', 'x']]))).toThrow('a file that is not compiled');
    expect(() => unpacked({ text, hash: 'other' })).toThrow(/another clang than whoever runs the campaign/);
  });

  test.skipIf(!hasRedis)('comes to the same', async () => {
    interface Process {
      readonly ended: Promise<number | null>;
      start(): void;
      end(signal?: NodeJS.Signals): Promise<number | null>;
    }
    const kills = (await import(new URL('../../scripts/campaign-kills.mjs', import.meta.url).href)) as {
      startRedis(dir: string): Promise<{ readonly redis: Process; readonly queue: string }>;
      iovcheck(args: readonly string[], env?: object): Process & { err: string };
    };
    const file = campaignOver('sent', mistaken(), {
      searches: [{ engine: 'exhaustive', bounds: ['tiny'], scenarios: ['pipe-iter'], steps: 3000 }],
    });
    const plain = await run('plain', file);
    expect(plain.status).toBe(1);
    const { redis, queue } = await kills.startRedis(dirOf('redis'));
    const options = ['worker', '--queue', queue, '--workers', '1', '--quiet'];
    const bare = kills.iovcheck(options, { PATH: folder.path });
    const worker = kills.iovcheck(options);
    try {
      bare.start();
      const ran = run('queue', file, '--queue', queue);
      expect(await bare.ended).toBe(2);
      expect(bare.err).toMatch(/can not do jobs of the C of Linux 6\.1\.\d+: there is no clang on PATH/);
      worker.start();
      expect((await ran).out).toBe(plain.out);
    } finally {
      await bare.end();
      await worker.end('SIGTERM');
      await redis.end('SIGTERM');
    }
  });
});
