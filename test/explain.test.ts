/** What explain says of a trace: the calls and arguments that matter, and the facts that break the rule. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { factsOf } from '#iov/harness/facts.js';
import { breaks, neededOps } from '#iov/harness/needed.js';
import { Path, plainCodec } from '#iov/harness/replay.js';
import { Runner } from '#iov/harness/runner.js';
import type { ViolationClass } from '#iov/harness/runner.js';
import { parseTrace, resolveOps } from '#iov/harness/trace.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
import { pack, unpack } from '#iov/model/image.js';
import { explainText } from '#iov/reports/explain.js';
import { factText } from '#iov/reports/fact-text.js';
import { iovcheck } from './cli/run.js';

const CORPUS = new URL('../corpus/regressions/', import.meta.url);

interface Taken {
  readonly runner: Runner;
  readonly ops: number[];
  readonly cls: ViolationClass;
}

function taken(name: string): Taken {
  const trace = parseTrace(readFileSync(new URL(`${name}.trace`, CORPUS), 'utf8'), name);
  const design = DESIGNS.find(({ id }) => id === trace.design);
  if (design === undefined || trace.violates === undefined) throw new Error(`${name} can not be taken`);
  const runner = new Runner(design, trace.bounds, trace.scenario);
  return { runner, ops: resolveOps(runner, trace, name), cls: trace.violates };
}

/** `slot 0: flags CAN_MERGE, since 1` */
function facts(name: string, of: 'after' | 'before'): string[] {
  const { runner, ops, cls } = taken(name);
  const found = factsOf(runner, ops, cls)?.[of] ?? [];
  return found.map((fact) => {
    const { subject, text } = factText(runner, fact);
    return `${subject}: ${text}, since ${fact.since}`;
  });
}

const DIRTY_PIPE = 'pipe-iter-2016-can-merge.page-cache-written-only-by-writers.pwrite';
const EMPTY_PACKET = 'linux-6.1.returns-what-it-promised.pread';

describe('an image', () => {
  test('is its values, and is made of them again', () => {
    const { runner, ops } = taken(DIRTY_PIPE);
    const path = new Path(runner);
    for (const op of ops.slice(0, -1)) path.take(op);
    const { fields } = plainCodec(runner);
    const image = new Int32Array(runner.words);
    plainCodec(runner).save(runner.k, runner.g, image, 0);
    const again = new Int32Array(runner.words);
    const values = unpack(fields, image);
    pack(fields, values, again);
    expect(again).toEqual(image);
    expect(values[fields.findIndex(({ path: name }) => name === 'pipe.bufs[0].flags')]).toBe(
      runner.k.pipe.bufs[0].flags,
    );
  });
});

describe('calls and arguments', () => {
  test('an op that was put in is not needed, the others are', () => {
    const { runner, ops, cls } = taken(EMPTY_PACKET);
    const fcntl = runner.ops.findIndex(({ text }) => text === 'fcntl_setfl fd=w flags=O_NONBLOCK');
    expect(fcntl).toBeGreaterThan(0);
    const needed = neededOps(runner, [ops[0], fcntl, ops[1]], cls).map(({ isNeeded }) => isNeeded);
    expect(needed).toEqual([true, false, true]);
  });

  test('values that work are those that break the same class', () => {
    const { runner, ops, cls } = taken(EMPTY_PACKET);
    const [write, read] = neededOps(runner, ops, cls);
    const of = (list: typeof write.args, name: string): readonly number[] =>
      list.find((arg) => arg.name === name)?.works ?? [];
    expect(of(write.args, 'fd')).toEqual([1]);
    expect(of(write.args, 'size')).toEqual([1, 2, 3, 4]);
    expect(of(write.args, 'fault_at')).toEqual([0]);
    expect(of(read.args, 'size')).toEqual([1, 2, 3, 4]);
    expect(breaks(runner, [ops[1]], cls)).toBe(false);
  });
});

describe('facts', () => {
  test('of Dirty Pipe: a page of the file in a slot that was left mergeable', () => {
    expect(facts(DIRTY_PIPE, 'after')).toEqual(['page F0: holds .*.., since 6']);
    const before = facts(DIRTY_PIPE, 'before');
    expect(before).toContain('slot 0: page F0, since 4');
    expect(before).toContain('slot 0: flags CAN_MERGE, since 1');
    expect(before.filter((text) => text.startsWith('owed'))).toEqual([]);
  });

  test('of a packet of no bytes: a length that nobody has changed is one', () => {
    expect(facts(EMPTY_PACKET, 'after')).toEqual([]);
    expect(facts(EMPTY_PACKET, 'before')).toEqual([
      'page p0: refcount 1, since 1',
      'pipe: head 1, since 1',
      'slot 0: page p0, since 1',
      'slot 0: offset 0, since 0',
      'slot 0: len 0, since 0',
      'slot 0: ops anon_pipe_buf_ops, since 1',
      'slot 0: flags PACKET, since 1',
      'reader: is owed 0 bytes, since 0',
    ]);
  });

  test('are none where nothing breaks', () => {
    const { runner, ops, cls } = taken(EMPTY_PACKET);
    expect(factsOf(runner, ops.slice(0, 1), cls)).toBeUndefined();
    expect(factsOf(runner, ops, { ...cls, invariant: 'no-such-rule' })).toBeUndefined();
  });
});

describe('the text', () => {
  /** One of each scenario and rule. */
  const names = readdirSync(CORPUS)
    .map((file) => file.replace('.trace', ''))
    .filter((name, n, all) => {
      const key = (of: string): string => of.split('.').slice(0, -1).join('.');
      return all.findIndex((other) => key(other) === key(name)) === n;
    })
    .filter((_, n) => n % 5 === 0);

  test.each(names)('of %s has calls and facts, in 78 columns', (name) => {
    const { runner, ops, cls } = taken(name);
    const text = explainText(runner, ops, cls);
    expect(text).toContain('Which calls it needs');
    expect(text).toMatch(
      /What (breaks the rule in|the last step has to find in) the state|Nothing has to be there first/,
    );
    expect(text).not.toMatch(/undefined|NaN|\[object/);
    expect(text.split('\n').filter((line) => line.length > 78)).toEqual([]);
    expect(explainText(runner, ops, cls)).toBe(text);
  });

  test('is what the command prints', async () => {
    const { status, out, err } = await iovcheck(['explain', new URL(`${DIRTY_PIPE}.trace`, CORPUS).pathname]);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('    step 1  slot 0    flags CAN_MERGE\n');
  });
});
