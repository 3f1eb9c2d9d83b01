import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const DIST = new URL('../../dist/', import.meta.url);

const NO_CODE = /\/\*[\s\S]*?\*\/|\/\/.*|export \{\};/g;

/** Modules that are nothing but types: nobody imports them at run time, and c8 would call them untested. */
function typesOnly(): string[] {
  return readdirSync(DIST, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.js'))
    .filter((path) => readFileSync(new URL(path, DIST), 'utf8').replace(NO_CODE, '').trim() === '');
}

test('a module of types is empty when it is loaded', async () => {
  for (const path of typesOnly()) {
    const module = (await import(new URL(path, DIST).href)) as object;
    expect(Object.keys(module)).toEqual([]);
  }
});
