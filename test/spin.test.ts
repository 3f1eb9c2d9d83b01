/**
 * The Promela models of bench/spin beside our search: states and edges are equal to the last one. The
 * numbers are golden for ours wherever the tests run; Spin is asked where it is installed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { counted, compile, missing, pan } from '#iov/bench/spin/pan.js';
import type { Case, Model } from '#iov/bench/spin/models.js';
import { MODELS, runnerOf } from '#iov/bench/spin/models.js';
import { Explorer } from '#iov/check/explore.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const NO_LIMIT = { memoryBytes: 2e9, steps: Number.POSITIVE_INFINITY, isOver: () => false };
/** Compiling takes longer than the search of a small model. */
const QUICK = { name: 'DFS', gcc: ['-O0'], pan: ['-m100000', '-w18'] };

const rows = (sizes: readonly string[]): (Case & { model: Model; name: string })[] =>
  MODELS.flatMap((model) =>
    model.cases.filter(({ size }) => sizes.includes(size)).map((c) => ({ ...c, model, name: model.name })),
  );

describe('our own search', () => {
  test.each(rows(['tiny', 'small']))('$name $bounds: $states states, $edges edges', ({ model, ...c }) => {
    const { states, edges, isExhausted, classes } = new Explorer(runnerOf(model, c.bounds), NO_LIMIT).run();
    expect({ states, edges, isExhausted, classes: classes.length }).toEqual({
      states: c.states,
      edges: c.edges,
      isExhausted: true,
      classes: 0,
    });
  });

  test('at least three models, one of them at five million states', () => {
    expect(MODELS.length).toBeGreaterThanOrEqual(3);
    const largest = Math.max(...MODELS.flatMap((m) => m.cases.map(({ states }) => states)));
    expect(largest).toBeGreaterThan(5e6);
  });
});

const absent = missing();

describe.skipIf(absent !== '')(`Spin${absent === '' ? '' : ` (skipped: ${absent})`}`, () => {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'iov-spin-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each(rows(['tiny']))('$name $bounds: $states states, $edges edges', { timeout: 60_000 }, ({ model, ...c }) => {
    const { states, edges } = pan(compile(model, c.bounds, QUICK, root), QUICK);
    expect({ states, edges }).toEqual({ states: c.states, edges: c.edges });
  });

  // What the checks in the models are worth.
  test.each([
    ['pipe-iter', 'flags of the last occupant stay', 'bufs[t_idx].flags = 0;'],
    ['packet', 'a packet goes into a stream buffer', '!(direct) && '],
    ['blocking', 'a reader wakes no writer', ':: t_wake == 1 -> wake_up(wr_wait, 1)\n\t:: else\n'],
  ])('%s: pan tells it where %s', { timeout: 60_000 }, (name, _, without) => {
    const [{ model, bounds }] = rows(['tiny']).filter((row) => row.name === name);
    let found = 0;
    const change = (text: string): string => {
      found += text.split(without).length - 1;
      return text.replaceAll(without, without.includes('else') ? ':: true -> skip\n' : '');
    };
    const dir = compile(model, bounds, QUICK, root, change);
    expect(found).toBeGreaterThan(0);
    expect(() => pan(dir, QUICK)).toThrow('assertion violated');
  });
});

test('the published table is of these models and of these numbers', () => {
  const text = readFileSync('reports/published/spin.md', 'utf8');
  const grouped = (n: number): string => n.toLocaleString('en-US').replaceAll(',', ' ');
  for (const { model, bounds, states, edges } of rows(['medium'])) {
    const at = text.indexOf(`## ${model.design}, ${model.scenario}, \`${bounds}\``);
    expect(at).toBeGreaterThan(0);
    const counts = `${grouped(states)} states and ${grouped(edges)} edges in each`;
    expect(text.slice(at).split('\n')[2]).toContain(counts);
  }
});

describe('what pan prints', () => {
  const text = (errors: number, more = ''): string =>
    `State-vector 68 byte, depth reached 15, errors: ${errors}\n   1570 states, stored\n  5892 transitions\n${more}`;

  test('the transition that makes the initial state is no edge', () => {
    expect(counted(text(0))).toEqual({ states: 1570, edges: 5891 });
  });

  test.each([
    ['an error', text(1)],
    ['a depth that was cut', `error: max search depth too small\n${text(0)}`],
  ])('%s is no count', (_, output) => {
    expect(() => counted(output)).toThrow('pan says');
  });
});
