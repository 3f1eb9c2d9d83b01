/** Careless callers in a campaign: what they break in the base as well says nothing of the design, as with `check`. */
import { Course } from '#iov/campaign/jobs/course.js';
import { historyOf } from '#iov/campaign/jobs/history.js';
import type { Done, Job } from '#iov/campaign/jobs/job.js';
import { jobText, keyOf } from '#iov/campaign/jobs/job.js';
import type { CampaignDesign, Plan } from '#iov/campaign/jobs/plan.js';
import { planCampaign } from '#iov/campaign/jobs/plan.js';
import { summarise } from '#iov/campaign/jobs/summary.js';
import { conclusionOf } from '#iov/cli/campaign-run.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import type { Violation } from '#iov/harness/result.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { renderCampaign } from '#iov/reports/campaign.js';
import { describe, expect, test } from 'vitest';

function planned(hasBase: boolean, ...bounds: string[]): Plan {
  const design: CampaignDesign = {
    name: 'mine',
    code: 'code',
    hasBase,
    scenarios: ['packet'],
    bounds: (text, s) => parseBounds(text, undefined, SCENARIOS[s]),
  };
  const searches = [{ engine: 'exhaustive', bounds } as const];
  return planCampaign({ name: 'some', designs: ['mine'], searches }, [design], { version: '0', spec: 'spec' });
}

function broken(op: string, steps: number, misuse: boolean): Violation {
  const trace = Array.from({ length: steps }, () => op);
  const rest = { severity: 'soft', explanation: '', fixedBy: null, known: null, afterOthers: false } as const;
  return { class: { invariant: 'sanity', op, function: 'f' }, steps, minimality: 'shortest', misuse, trace, ...rest };
}

function doneWith(job: Job, violations: readonly Violation[]): Done {
  const { design, scenario, engine, seed } = job;
  const stats = { states: 1, edges: 1, depth: 1, steps: 1 };
  const place = { design, scenario, bounds: parseBounds(job.bounds), engine, seed, verdict: 'violated' } as const;
  const result = { ...place, exhausted: true, cutShort: '', violations, stats, reached: {}, unreached: [] };
  return { key: keyOf(job), job, result, seconds: 1, at: 1 };
}

/** Runs every job; `found` says what it breaks. */
function run(plan: Plan, found: (job: Job) => readonly Violation[]): { course: Course; jobs: Job[] } {
  const course = new Course(plan);
  const jobs: Job[] = [];
  for (const waiting = course.start(); waiting.length > 0; ) {
    const [{ job }] = waiting.splice(0, 1);
    jobs.push(job);
    waiting.push(...(course.take(doneWith(job, found(job))) || []));
  }
  return { course, jobs };
}

const CARELESS = 'tiny,callers=careless';

describe('careless callers', () => {
  test('are searched on the base as well, by jobs of their own, where there is a base', () => {
    const { jobs } = run(planned(true, 'tiny', CARELESS), () => []);
    expect(jobs.map(({ onBase }) => onBase)).toEqual([undefined, undefined, true]);
    expect(jobText(jobs[2])).toBe('mine, packet: exhaustive, on its base');
    expect(keyOf(jobs[2])).not.toBe(keyOf(jobs[1]));
    expect(run(planned(true, 'tiny'), () => []).jobs).toHaveLength(1);
    expect(run(planned(false, CARELESS), () => []).jobs).toHaveLength(1);
  });

  test('may break what they break in the base, and nothing else', () => {
    const shared = broken('read', 1, true);
    const { course } = run(planned(true, CARELESS), ({ onBase }) =>
      onBase === true ? [shared] : [shared, broken('write', 2, true), broken('splice', 3, false)],
    );
    const summary = summarise(course.plan, course.results);
    const [{ findings }] = summary.lanes;
    expect(findings.map(({ violation: v, isOfBase }) => [v.class.op, isOfBase])).toEqual([
      ['read', true],
      ['write', false],
      ['splice', false],
    ]);
    expect(conclusionOf(summary)).toMatchObject({ status: 1 });
    const text = renderCampaign(summary);
    expect(text).toContain('sanity at read, in f()  (misuse that its base allows as well)\n');
    expect(text).toContain('sanity at write, in f()  (misuse)\n');
    expect(historyOf(course.results.values()).at(-1)?.findings).toBe(3);
  });

  test('alone break nothing: the campaign ends well, and says what it saw', () => {
    const { course } = run(planned(true, CARELESS), () => [broken('read', 1, true)]);
    expect(conclusionOf(summarise(course.plan, course.results))).toEqual({
      status: 0,
      lastLine:
        '2 jobs, 1 violation, 1 of them misuse that a base allows as well, 1 space searched to the end, 0 without a violation; exit 0.',
    });
  });

  test('do not hide what correct ones meet with more calls', () => {
    const { course } = run(planned(true, 'tiny', CARELESS), ({ bounds }) =>
      bounds.includes('careless') ? [broken('read', 1, true)] : [broken('read', 4, false)],
    );
    const [{ findings }] = summarise(course.plan, course.results).lanes;
    expect(findings.map(({ violation, isOfBase }) => [violation.steps, isOfBase])).toEqual([[4, false]]);
  });
});
