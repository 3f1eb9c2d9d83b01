/** A design that fails while its findings are handed over: that is a finding too. */
import { Heartbeat, Phase } from '#iov/check/heartbeat.js';
import { handedOver } from '#iov/cli/handed-over.js';
import type { Found } from '#iov/cli/engines.js';
import type { Search } from '#iov/cli/protocol.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { opIndex } from '#iov/harness/op-text.js';
import { Runner } from '#iov/harness/runner.js';
import { defineDesign } from '#iov/model/design.js';
import { design as linux33 } from '#iov/model/designs/linux-3.3.js';
import { expect, test } from 'vitest';

const { functions } = linux33;

/** One byte too many is told of a read of one byte; of three, nothing. */
const design = defineDesign({
  id: 'mine',
  title: 'of a user',
  source: [],
  base: linux33,
  scenarios: ['packet'],
  override: {
    pipeRead(k, size) {
      const isEmpty = k.pipe.nrbufs === 0;
      if (size === 3 && !isEmpty) throw new Error('boo');
      const ret = functions.pipeRead(k, size);
      return size === 1 && !isEmpty ? ret + 1 : ret;
    },
  },
});

const SEARCH: Search = {
  ref: { name: 'mine', url: 'x', without: [] },
  onBase: false,
  scenario: 'packet',
  bounds: parseBounds('tiny'),
  engine: 'random',
  seed: 1,
  steps: 1000,
  seconds: Number.POSITIVE_INFINITY,
  memoryBytes: 1e9,
  timing: false,
  hasColour: false,
};

const RUNNER = new Runner(design, SEARCH.bounds, SEARCH.scenario);
const ops = (...texts: string[]): number[] => texts.map((text) => opIndex(RUNNER, text) ?? -1);

const FOUND: Found = {
  classes: [
    {
      class: { invariant: 'returns-what-it-promised', op: 'pread', function: 'pipe_read' },
      severity: 'soft',
      // The first call need not be there: two calls are tried before it is known.
      path: ops('pwrite fd=w size=1', 'pwrite fd=w size=1', 'pread size=1'),
      minimality: '1-minimal',
      isAfterOthers: false,
    },
  ],
  tally: {
    stats: { states: 0, edges: 0, depth: 0, steps: 10 },
    isExhausted: false,
    cutShort: '',
    reached: {},
    unreached: [],
    seconds: 1,
  },
};

test('an error of the design is a class, with the path to it', () => {
  const heartbeat = new Heartbeat();
  heartbeat.enter(Phase.Searching);
  const { classes, tally } = handedOver(FOUND, SEARCH, design, heartbeat);
  expect(classes.map((c) => [c.class.invariant, c.minimality])).toEqual([
    ['returns-what-it-promised', '1-minimal'],
    ['no-bug', 'raw'],
  ]);
  expect(classes[1].path).toEqual(ops('pwrite fd=w size=1', 'pread size=3'));
  expect(classes[1].dead).toBe('pipe_read() threw: boo');
  expect(tally).toBe(FOUND.tally);
  // Whoever watches would name the same path of an op that does not return.
  expect(heartbeat.isBusy).toBe(false);
  expect(heartbeat.phase).toBe(Phase.Proving);
});

test('nothing is done for a base, after an interrupt, or with a design that failed before', () => {
  const stopped = new Heartbeat();
  stopped.stop();
  expect(handedOver(FOUND, SEARCH, design, stopped)).toBe(FOUND);
  expect(handedOver(FOUND, { ...SEARCH, onBase: true }, design, new Heartbeat())).toBe(FOUND);
  const failed: Found = {
    ...FOUND,
    classes: [...FOUND.classes, { ...FOUND.classes[0], minimality: 'raw', dead: 'x' }],
  };
  expect(handedOver(failed, SEARCH, design, new Heartbeat())).toBe(failed);
});

test('what takes too long is left as it is', () => {
  const heartbeat = new Heartbeat();
  heartbeat.enter(Phase.Searching);
  const { classes } = handedOver(FOUND, { ...SEARCH, seconds: 0 }, design, heartbeat);
  expect(classes).toEqual(FOUND.classes);
});
