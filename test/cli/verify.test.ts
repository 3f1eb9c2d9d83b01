/** check --certificate, and what iovcheck verify makes of the file later. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from '#iov/reports/certificate.js';
import { certificateSchemaText, formatCertificate, parseCertificate } from '#iov/reports/certificate.js';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder, designText, iovcheck, linesOf, tiny } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

const HASH = `sha256:${'0'.repeat(64)}`;

/** A certificate of `check --bounds tiny`, and its path. */
async function certify(
  name: string,
  ...args: string[]
): Promise<{ path: string; text: string; status: number | null }> {
  const path = join(folder.path, name);
  const { status } = await tiny('--certificate', path, ...args);
  return { path, text: readFileSync(path, 'utf8'), status };
}

/** The same with something changed, under a checksum that fits: as another iovcheck may have written it. */
function forged(name: string, text: string, change: (c: Certificate) => Partial<Certificate>): string {
  const { checksum: _checksum, ...content } = parseCertificate(text, name);
  return folder.write(name, formatCertificate({ ...content, ...change({ ...content, checksum: HASH }) }));
}

/** One result with something changed. */
function result(change: (r: Certificate['results'][0]) => Partial<Certificate['results'][0]>) {
  return ({ results }: Certificate): Partial<Certificate> => ({ results: [{ ...results[0], ...change(results[0]) }] });
}

const verify = (...args: string[]): ReturnType<typeof iovcheck> => iovcheck(['verify', '--quiet', ...args]);

describe('a certificate', () => {
  test('is the same bytes whatever the number of workers, and holds', async () => {
    const designs = ['packet-2012', 'linux-3.3'];
    const one = await certify('one.json', '--workers', '1', ...designs);
    const two = await certify('two.json', '--workers', '2', ...designs);
    expect(two.text).toBe(one.text);
    expect(one.status).toBe(1);
    const { status, out, err } = await verify(one.path);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^packet-2012, packet: holds\n/);
    expect(out).toContain('linux-3.3, packet: holds\n');
    expect(out).toContain('all of it again: 4 levels, 43 states, 1047 edges');
    expect(linesOf(out).at(-1)).toBe('2 results: 2 hold; exit 0.');
  });

  test('has the form that docs say it has', async () => {
    const { path, text } = await certify('form.json', 'linux-3.3');
    const { results } = parseCertificate(text, path);
    const [{ levels, states, edges, depth, invariants, reached, unreached, violations, symmetry }] = results;
    const sum = (of: 'states' | 'edges'): number => levels.reduce((n, level) => n + level[of], 0);
    expect([sum('states'), sum('edges'), levels.length - 1]).toEqual([states, edges, depth]);
    expect(invariants.map(({ id }) => id)).toContain('packet-boundaries');
    expect(new Set(invariants.map(({ hash }) => hash)).size).toBe(invariants.length);
    expect(Object.keys(reached)).toContain('pread');
    expect([unreached, violations]).toEqual([[], []]);
    expect(symmetry).toEqual(['ring rotation', 'names of anonymous pages']);
    const published = readFileSync(new URL('../../docs/certificate.schema.json', import.meta.url), 'utf8');
    expect(published, 'run: npm run schema').toBe(certificateSchemaText());
  });

  test('is not made of an engine that samples, nor where none can be written', async () => {
    const sampled = await tiny('linux-3.3', '--engine', 'random', '--certificate', join(folder.path, 'no.json'));
    expect(sampled.status).toBe(2);
    expect(sampled.err).toContain('--certificate: the engine random samples, and proves nothing');
    const unwritten = await tiny('linux-3.3', '--certificate', '/dev/null/no.json');
    expect(unwritten.status).toBe(2);
    expect(unwritten.err).toContain('name another place with --certificate');
  });

  test('of a search that was cut short proves what it says, and no more', async () => {
    const { path, text, status } = await certify('cut.json', 'linux-3.3', '--budget', '500-steps');
    expect(status).toBe(3);
    const [{ levels, claim }] = parseCertificate(text, path).results;
    expect(levels).toHaveLength(2);
    expect(claim).toContain('Every run of up to 2 calls was tried');
    const again = await verify(path);
    expect(again.status).toBe(0);
    expect(again.out).toContain('all of it again: 2 levels, 16 states, 434 edges');
    expect(again.out.replace(/\s+/g, ' ')).toContain('Nothing is proved about longer runs.');
  });
});

