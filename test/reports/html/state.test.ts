/** What is drawn is what the kernel's state is, and what the text says of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ledger } from '#iov/harness/ledger.js';
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import { resolveOps } from '#iov/harness/trace.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { SCENARIOS } from '#iov/model/scenario.js';
import { changesOf, inWords, keysOf } from '#iov/reports/html/changes.js';
import type { Panel, State } from '#iov/reports/html/data.js';
import { runOf } from '#iov/reports/html/run.js';
import { stateOf } from '#iov/reports/html/state.js';
import { drawFound } from '#iov/reports/draw.js';
import { designNamed, walk } from '../../harness/walk.js';
import { runnerFor } from './made.js';
import { DMA, MERGE } from './cases.js';

const PLACES: readonly (readonly [string, ScenarioName])[] = [
  ['linux-4.8', 'packet'],
  ['pipe-iter-2016', 'pipe-iter'],
  ['linux-6.1', 'iov-iter'],
  ['extract-rfc-2022', 'extract'],
  ['linux-6.12', 'fork-dma'],
  ['linux-6.1', 'splice'],
  ['linux-6.1', 'blocking'],
  ['linux-6.1', 'vmsplice'],
  ['linux-6.1', 'sendfile'],
  ['linux-6.18', 'file-splice'],
  ['read-to-read-rfc-2022', 'read-to-read'],
];

const of = (state: State, kind: Panel['kind']): Panel[] => state.panels.filter((panel) => panel.kind === kind);

/** Slots in use, as the ring has them. */
function slotsOf(runner: Runner): string[][] {
  const { k, w } = runner;
  return k.pipes.map((_, p) => {
    runner.usePipe(p);
    const used = Array.from({ length: Math.min(w.ring.used(k), w.ring.size(k)) }, (__, j) => w.ring.index(k, j));
    const slots = used
      .sort((a, b) => a - b)
      .map((slot) => {
        const { page, offset, len } = k.pipe.bufs[slot];
        return `slot ${slot}: ${page?.name ?? '-'} ${offset} ${len}`;
      });
    runner.usePipe(0);
    return slots;
  });
}

function drawnSlots({ rows }: Panel): string[] {
  return rows
    .filter((row) => row.isFree !== true && row.name.startsWith('slot'))
    .map(({ name, cells: [, page, off, len] }) => `${name}: ${page} ${off} ${len}`);
}

function compare(runner: Runner): void {
  const { k } = runner;
  const state = stateOf(runner, []);
  expect(state.text).toEqual(drawFound(runner, []));
  const drawn = of(state, 'pipe').map(drawnSlots);
  const slots = slotsOf(runner);
  // A ring that is not drawn is empty: that of a task, or one that no iterator is over.
  expect(drawn.flat()).toEqual(slots.flat());
  for (const { name, refcount } of state.pages) {
    const page = k.pages.find((p) => p.name === name);
    if (refcount !== '') expect(refcount).toBe(String(page?.head.refcount));
  }
  const entries = of(state, 'request').flatMap(({ rows }) => rows.map(({ wires }) => wires[0]?.page));
  expect(entries).toEqual(k.request.on === 0 ? [] : k.request.page.slice(0, k.request.nr).map((page) => page?.name));
  const ptes = of(state, 'memory').flatMap(({ rows }) => rows.flatMap(({ wires }) => wires.map(({ page }) => page)));
  const paged = k.needs.memory === 'paged' ? k.mms.filter((mm) => mm.isAlive) : [];
  expect(ptes).toEqual(paged.flatMap((mm) => mm.ptes.flatMap(({ page }) => page?.name ?? [])));
  const tasks = of(state, 'tasks').flatMap(({ rows }) => rows);
  expect(tasks.filter((row) => row.isFree !== true)).toHaveLength(k.tasks.filter(({ call }) => call !== 0).length);
  // Whoever refers to a page refers to one that is drawn.
  const names = new Set(state.pages.map(({ name }) => name));
  const wires = state.panels.flatMap(({ rows }) => rows.flatMap((row) => row.wires.map(({ page }) => page)));
  expect(wires.filter((page) => !names.has(page))).toEqual([]);
}

