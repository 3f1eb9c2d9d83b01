/** Findings of a sampling engine go to the exhaustive one: what it says of them is what a whole search says. */
import type { Finding, HandOverOptions } from '#iov/campaign/handover.js';
import { handOver } from '#iov/campaign/handover.js';
import { runRandom } from '#iov/fuzz/random.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { reproduces } from '#iov/harness/replay.js';
import type { Group } from '#iov/harness/unroll.js';
import { Runner, classKey } from '#iov/harness/runner.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { describe, expect, test } from 'vitest';
import { designOf, search } from '../search.js';

const isOver = (): boolean => false;
const AMPLE: HandOverOptions = { steps: 2_000_000, memoryBytes: 1e9, isOver };

/** Random walks of the seeds, and what a whole search says. */
class World {
  readonly id: string;
  readonly scenario: ScenarioName;
  readonly bounds: string;
  /** Steps of the shortest trace of each class. */
  readonly shortest = new Map<string, number>();

  constructor(id: string, scenario: ScenarioName, bounds: string) {
    [this.id, this.scenario, this.bounds] = [id, scenario, bounds];
    for (const { class: named, path } of search(designOf(id), scenario, bounds).classes)
      this.shortest.set(classKey(named), path.length);
  }

  runner(): Runner {
    return new Runner(designOf(this.id), parseBounds(this.bounds, undefined, SCENARIOS[this.scenario]), this.scenario);
  }

  findings(seed: number, steps = 100_000): Finding[] {
    return runRandom(this.runner(), { seed, steps, isOver }).classes;
  }

  handOver(findings: readonly Finding[], options: HandOverOptions = AMPLE, runner = this.runner()): Finding[] {
    return [...handOver(runner, this.runner(), findings, options).settled];
  }

  /** What comes beside it where only the longest of the findings is handed over. */
  strays(steps: number): readonly Finding[] {
    const longest = this.findings(1).reduce((a, b) => (b.path.length > a.path.length ? b : a));
    return handOver(this.runner(), this.runner(), [longest], { ...AMPLE, steps }).strays;
  }

  /** `class steps minimality` of each, what is said of it being true. */
  lines(findings: readonly Finding[]): string[] {
    return findings.map(({ class: named, path, minimality, tried = 0 }) => {
      const steps = this.shortest.get(classKey(named)) ?? Number.POSITIVE_INFINITY;
      expect(path.length).toBeGreaterThanOrEqual(steps);
      expect(tried).toBeLessThan(steps);
      if (minimality === 'shortest') expect(path.length).toBe(steps);
      expect(reproduces(this.runner(), path, named)).toBe(path.length - 1);
      return `${classKey(named)} ${path.length} ${minimality}`;
    });
  }
}

const pipeIter = new World('pipe-iter-2016', 'pipe-iter', 'tiny');

const worlds = [
  pipeIter,
  new World('packet-2012', 'packet', 'default'),
  new World('linux-6.1', 'packet', 'default'),
  new World('linux-5.8', 'pipe-iter', 'tiny'),
];

describe('findings that are handed over', () => {
  test.each(worlds.map((world) => [world.id, world] as const))(
    'are as short as in a whole search: %s',
    (_id, world) => {
      for (const seed of [1, 2, 3]) {
        const findings = world.findings(seed);
        expect(findings.length).toBeGreaterThan(0);
        const wanted = findings.map(
          ({ class: named }) => `${classKey(named)} ${world.shortest.get(classKey(named))} shortest`,
        );
        expect(world.lines(world.handOver(findings))).toEqual(wanted);
      }
    },
  );

  test('come back the same each time', () => {
    const findings = pipeIter.findings(4);
    expect(pipeIter.handOver(findings)).toEqual(pipeIter.handOver(findings));
  });

  test('lose what leads nowhere', () => {
    const world = worlds[1];
    const [finding] = world.findings(1);
    const detours = world.runner().ops.map((_, n): Finding => ({ ...finding, path: [n, ...finding.path] }));
    const longer = detours
      .slice(0, 20)
      .filter(({ path, class: named }) => reproduces(world.runner(), path, named) === finding.path.length);
    expect(longer.length).toBeGreaterThan(0);
    for (const one of longer.slice(0, 3))
      expect(world.lines(world.handOver([one]))).toEqual(world.lines(world.handOver([finding])));
  });

  test('bring along what the search comes upon, one class a rule and op', () => {
    const strays = pipeIter.strays(AMPLE.steps);
    const pairs = strays.map(({ class: named }) => `${named.invariant} ${named.op}`);
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(pairs.length).toBeGreaterThan(5);
    expect(pipeIter.lines(strays).filter((line) => !line.endsWith(' shortest'))).toEqual([]);
    // Cut short, it has told what it had come upon, and lines() asks whether the words are true.
    const some = pipeIter.lines(pipeIter.strays(10_000));
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(strays.length);
  });

  test('keep their trace and their word where it is raw', () => {
    const [finding] = pipeIter.findings(1);
    const raw: Finding = { ...finding, minimality: 'raw' };
    expect(pipeIter.handOver([raw])).toEqual([raw]);
  });
});