describe('verify', () => {
  test('takes as much again as it is told to', async () => {
    const { path } = await certify('part.json', 'linux-3.3');
    const deep = await verify(path, '--depth', '2');
    expect([deep.status, linesOf(deep.out).at(-1)]).toEqual([3, '1 result: 1 verified in part; exit 3.']);
    expect(deep.out).toContain('the first 2 of 4 levels again: 16 states, 434 edges');
    const spent = await verify(path, '--budget', '500-steps');
    expect(spent.status).toBe(3);
    expect(spent.out).toContain('the first 2 of 4 levels again');
    const all = await verify(path, '--depth', '9');
    expect(all.status).toBe(0);
    const hashes = await verify(path, '--hashes');
    expect(hashes.status).toBe(0);
    expect(hashes.out).toContain('linux-3.3, packet: nothing that it rests on has changed');
  });

  test('says the same as JSON', async () => {
    const { path } = await certify('json.json', 'linux-3.3');
    const { out } = await verify(path, '--json');
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      status: 0,
      results: [{ design: 'linux-3.3', scenario: 'packet', outcome: 'holds', changed: [], contradictions: [] }],
    });
  });

  test('does not take another count for the same proof', async () => {
    const { text } = await certify('count.json', 'linux-3.3');
    const path = forged(
      'count-forged.json',
      text,
      result(({ levels }) => ({ levels: levels.map((level, n) => (n === 1 ? { ...level, edges: 394 } : level)) })),
    );
    const { status, out } = await verify(path);
    expect(status).toBe(1);
    expect(out).toContain('linux-3.3, packet: no longer holds');
    expect(out.replace(/\s+/g, ' ')).toContain(
      'level 1 has 15 states, 395 edges now; the certificate says 15 states, 394 edges',
    );
    // In part, too.
    expect((await verify(path, '--depth', '2')).status).toBe(1);
    expect((await verify(path, '--depth', '1')).status).toBe(3);
  });

  test('says which part of what it rests on has changed', async () => {
    const { text } = await certify('drift.json', 'linux-3.3');
    const spec = forged('spec.json', text, () => ({ spec: HASH }));
    const anew = await verify(spec);
    expect(anew.status).toBe(0);
    expect(anew.out).toContain('linux-3.3, packet: holds for what is there now, but is not the same proof');
    expect(anew.out).toContain('changed     the spec has changed');
    expect((await verify(spec, '--hashes')).status).toBe(3);

    const rule = (id: string): { id: string; hash: string } => ({ id, hash: HASH });
    const changed = forged(
      'rules.json',
      text,
      result(({ invariants }) => ({
        invariants: [
          ...invariants.filter(({ id }) => id !== 'sanity' && id !== 'packet-boundaries'),
          rule('sanity'),
          rule('gone-rule'),
        ],
      })),
    );
    const { status, out } = await verify(changed);
    expect(status).toBe(3);
    expect(out).toContain('rules that have changed: sanity');
    expect(out).toContain('rules that are new: packet-boundaries');
    expect(out).toContain('rules that are gone: gone-rule');
  });

  test('knows a user’s design from an edited one, wherever it lies', async () => {
    mkdirSync(join(folder.path, 'there'));
    const mine = folder.write('there/mine.ts', designText(''));
    const { path, status } = await certify('there/mine.json', mine);
    expect(status).toBe(0);
    expect((await verify(path)).status).toBe(0);

    folder.write('there/mine.ts', `// Only a comment.\n${designText('')}`);
    expect((await verify(path, '--hashes')).status).toBe(0);

    folder.write('there/mine.ts', designText('pipeWrite: (...a) => functions.pipeWrite(...a)'));
    const edited = await verify(path);
    expect(edited.status).toBe(0);
    expect(edited.out).toContain('the design mine has changed');
    expect(edited.out).toContain('holds for what is there now');

    folder.write('there/mine.ts', designText('pipeWrite: () => 0'));
    const broken = await verify(path);
    expect(broken.status).toBe(1);
    expect(broken.out.replace(/\s+/g, ' ')).toContain('not in the certificate: returns-what-it-promised at pwrite');

    // A relative path leads on from the certificate's folder.
    const relative = forged(
      'there/relative.json',
      readFileSync(path, 'utf8'),
      result(({ design }) => ({ design: { ...design, name: './mine.ts' } })),
    );
    expect((await verify(relative)).status).toBe(1);
  });

  test.each([
    ['that is not there', undefined, 'it can not be read (ENOENT)'],
    ['that is empty', '', 'the file is empty'],
    ['that is foreign', '{"results":[]}', 'this is JSON, and no certificate'],
    ['that is no JSON', '# iovcheck trace v1\n', 'this is no certificate'],
  ])('refuses a file %s', async (_what, text, sentence) => {
    const path = text === undefined ? join(folder.path, 'gone.json') : folder.write('foreign.json', text);
    const { status, err, out } = await verify(path);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
    expect(linesOf(err)).toHaveLength(1);
  });

  test('refuses what was edited, cut off, or is of a design that is gone', async () => {
    const { text } = await certify('edited.json', 'linux-3.3');
    const edited = await verify(
      folder.write('edited.json', text.replace('"violated"', '"exhausted"').replace('43', '44')),
    );
    expect([edited.status, edited.err]).toEqual([2, expect.stringContaining('its checksum does not fit its content')]);
    const half = await verify(folder.write('half.json', text.slice(0, text.length / 2)));
    expect([half.status, half.err]).toEqual([2, expect.stringContaining('cut off, or edited')]);
    const gone = forged(
      'gone.json',
      text,
      result(({ design }) => ({ design: { ...design, name: 'linux-3.4' } })),
    );
    const { status, err } = await verify(gone);
    expect([status, err]).toEqual([
      2,
      expect.stringContaining("gone.json: the design that it is about can not be used: there is no design 'linux-3.4'"),
    ]);
  });

  test.each([
    [['--budget', '9-runs'], 'a verification makes no runs'],
    [['--hashes', '--depth', '2'], 'nothing is searched with it'],
    [['--depth', '0'], 'write a whole number from 1'],
  ])('refuses %j', async (args, sentence) => {
    const { status, err } = await verify('any.json', ...args);
    expect([status, err]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
