import { expect, test } from 'vitest';
import { checkIdentity } from './checks.js';
import { readRepository } from './repository.js';

const sources = readRepository().filter(({ path }) => path.endsWith('.ts'));

/** The type, and the lists: files that hold no design or invariant of their own. */
const NO_IDENTITY = new Set(['model/designs/designs.ts', 'invariants/invariant.ts', 'invariants/invariants.ts']);

const designs = sources.filter(({ path }) => path.startsWith('model/designs/') && !NO_IDENTITY.has(path));
const invariants = sources.filter(({ path }) => path.startsWith('invariants/') && !NO_IDENTITY.has(path));

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import(new URL(`../../dist/${path.replace(/\.ts$/, '.js')}`, import.meta.url).href)) as Readonly<
    Record<string, unknown>
  >;
}

test('each design file exports the design of its name', async () => {
  expect(designs).not.toEqual([]);
  for (const { path } of designs) expect(checkIdentity(path, await load(path), 'design')).toEqual([]);
});

test('each invariant file exports the invariant of its name', async () => {
  expect(invariants).not.toEqual([]);
  for (const { path } of invariants) expect(checkIdentity(path, await load(path), 'invariant')).toEqual([]);
});

test('an identity that does not hold is seen', () => {
  expect(checkIdentity('invariants/a-b.ts', { invariant: { id: 'a-b' } }, 'invariant')).toEqual([]);
  expect(checkIdentity('invariants/a-b.ts', { invariant: { id: 'b' } }, 'invariant')).toHaveLength(1);
  expect(checkIdentity('model/designs/a.ts', { other: { id: 'a' } }, 'design')).toEqual([
    "model/designs/a.ts does not export 'design'",
  ]);
});
