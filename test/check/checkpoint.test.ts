/** Checkpoints are read back as they were written, whatever happens between. */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Checkpoint, Column, ColumnData, Disk } from '#iov/check/checkpoint.js';
import { newCheckpoint, readCheckpoint } from '#iov/check/checkpoint.js';
import { checkIdentity } from '#iov/check/identity.js';
import { writeWhole } from '#iov/harness/files.js';
import { writeSync } from 'node:fs';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { afterAll, describe, expect, test } from 'vitest';

interface Content {
  readonly IDENTITY: Readonly<Record<string, string>>;
  columnsOf(most: number): Readonly<Record<'images' | 'ops' | 'marks', ColumnData>>;
  lengthsOf(n: number, columns: ReturnType<Content['columnsOf']>): Column[];
  stateOf(n: number): { readonly n: number };
}

const CONTENT = new URL('./checkpoint-content.mjs', import.meta.url);
const { IDENTITY, columnsOf, lengthsOf, stateOf } = (await import(CONTENT.href)) as Content;
const WRITER = fileURLToPath(new URL('./checkpoint-writer.mjs', import.meta.url));

const root = mkdtempSync(join(tmpdir(), 'iovcheck-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folders = 0;
const fresh = (): string => join(root, `checkpoint-${folders++}`);

const random = xoroshiro128plus(Number(process.env.IOV_TEST_SEED ?? 1));
const pick = (most: number): number => uniformInt(random, 0, most - 1);

/** A folder with the checkpoints 1 to n. */
function written(n: number, disk?: Disk): string {
  const dir = fresh();
  const writer = newCheckpoint(dir, IDENTITY, disk);
  const columns = columnsOf(n);
  for (let i = 1; i <= n; i++) writer.write(stateOf(i), lengthsOf(i, columns));
  return dir;
}

/** Which checkpoint is in the folder; it is that one to the last byte. */
function readBack(dir: string): number {
  const checkpoint = readCheckpoint(dir);
  const { n } = checkpoint.state as { n: number };
  expect(checkpoint.state).toEqual(stateOf(n));
  expect(checkpoint.identity).toEqual(IDENTITY);
  for (const column of lengthsOf(n, columnsOf(n))) expect(hasColumn(checkpoint, column)).toBe(true);
  return n;
}

function hasColumn(checkpoint: Checkpoint, { name, data, length }: Column): boolean {
  if (checkpoint.lengthOf(name) !== length) return false;
  const bytes = length * data.BYTES_PER_ELEMENT;
  const shared = new SharedArrayBuffer(bytes);
  const into =
    data instanceof Int32Array
      ? new Int32Array(shared)
      : data instanceof Uint16Array
        ? new Uint16Array(shared)
        : new Uint8Array(shared);
  checkpoint.read(name, into);
  return Buffer.compare(Buffer.from(shared), Buffer.from(data.buffer, data.byteOffset, bytes)) === 0;
}

/** A disk on which the write number `failing` does not find room; of the one before, only a part does. */
function fullDisk(failing: number): Disk {
  let left = failing;
  const take = (): void => {
    if (left-- === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  };
  return {
    write(fd, data, length, position) {
      take();
      return writeSync(fd, data, 0, left === 0 && length > 1 ? length >> 1 : length, position);
    },
    whole(path, text) {
      take();
      writeWhole(path, text);
    },
  };
}

describe('a checkpoint', () => {
  test('is read back as it was written, and gone on from', () => {
    const dir = written(3);
    expect(readBack(dir)).toBe(3);
    const writer = readCheckpoint(dir).writer();
    const columns = columnsOf(9);
    for (let n = 4; n <= 9; n++) writer.write(stateOf(n), lengthsOf(n, columns));
    expect(readBack(dir)).toBe(9);
    expect(readdirSync(dir).sort()).toEqual(['checkpoint.json', 'images.column', 'marks.column', 'ops.column']);
  });

  test('passes over what a run that was ended has left behind its columns', () => {
    const dir = written(3);
    for (const name of ['images', 'ops', 'marks'])
      appendFileSync(join(dir, `${name}.column`), 'left over'.repeat(99_999));
    writeFileSync(join(dir, `.checkpoint.json.${'0'.repeat(36)}.tmp`), '{');
    expect(readBack(dir)).toBe(3);
    const columns = columnsOf(4);
    readCheckpoint(dir).writer().write(stateOf(4), lengthsOf(4, columns));
    expect(readBack(dir)).toBe(4);
    expect(readdirSync(dir)).toHaveLength(4);
  });

  test('is not written over by a search that begins', () => {
    const dir = written(1);
    expect(() => newCheckpoint(dir, IDENTITY)).toThrow(
      `${dir}: there is a checkpoint already; go on from it with --resume`,
    );
    expect(() => newCheckpoint('/dev/null/here', IDENTITY)).toThrow('this folder can not be used (ENOTDIR)');
  });

  test('has columns that only grow', () => {
    const dir = written(3);
    const writer = readCheckpoint(dir).writer();
    expect(() => writer.write(stateOf(2), lengthsOf(2, columnsOf(2)))).toThrow('the column images has');
    expect(readBack(dir)).toBe(3);
  });
});

describe('a folder that is not as it was written', () => {
  const whole = written(5);

  function spoilt(spoil: (dir: string) => void): string {
    const dir = fresh();
    cpSync(whole, dir, { recursive: true });
    spoil(dir);
    return dir;
  }

  /** What is said of it, in one sentence that names the folder. */
  function complaint(dir: string): string {
    try {
      readBack(dir);
    } catch (error) {
      const { message } = error as Error;
      expect(message.startsWith(`${dir}: `), message).toBe(true);
      expect(message).not.toContain('\n');
      return message.slice(dir.length + 2);
    }
    return '';
  }

  test.each(['images', 'ops', 'marks'])('is told where %s has lost its end', (name) => {
    const path = `${name}.column`;
    const { length } = readFileSync(join(whole, path));
    for (const left of [0, 1, length - 1, pick(length)]) {
      expect(complaint(spoilt((dir) => truncateSync(join(dir, path), left)))).toMatch(
        new RegExp(`^${path.replace('.', '\\.')} has ${left} bytes of ${length};`),
      );
    }
    expect(complaint(spoilt((dir) => rmSync(join(dir, path))))).toContain('has 0 bytes of');
  });

  test('is told where a bit of it has flipped', () => {
    for (const path of readdirSync(whole)) {
      const bytes = readFileSync(join(whole, path));
      for (let i = 0; i < 40; i++) {
        const at = pick(bytes.length);
        const flipped = Buffer.from(bytes);
        flipped[at] ^= 1 << pick(8);
        const said = complaint(spoilt((dir) => writeFileSync(join(dir, path), flipped)));
        // White space at the end of the header says nothing.
        if (at === bytes.length - 1 && path === 'checkpoint.json' && /\s/.test(String.fromCharCode(flipped[at])))
          continue;
        expect(said, `${path}, byte ${at}`).not.toBe('');
      }
    }
  });

  test.each([
    ['is gone', undefined, 'there is no checkpoint'],
    ['is empty', '', 'was cut off, or is no checkpoint'],
    ['is half there', readFileSync(join(whole, 'checkpoint.json'), 'utf8').slice(0, 300), 'was cut off'],
    ['is something else', '{"format":"iovcheck certificate"}', 'checkpoint.json is no checkpoint'],
    ['is nothing', 'null', 'checkpoint.json is no checkpoint'],
    ['is from the future', '{"format":"iovcheck checkpoint","version":9}', 'is version 9, and this iovcheck reads'],
    [
      'was edited',
      readFileSync(join(whole, 'checkpoint.json'), 'utf8').replace('ring=2', 'ring=4'),
      'is damaged, or was edited',
    ],
  ])('is told where the header %s', (_what, text, sentence) => {
    const dir = spoilt((path) => {
      if (text === undefined) rmSync(join(path, 'checkpoint.json'));
      else writeFileSync(join(path, 'checkpoint.json'), text);
    });
    expect(complaint(dir)).toContain(sentence);
  });

  test('is told where it is of another search', () => {
    const here = { ...IDENTITY, design: 'other', bounds: 'ring=4,page=4', code: `sha256:${'0'.repeat(64)}` };
    expect(() => checkIdentity('dir', IDENTITY, IDENTITY)).not.toThrow();
    expect(() => checkIdentity('dir', IDENTITY, here)).toThrow(
      'dir: the checkpoint is of another search, with design mine (here other); bounds ring=2 (here ring=4); another code; repeat',
    );
  });
});

describe('a full disk', () => {
  test('is one sentence, and leaves the checkpoint before it', () => {
    let failures = 0;
    for (let failing = 0; failing < 24; failing++) {
      const dir = fresh();
      const writer = newCheckpoint(dir, IDENTITY, fullDisk(failing));
      const columns = columnsOf(4);
      let n = 0;
      let said = '';
      while (n < 4 && said === '') {
        try {
          writer.write(stateOf(n + 1), lengthsOf(n + 1, columns));
          n++;
        } catch (error) {
          said = (error as Error).message;
          failures++;
        }
      }
      const rest =
        n === 0
          ? 'make room there, or name another folder'
          : `the one before it stays as it is: make room there, and go on with --resume ${dir}`;
      if (said !== '') expect(said).toBe(`${dir}: the checkpoint can not be written (ENOSPC); ${rest}`);
      if (said === '') {
        expect(readBack(dir)).toBe(4);
        continue;
      }
      if (n === 0) continue;
      expect(readBack(dir)).toBe(n);
      // There is room again.
      writer.write(stateOf(n + 1), lengthsOf(n + 1, columnsOf(n + 1)));
      expect(readBack(dir)).toBe(n + 1);
    }
    expect(failures).toBeGreaterThan(12);
  });
});

describe('a writer that is killed', () => {
  const KILLS = 50;

  /** Lets the writer go on, and kills it some milliseconds after it has begun. */
  function killed(dir: string, after: number): Promise<NodeJS.Signals | null> {
    const child = spawn(process.execPath, [WRITER, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), after));
    return new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal)));
  }

  test(`leaves a checkpoint that it has written, ${KILLS} times`, async () => {
    let dir = fresh();
    let [kills, last, steps] = [0, 0, 0];
    while (kills < KILLS) {
      if ((await killed(dir, pick(60))) === null) {
        // It came to its end: begin anew.
        dir = fresh();
        last = 0;
        continue;
      }
      kills++;
      if (!readdirSync(root).includes(dir.slice(root.length + 1)) || !readdirSync(dir).includes('checkpoint.json')) {
        // Killed before the first was written: nothing was there to lose.
        expect(last).toBe(0);
        continue;
      }
      const n = readBack(dir);
      expect(n).toBeGreaterThanOrEqual(last);
      steps += n - last;
      last = n;
    }
    expect(steps).toBeGreaterThan(KILLS / 2);
  }, 120_000);
});
