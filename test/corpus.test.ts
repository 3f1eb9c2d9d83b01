/** What was once found is kept for ever: each trace of corpus/regressions still replays to what it says. And the seeds. */
import { readdirSync, readFileSync } from 'node:fs';
import { BinReader } from '#iov/campaign/corpus/bins-of.js';
import { fileNameOf } from '#iov/campaign/corpus/identity.js';
import { outcomeOf } from '#iov/campaign/corpus/outcome.js';
import { readCorpus } from '#iov/campaign/corpus/read.js';
import { reproduces } from '#iov/harness/replay.js';
import { Runner } from '#iov/harness/runner.js';
import type { Trace } from '#iov/harness/trace.js';
import { formatTrace, parseTrace, resolveOps } from '#iov/harness/trace.js';
import { knownFor } from '#iov/harness/verdict.js';
import { DESIGNS } from '#iov/model/designs/designs.js';
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

describe('corpus/seeds', () => {
  const { files, problems, duplicates } = readCorpus('corpus/seeds');
  const runnerOf = ({ design, bounds, scenario }: Trace): Runner => new Runner(designOf(design), bounds, scenario);

  test('has one to three of each scenario, and nothing else', () => {
    expect(problems).toEqual([]);
    expect(duplicates).toEqual([]);
    const scenarios = files.map(({ trace }) => trace.scenario);
    expect(new Set(scenarios)).toEqual(new Set(DESIGNS.flatMap((design) => design.scenarios)));
    for (const name of scenarios) expect(scenarios.filter((other) => other === name).length).toBeLessThanOrEqual(3);
  });

  test.each(files)('$name is taken to its end, and breaks nothing that is not known', ({ name, text, trace }) => {
    expect(formatTrace(trace)).toBe(text);
    expect(name).toBe(fileNameOf(trace));
    expect(trace.violates).toBe(undefined);
    const runner = runnerOf(trace);
    const { steps, broken } = outcomeOf(runner, trace, resolveOps(runner, trace, name));
    expect(steps).toBe(trace.ops.length);
    const { known = [] } = designOf(trace.design).expect;
    const first = broken.filter((b) => !b.isAfterOthers);
    expect(first.filter((b) => knownFor(known, b.class, trace.scenario) === undefined)).toEqual([]);
  });

  test('meets with each what the others of its scenario do not', () => {
    const bins = files.map(({ name, trace }) => {
      const runner = runnerOf(trace);
      return { scenario: trace.scenario, met: new BinReader(runner).of(resolveOps(runner, trace, name)) };
    });
    for (const own of bins) {
      const others = bins.filter((other) => other !== own && other.scenario === own.scenario);
      const theirs = new Set(others.flatMap(({ met }) => met));
      expect(own.met.filter((bin) => !theirs.has(bin))).not.toEqual([]);
    }
  });
});
