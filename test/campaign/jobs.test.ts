/** What a campaign plans, keeps and puts together, with results that no engine has made. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Course } from '#iov/campaign/jobs/course.js';
import type { Done, Job } from '#iov/campaign/jobs/job.js';
import { keyOf } from '#iov/campaign/jobs/job.js';
import { JournalWriter, journalPath, readJournal } from '#iov/campaign/jobs/journal.js';
import { mergeLearned } from '#iov/campaign/jobs/merge.js';
import type { CampaignDesign, Plan } from '#iov/campaign/jobs/plan.js';
import { planCampaign } from '#iov/campaign/jobs/plan.js';
import { parseCampaign } from '#iov/campaign/jobs/schema.js';
import type { CampaignSpec } from '#iov/campaign/jobs/spec.js';
import { summarise } from '#iov/campaign/jobs/summary.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import type { CheckResult, Violation } from '#iov/harness/result.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { afterAll, describe, expect, test } from 'vitest';

const tool = { version: '0', spec: 'spec' };

function design(name: string, ...scenarios: ScenarioName[]): CampaignDesign {
  const bounds: CampaignDesign['bounds'] = (text, s) => parseBounds(text, undefined, SCENARIOS[s]);
  return { name, code: `code of ${name}`, hasBase: true, scenarios, bounds };
}

const spec: CampaignSpec = {
  name: 'some',
  designs: ['a'],
  searches: [
    { engine: 'exhaustive', bounds: ['tiny'], split: { ops: 1, parts: 2 } },
    { engine: 'random', seeds: [7, 9], steps: 10 },
    { engine: 'coverage', seeds: 2, rounds: 3, runs: 5 },
  ],
};

const planned = (more: Partial<CampaignSpec> = {}, designs = [design('a', 'packet')]): Plan =>
  planCampaign({ ...spec, ...more }, designs, tool);

function violation(op: string, steps: number, minimality: Violation['minimality']): Violation {
  const trace = Array.from({ length: steps }, (_, n) => `${op} ${n}`);
  const cls = { invariant: 'sanity', op, function: 'f' };
  const rest = { severity: 'soft', misuse: false, explanation: '', fixedBy: null, known: null } as const;
  return { class: cls, steps, minimality, trace, afterOthers: false, ...rest };
}

function resultOf(job: Job, violations: readonly Violation[]): CheckResult {
  const isExhausted = job.engine === 'exhaustive';
  return {
    design: job.design,
    scenario: job.scenario,
    bounds: parseBounds(job.bounds),
    engine: job.engine,
    seed: job.seed,
    verdict: violations.length > 0 ? 'violated' : isExhausted ? 'exhausted' : 'budget-spent',
    exhausted: isExhausted,
    cutShort: '',
    violations,
    stats: { states: 10, edges: 20, depth: 3, steps: 20 },
    reached: {},
    unreached: [],
  };
}

/** What a job comes to, as a function of the job. */
function outcomeOf(job: Job): Done {
  const found =
    job.engine === 'random'
      ? [violation('read', 10 + job.seed, 'raw')]
      : job.engine === 'corpus'
        ? [violation('read', 2, '1-minimal')]
        : [];
  const bins = job.engine === 'coverage' ? [1, 10 * job.seed + (job.round ?? 0)] : [];
  const learned = bins.map((bin) => ({ ops: [`pread size=${bin}`], bins: [bin] }));
  return { key: keyOf(job), job, result: resultOf(job, found), learned, seconds: 1, at: 1 };
}

/** Runs all jobs; `pick` says which of those that wait is next. */
function run(plan: Plan, pick: (waiting: number) => number): { keys: string[]; summary: string; inputs: unknown[] } {
  const course = new Course(plan);
  const waiting = course.start();
  const keys: string[] = [];
  const inputs: unknown[] = [];
  while (waiting.length > 0) {
    const [{ job, input }] = waiting.splice(pick(waiting.length), 1);
    keys.push(keyOf(job));
    if (input !== undefined) inputs.push(input);
    const next = course.take(outcomeOf(job));
    if (next === false) throw new Error('twice');
    expect(course.take(outcomeOf(job))).toBe(false);
    waiting.push(...next);
  }
  return { keys, summary: JSON.stringify(summarise(plan, course.results)), inputs };
}

