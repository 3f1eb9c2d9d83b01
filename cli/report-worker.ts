/** What `report` does in a worker: a saved result, or a trace, is explained as a search would have been. */
import type { Heartbeat } from '../check/heartbeat.js';
import { Phase } from '../check/heartbeat.js';
import { UsageError } from '../harness/bounds-text.js';
import { isOfClass, replay } from '../harness/replay.js';
import type { Found, ViolationClass } from '../harness/runner.js';
import { Runner } from '../harness/runner.js';
import { parseTrace, resolveOps } from '../harness/trace.js';
import type { Design } from '../model/design.js';
import type { JsonResult } from '../reports/json.js';
import type { PageMaker } from './explain.js';
import { explain } from './explain.js';
import type { RawClass, Report, Tally } from './protocol.js';
import type { ReportTask } from './report-task.js';

interface Taken {
  readonly path: readonly number[];
  /** What broke before the last step, and at it. */
  readonly before: readonly Found[];
  readonly last: readonly Found[];
}

/** Takes a trace; throws where one of its ops is not enabled any more. */
function take(runner: Runner, path: readonly number[], name: string): Taken {
  const { steps, stoppedAt } = replay(runner, path);
  if (stoppedAt >= 0) {
    const { text } = runner.ops[path[stoppedAt]];
    throw new UsageError(
      `${name}: step ${stoppedAt + 1} of a trace, ${text}, can not be taken on ${runner.w.design.id} any more; check the design again`,
    );
  }
  return { path, before: steps.slice(0, -1).flatMap(({ found }) => found), last: steps.at(-1)?.found ?? [] };
}

function rawOf(cls: ViolationClass, taken: Taken, minimality: RawClass['minimality']): RawClass {
  const severity = taken.last.find((f) => f.invariant === cls.invariant)?.severity ?? 'soft';
  return { class: cls, severity, path: taken.path, minimality, isAfterOthers: taken.before.length > 0 };
}

function classesOf(runner: Runner, { violations, design, scenario }: JsonResult, name: string): RawClass[] {
  const { bounds } = runner.w;
  return violations.map((v) => {
    const trace = { design, scenario: scenario as typeof runner.w.scenario.name, bounds, ops: v.trace };
    const taken = take(runner, resolveOps(runner, trace, name), name);
    if (!isOfClass(taken.last, v.class)) {
      throw new UsageError(
        `${name}: a trace no longer breaks ${v.class.invariant} at ${v.class.op} on ${runner.w.design.id}; check the design again`,
      );
    }
    return rawOf(v.class, taken, v.minimality);
  });
}

function tallyOf({ stats, exhausted, engine, reached }: JsonResult): Tally {
  const isShort = engine === 'exhaustive' && !exhausted;
  const cutShort = isShort ? 'the search was cut short' : '';
  return { stats, isExhausted: exhausted, cutShort, reached, unreached: [], seconds: 0 };
}

/** What a trace breaks: the class that it names, where it does, else all that its last step breaks. */
function brokenBy(runner: Runner, text: string, name: string): { classes: RawClass[]; taken: Taken } {
  const trace = parseTrace(text, name);
  const taken = take(runner, resolveOps(runner, trace, name), name);
  const named = trace.violates;
  const wanted = taken.last.filter((f) => named === undefined || isOfClass([f], named));
  const shown = wanted.length > 0 ? wanted : taken.last;
  const minimality = trace.minimality ?? 'raw';
  return {
    classes: shown.map(({ invariant, op, function: fn }) => rawOf({ invariant, op, function: fn }, taken, minimality)),
    taken,
  };
}

export function makeReport(task: ReportTask, design: Design, heartbeat: Heartbeat, makePage?: PageMaker): Report {
  const { search, name } = task;
  const runner = new Runner(design, search.bounds, search.scenario);
  heartbeat.enter(Phase.Replaying);
  heartbeat.follow(runner);
  if (task.result !== undefined)
    return explain(search, design, classesOf(runner, task.result, name), tallyOf(task.result), heartbeat, makePage);
  const { classes, taken } = brokenBy(runner, task.trace ?? '', name);
  const steps = taken.path.length;
  const tally: Tally = {
    stats: { states: 0, edges: 0, depth: 0, steps },
    isExhausted: false,
    cutShort: 'only this trace was taken',
    reached: {},
    unreached: [],
    seconds: 0,
  };
  const quiet = classes.length === 0 ? taken.path : undefined;
  const maker: PageMaker | undefined =
    makePage && ((result, options) => makePage(result, quiet === undefined ? options : { ...options, quiet }));
  return explain(search, design, classes, tally, heartbeat, maker);
}
