/** The cache of files with counters in them: what is in it is what would be made, or it is made again. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '#iov/cli/instrumented.js';
import { afterAll, describe, expect, test } from 'vitest';
import { Folder } from './run.js';

const folder = new Folder();
afterAll(() => folder.remove());

let folders = 0;

/** An instrumenter over a cache of its own, and what it was asked to make. */
function instrumenter(place = join(folder.path, `a/b-${folders++}`)) {
  const made: string[] = [];
  const make = (maker: string) =>
    cached(
      maker,
      (code, path) => {
        made.push(`${maker} ${path} ${code}`);
        return `/* ${path} */\n${code}`;
      },
      place,
    );
  return { made, make, place };
}

describe('a file with counters', () => {
  test('is made once for each code, name and instrumenter', () => {
    const { made, make } = instrumenter();
    const calls = [
      ['1', 'x', 'a.js'],
      ['1', 'x', 'a.js'],
      ['1', 'y', 'a.js'],
      ['1', 'x', 'b.js'],
      ['2', 'x', 'a.js'],
      ['1', 'xa', '.js'],
      ['2', 'x', 'a.js'],
    ] as const;
    for (const [maker, code, path] of calls) expect(make(maker)(code, path)).toBe(`/* ${path} */\n${code}`);
    expect(made).toEqual(['1 a.js x', '1 a.js y', '1 b.js x', '2 a.js x', '1 .js xa']);
  });

  test('that was cut off, or changed, is made again', () => {
    const { made, make, place } = instrumenter();
    make('1')('x', 'a.js');
    const [name, ...others] = readdirSync(place);
    expect(others).toEqual([]);
    const path = join(place, name);
    const whole = readFileSync(path, 'utf8');
    for (const text of ['', whole.slice(0, -1), whole.slice(0, 20), whole.replace('x', 'y')]) {
      writeFileSync(path, text);
      expect(make('1')('x', 'a.js')).toBe('/* a.js */\nx');
      expect(readFileSync(path, 'utf8')).toBe(whole);
    }
    expect(made).toHaveLength(5);
  });

  test('is made where nothing can be kept', () => {
    const { made, make } = instrumenter('/proc/nope/cache');
    for (let n = 0; n < 2; n++) expect(make('1')('x', 'a.js')).toBe('/* a.js */\nx');
    expect(made).toHaveLength(2);
  });
});