describe('a plan', () => {
  test('has a job for each part, seed and first round', () => {
    const [lane, ...more] = planned().lanes;
    expect(more).toEqual([]);
    expect(lane.spaces.map(({ jobs }) => jobs.map(({ part }) => part?.number))).toEqual([[1, 2]]);
    expect(lane.samples.map(({ seed }) => seed)).toEqual([7, 9]);
    expect(lane.chains.map(({ jobs, rounds }) => [jobs.map(({ seed }) => seed), rounds])).toEqual([[[1, 2], 3]]);
  });

  test('cuts contents=3 in its halves where a scenario has them', () => {
    const searches = [{ engine: 'exhaustive', split: { contents: true } }] as const;
    const { lanes } = planned({ searches }, [design('a', 'packet', 'iov-iter')]);
    const contents = lanes.map(({ spaces }) => spaces.map(({ bounds }) => /contents=(\w+)/.exec(bounds)?.[1]));
    expect(contents[0]).toEqual(['written', 'marked']);
    expect(contents[1]).toHaveLength(1);
  });

  test('gives another key to a job of which anything is different', () => {
    const [job] = planned().lanes[0].samples;
    const others: Partial<Job>[] = [
      { design: 'b' },
      { code: 'other' },
      { spec: 'other' },
      { version: '1' },
      { scenario: 'splice' },
      { bounds: 'page=2' },
      { engine: 'coverage' },
      { seed: 1 },
      { steps: 11 },
      { runs: 1 },
      { memory: 1 },
      { part: { ops: 1, number: 1, of: 2 } },
      { round: 1 },
      { input: 'other' },
    ];
    const keys = others.map((other) => keyOf({ ...job, ...other }));
    expect(new Set([keyOf(job), ...keys]).size).toBe(1 + others.length);
    expect(keyOf({ ...job })).toBe(keyOf(job));
  });

  test.each([
    [{ searches: [{ engine: 'random', designs: ['b'] }] }, "'b' is not among the designs"],
    [{ searches: [{ engine: 'random', scenarios: ['splice'] }] }, 'there is nothing to do'],
    [{ searches: [{ engine: 'random', bounds: ['ring=3'] }] }, 'ring=3 is out of range'],
  ] as const)('is refused: %j', (more, sentence) => {
    expect(() => planned(more as Partial<CampaignSpec>)).toThrow(sentence);
  });
});

describe('a campaign file', () => {
  test.each([
    [{}, 'my.json: name: '],
    [{ ...spec, name: 'My campaign' }, 'small letters'],
    [{ ...spec, desings: [] }, "did you mean 'designs'"],
    [{ ...spec, searches: [] }, 'searches'],
    [{ ...spec, searches: [{ engine: 'exhaustiv' }] }, 'searches[0].engine'],
    [{ ...spec, searches: [{ engine: 'random', sedes: 2 }] }, "did you mean 'seeds'"],
    [{ ...spec, searches: [{ engine: 'random', seeds: 0 }] }, 'searches[0].seeds'],
    [{ ...spec, memory: '1 TB' }, 'write e.g. 512M'],
    ['text', 'correct it'],
  ])('is refused: %j', (value, sentence) => {
    expect(() => parseCampaign(value, 'my.json')).toThrow(sentence);
  });

  test('is taken as it is', () => {
    expect(parseCampaign(spec, 'my.json')).toEqual(spec);
  });
});

describe('the course of a campaign', () => {
  const first = run(planned(), () => 0);

  test('comes to each job once: 2 parts, 2 seeds, 3 rounds of 2, and what is made small', () => {
    expect(first.keys).toHaveLength(2 + 2 + 6 + 1);
    expect(new Set(first.keys).size).toBe(first.keys.length);
  });

  test.each([
    ['backwards', (n: number) => n - 1],
    ['from the middle', (n: number) => n >> 1],
  ])('is the same in another order: %s', (_name, pick) => {
    const other = run(planned(), pick);
    expect([...other.keys].sort()).toEqual([...first.keys].sort());
    expect(other.summary).toBe(first.summary);
  });

  test('hands what is learned to the next round, and the shortest trace of a class to be made small', () => {
    const seeds = first.inputs.flatMap((input) => (input as { seeds?: unknown[] }).seeds?.length ?? []);
    // Bin 1 is met by every run, and is learned once: then one bin a seed and round.
    expect(seeds).toEqual([3, 3, 5, 5]);
    const [findings] = first.inputs.flatMap((input) => (input as { findings?: { ops: string[] }[] }).findings ?? []);
    expect(findings.ops).toHaveLength(17);
  });

  test('goes on from what is done, wherever it was ended', () => {
    const whole = new Course(planned());
    const all: Done[] = [];
    for (const waiting = whole.start(); waiting.length > 0; ) {
      const [{ job }] = waiting.splice(0, 1);
      all.push(outcomeOf(job));
      waiting.push(...(whole.take(all[all.length - 1]) || []));
    }
    for (let n = 0; n <= all.length; n++) {
      const course = new Course(planned());
      const waiting = course.start(all.slice(0, n));
      let count = n;
      while (waiting.length > 0) {
        const [{ job }] = waiting.splice(0, 1);
        count++;
        waiting.push(...(course.take(outcomeOf(job)) || []));
      }
      expect(count).toBe(all.length);
      expect(JSON.stringify(summarise(course.plan, course.results))).toBe(first.summary);
    }
  });
});