describe('a drawing is the state', () => {
  test.each(PLACES)('of %s in %s, wherever a run leads', (design, scenario) => {
    const runner = new Runner(designNamed(design), parseBounds('tiny', undefined, SCENARIOS[scenario]), scenario);
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 4, maxLength: 9 }), (choices) => {
        walk(runner, choices, () => compare(runner));
      }),
      { numRuns: 12 },
    );
  });

  test('and leaves it as it was', () => {
    const runner = new Runner(designNamed('linux-6.1'), parseBounds('tiny'), 'vmsplice');
    walk(runner, [3, 77, 1234, 9, 501], () => {
      const before = drawFound(runner, []);
      stateOf(runner, []);
      expect(drawFound(runner, [])).toEqual(before);
    });
  });
});

describe('a run', () => {
  const runner = runnerFor(DMA);
  const trace = { design: 'x', scenario: DMA.scenario, bounds: runner.w.bounds, ops: DMA.ops };
  const ops = resolveOps(runner, trace, 'x');
  const run = runOf(runner, ops);

  test('begins with the initial state, and says each call with its return', () => {
    expect(run.steps.map(({ call }) => call)).toEqual(['', ...DMA.ops]);
    expect(run.steps[4].ret).toBe('= 2');
    expect(run.steps[0].state.panels.map(({ name, facts }) => `${name}: ${facts[0].join(' ')}`)).toEqual([
      'parent: page table nothing is mapped',
    ]);
  });

  test('says what each step has changed, and nothing else', () => {
    expect(inWords(run.steps[3].changes)).toEqual([
      'parent page 0: access writable → write-protected',
      "child page 0: mapping anonymous, pte p0, access write-protected, reads the parent's data of step 2",
      'p0: refcount 1 → 2',
    ]);
    for (let at = 1; at < run.steps.length; at++) {
      const [before, after] = [keysOf(run.steps[at - 1].state), keysOf(run.steps[at].state)];
      const differs = [...new Set([...before.keys(), ...after.keys()])].filter(
        (key) => (before.get(key)?.text ?? '') !== (after.get(key)?.text ?? ''),
      );
      expect(run.steps[at].changes.map(({ key }) => key).sort()).toEqual(differs.sort());
    }
    expect(changesOf(run.steps[2].state, run.steps[2].state)).toEqual([]);
  });

  test('has the ledger as bars from step to step', () => {
    const [p0, p1] = run.accounts;
    expect(p0.owners).toEqual([
      { name: "parent's page 0", from: 2, to: 5 },
      { name: "child's page 0", from: 3 },
      { name: 'caller', from: 4 },
    ]);
    expect(p0.counts.map(({ refcount }) => refcount)).toEqual([0, 0, 1, 2, 3, 2, 2, 2]);
    expect(p1.owners).toEqual([{ name: "parent's page 0", from: 5 }]);
    for (const line of ledger(runner, ops)) {
      const account = run.accounts.find(({ page }) => page === line.page);
      const now = account?.owners.filter((o) => o.from <= line.step && (o.to === undefined || o.to > line.step));
      expect(now?.map(({ name }) => name).sort()).toEqual([...line.owners].sort());
      expect(account?.counts[line.step]).toEqual({ refcount: line.refcount, expected: line.expected });
    }
  });

  test('marks the slot that breaks the rule, and only at the step that breaks it', () => {
    const r = runnerFor(MERGE);
    const list = { design: 'x', scenario: MERGE.scenario, bounds: r.w.bounds, ops: MERGE.ops };
    const { steps } = runOf(r, resolveOps(r, list, 'x'));
    const marked = steps.map(({ state }) => of(state, 'pipe')[0].rows.filter((row) => row.isBroken === true).length);
    expect(marked).toEqual([0, 0, 1]);
    expect(steps[2].broken.map(({ invariant }) => invariant)).toEqual(['packet-boundaries']);
  });
});