describe('the word shortest is not given', () => {
  const findings = pipeIter.findings(1);
  const longest = findings.toSorted((a, b) => b.path.length - a.path.length)[0];
  const words = (all: readonly Finding[]): Set<string> => new Set(all.map(({ minimality }) => minimality));

  test('where the budget does not suffice, and what was tried is true', () => {
    const told = [1, 50, 5000, 20_000, 60_000, 200_000].map((steps) => {
      const out = pipeIter.handOver(findings, { ...AMPLE, steps });
      pipeIter.lines(out);
      const { path, minimality, tried = 0 } = out[findings.indexOf(longest)];
      return {
        upgraded: out.filter((one) => one.minimality === 'shortest').length,
        minimality,
        tried,
        steps: path.length,
      };
    });
    expect(told.map(({ upgraded }) => upgraded)).toEqual(
      told.map(({ upgraded }) => upgraded).toSorted((a, b) => a - b),
    );
    expect(told.map(({ tried }) => tried)).toEqual([0, 1, 2, 3, 4, 0]);
    expect(told.map(({ minimality }) => minimality)).toEqual([
      ...Array.from({ length: 5 }, () => '1-minimal'),
      'shortest',
    ]);
    // Its own ops alone lead to a trace that is shorter; that it is a shortest one is not known yet.
    expect(told.map(({ steps }) => steps)).toEqual([7, 7, 7, 7, 6, 6]);
  });

  test('where the search is interrupted, or its memory is full', () => {
    expect(words(pipeIter.handOver([longest], { ...AMPLE, isOver: () => true }))).toEqual(new Set(['1-minimal']));
    const world = worlds[3];
    const [longestOfAll] = search(designOf(world.id), world.scenario, world.bounds).classes.toSorted(
      (a, b) => b.path.length - a.path.length,
    );
    const deep: Finding[] = [{ ...longestOfAll, minimality: '1-minimal' }];
    expect(words(world.handOver(deep))).toEqual(new Set(['shortest']));
    expect(words(world.handOver(deep, { ...AMPLE, memoryBytes: 1 }))).toEqual(new Set(['1-minimal']));
  });

  test('by a search that leaves an op out of its table', () => {
    for (let g = 0; g < pipeIter.runner().groups.length; g++) {
      const runner = pipeIter.runner();
      (runner.groups as Group[]).splice(g, 1);
      expect(words(pipeIter.handOver(findings.slice(0, 3), { ...AMPLE, steps: 20_000 }, runner))).toEqual(
        new Set(['1-minimal']),
      );
    }
  });

  test('by a search that never takes an op which the trace needs', () => {
    for (const n of new Set(longest.path)) {
      const runner = pipeIter.runner();
      const groups = runner.groups as Group[];
      const at = groups.findIndex(({ first, end }) => n >= first && n < end);
      groups[at] = {
        ...groups[at],
        // Neither it nor any other instance of the same call.
        enabled: () => 0,
      };
      expect(words(pipeIter.handOver([longest], AMPLE, runner))).toEqual(new Set(['1-minimal']));
    }
  });

  test('to a class of which only another function, or another op, is to blame', () => {
    for (const other of [{ function: 'nobody' }, { op: 'nothing' }]) {
      const strange: Finding = { ...longest, class: { ...longest.class, ...other } };
      expect(pipeIter.handOver([strange]).map(({ minimality }) => minimality)).toEqual(['1-minimal']);
    }
  });

  test('to a length at which the same rule breaks at the same op by another function', () => {
    const sendfile = new World('sendfile-short-actor', 'sendfile', 'tiny');
    const { classes } = search(designOf(sendfile.id), sendfile.scenario, sendfile.bounds);
    const both = classes.filter(({ class: named }) => named.invariant === 'positions-agree' && named.op === 'sendfile');
    const given = both.map((one): Finding => ({ ...one, minimality: '1-minimal' }));
    expect(sendfile.lines(given.flatMap((one) => sendfile.handOver([one])))).toEqual([
      'positions-agree sendfile do_sendfile 1 shortest',
      'positions-agree sendfile splice_direct_to_actor 2 shortest',
    ]);
  });
});