describe('what parts have found', () => {
  test('is shortest only where every part has tried every shorter run', () => {
    const searches = [{ engine: 'exhaustive', split: { ops: 1, parts: 2 } }] as const;
    const plan = planned({ searches });
    const wordWith = (levels: number): string => {
      const course = new Course(plan);
      const [a, b] = course.start().map(({ job }) => job);
      const done = (job: Job, found: Violation[], more: Partial<CheckResult>): Done => {
        return { ...outcomeOf(job), result: { ...resultOf(job, found), ...more } };
      };
      course.take(done(a, [violation('read', 5, 'shortest')], {}));
      const proof = { levels: Array.from({ length: levels }, () => ({ states: 1, edges: 1 })), ...NO_PROOF };
      course.take(done(b, [], { exhausted: false, cutShort: 'spent', proof }));
      return summarise(plan, course.results).lanes[0].findings[0].violation.minimality;
    };
    expect(wordWith(4)).toBe('shortest');
    expect(wordWith(3)).toBe('raw');
  });
});

const NO_PROOF = { invariants: [], symmetry: [], reductions: [] };

describe('what was learned', () => {
  test('is taken where it adds a bin, in the order of the jobs', () => {
    const [one, two] = planned().lanes[0].chains[0].jobs.map(outcomeOf);
    const { inputs, bins } = mergeLearned([one, two]);
    expect(inputs.map(({ bins: of }) => of)).toEqual([[1], [11], [21]]);
    expect([...bins]).toEqual([1, 11, 21]);
  });
});

describe('a journal', () => {
  const dir = mkdtempSync(join(tmpdir(), 'iovcheck-journal-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const plan = planned();
  const done = [...plan.lanes[0].samples, ...plan.lanes[0].spaces[0].jobs].map(outcomeOf);
  const head = { ...tool, plan, files: {} };
  const path = journalPath(dir);

  function written(): void {
    rmSync(path, { force: true });
    const writer = new JournalWriter(dir, head, undefined);
    for (const one of done) writer.add(one);
    writer.close();
  }

  test('gives back what was written', () => {
    expect(readJournal(dir)).toBeUndefined();
    written();
    const journal = readJournal(dir);
    expect([...(journal?.results.values() ?? [])]).toEqual(done);
    expect(journal?.head).toMatchObject(head);
  });

  test('that ends anywhere has the lines before', () => {
    written();
    const bytes = readFileSync(path);
    const ends = [...bytes.keys()].filter((n) => bytes[n] === 10);
    for (const cut of [0, 1, ends[0], ends[0] + 1, ends[1] - 5, ends[2], ends[3] + 1, bytes.length - 1]) {
      writeFileSync(path, bytes.subarray(0, cut));
      const whole = ends.filter((end) => end < cut).length;
      expect(readJournal(dir)?.results.size ?? -1).toBe(whole - 1);
      const writer = new JournalWriter(dir, head, readJournal(dir));
      writer.add(done[3]);
      writer.close();
      expect(readJournal(dir)?.results.has(done[3].key)).toBe(true);
    }
  });

  test('counts a job once that was written twice', () => {
    written();
    const lines = readFileSync(path, 'utf8').split('\n');
    appendFileSync(path, `${lines[1]}\n${lines[2]}\n`);
    expect(readJournal(dir)?.results.size).toBe(done.length);
  });

  test('that somebody has changed is refused, with the place', () => {
    written();
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"states":10', '"states":11'));
    expect(() => readJournal(dir)).toThrow(/jobs\.ndjson: byte \d+: this line is not as it was written/);
  });
});
