/** A trace as steps that can be drawn one by one, and the pages over all of them. */
import type { Account as Held } from '../../harness/ledger.js';
import { accounts, countedNames, ledger, more } from '../../harness/ledger.js';
import { replay } from '../../harness/replay.js';
import type { Found, Runner, ViolationClass } from '../../harness/runner.js';
import { classKey, Step } from '../../harness/runner.js';
import { legendOf } from '../bytes.js';
import { PAGES_LEGEND } from '../draw-memory.js';
import { COLUMNS } from '../draw.js';
import { STEP, returned, ringLines } from '../steps.js';
import { changesOf } from './changes.js';
import type { Account, Broken, Run, State, StepData } from './data.js';
import { stateOf } from './state.js';

interface Seen {
  readonly state: State;
  readonly short: readonly string[];
  readonly held: readonly Held[];
}

/** The state as it is, in every form that a page has of it. */
function look(runner: Runner, found: readonly Found[]): Seen {
  return { state: stateOf(runner, found), short: ringLines(runner, COLUMNS - STEP), held: accounts(runner) };
}

function brokenOf(runner: Runner, found: readonly Found[], own: ViolationClass | undefined): Broken[] {
  return found.map((f) => ({
    invariant: f.invariant,
    statement: runner.invariants.find(({ id }) => id === f.invariant)?.statement ?? '',
    explanation: f.explanation,
    where: f.function === f.op ? `${f.op}()` : `${f.op}, in ${f.function}()`,
    isOwn: own !== undefined && classKey(f) === classKey(own),
    endsRun: f.severity === 'fatal',
  }));
}

/** Owners of one page, from the step they came with to the one they left with. */
function ownersOver(states: readonly (readonly string[])[]): Account['owners'] {
  const out: { name: string; from: number; to?: number }[] = states[0].map((name) => ({ name, from: 0 }));
  for (let at = 1; at < states.length; at++) {
    for (const name of more(states[at], states[at - 1])) {
      const last = out.findLast((owner) => owner.name === name && owner.to === undefined);
      if (last !== undefined) last.to = at;
    }
    for (const name of more(states[at - 1], states[at])) out.push({ name, from: at });
  }
  return out;
}

/** Pages that changed hands. */
function accountsOf(names: readonly string[], seen: readonly Seen[]): Account[] {
  return names.flatMap((page, p) => {
    const held = seen.map((s) => s.held[p]);
    const owners = ownersOver(held.map((h) => h.owners));
    const isQuiet = held.every((h) => h.refcount === held[0].refcount) && owners.every((o) => o.from === 0 && !o.to);
    if (isQuiet) return [];
    return [{ page, counts: held.map(({ refcount, expected }) => ({ refcount, expected })), owners }];
  });
}

/** Pages in the order in which something refers to them, the same at each step: lines to them cross the least. */
function inOrder(seen: readonly Seen[]): Seen[] {
  const wired = seen.flatMap(({ state }) => state.panels.flatMap(({ rows }) => rows.flatMap(({ wires }) => wires)));
  const order = [...new Set(wired.map(({ page }) => page))];
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return seen.map((s) => {
    const pages = s.state.pages.toSorted((a, b) => place(a.name) - place(b.name));
    return { ...s, state: { ...s.state, pages } };
  });
}

/** What the signs in a drawing of this scenario mean. */
function legend(runner: Runner): string {
  const { pipe, memory, openFiles } = runner.k.needs;
  const bytes = pipe && openFiles !== true ? [legendOf(runner)] : [];
  return [...bytes, ...(memory === 'paged' ? [PAGES_LEGEND] : [])].join('; ');
}

/** Takes `ops` from the initial state on; `own` is the class that the run is about. */
export function runOf(runner: Runner, ops: readonly number[], own?: ViolationClass): Run {
  const later: Seen[] = [];
  const last = ops.length - 1;
  const { steps, stoppedAt } = replay(runner, ops, (r, found) => {
    // At the end only what the run is about is marked, as in the text report.
    const isLast = later.length === last;
    const marked = isLast && own !== undefined ? found.filter((f) => classKey(f) === classKey(own)) : found;
    later.push(look(r, marked));
    return [];
  });
  if (stoppedAt >= 0) throw new Error(`the trace can not be drawn: step ${stoppedAt + 1} can not be taken`);
  runner.reset();
  const seen = inOrder([look(runner, []), ...later]);
  const first: StepData = { call: '', ret: '', short: seen[0].short, broken: [], state: seen[0].state, changes: [] };
  const rest = steps.map(
    (step, n): StepData => ({
      call: step.text,
      ret: step.step === Step.Fatal ? '(does not return)' : returned(runner.ops[step.op], step.ret),
      short: seen[n + 1].short,
      broken: brokenOf(runner, step.found, own),
      state: seen[n + 1].state,
      changes: changesOf(seen[n].state, seen[n + 1].state),
    }),
  );
  const names = countedNames(runner);
  return {
    steps: [first, ...rest],
    accounts: accountsOf(names, seen),
    ledger: ledger(runner, ops),
    legend: legend(runner),
  };
}
