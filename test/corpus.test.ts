/** What was once found is kept for ever: each trace of corpus/regressions still replays to what it says. */
import { readdirSync, readFileSync } from 'node:fs';
import { reproduces } from '#iov/harness/replay.js';
import { Runner } from '#iov/harness/runner.js';
import { formatTrace, parseTrace, resolveOps } from '#iov/harness/trace.js';
import { describe, expect, test } from 'vitest';
import { designOf } from './search.js';

const FOLDER = 'corpus/regressions';

describe('corpus/regressions', () => {
  test.each(readdirSync(FOLDER))('%s', (name) => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
    const trace = parseTrace(text, name);
    expect(formatTrace(trace)).toBe(text);
    const runner = new Runner(designOf(trace.design), trace.bounds, trace.scenario);
    const { violates } = trace;
    if (violates === undefined) throw new Error(`${name} does not say what it violates`);
    expect(reproduces(runner, resolveOps(runner, trace, name), violates)).toBe(trace.ops.length - 1);
  });
});
