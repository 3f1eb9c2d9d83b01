/** Searches and replays as text. */
import { join } from 'node:path';
import pc from 'picocolors';
import { formatBounds } from '../harness/bounds-text.js';
import type { ReplayStep } from '../harness/replay.js';
import type { CheckResult, Violation } from '../harness/result.js';
import type { Found, Runner } from '../harness/runner.js';
import type { Trace } from '../harness/trace.js';
import { PAGES_LEGEND } from '../reports/draw-memory.js';
import { drawFound, legendOf } from '../reports/draw.js';
import { shellWord } from '../reports/phrases.js';
import { returned } from '../reports/steps.js';
import type { Colour } from '../reports/text.js';
import { checkCommand, renderResult, renderViolation } from '../reports/text.js';
import type { TreeRef } from './load.js';
import { IN_PROCESS, fullName } from './load.js';
import type { Search } from './protocol.js';

export function colourFor(hasColour: boolean): Colour {
  const colours = pc.createColors(hasColour);
  const by = { bad: colours.red, dim: colours.dim, bold: colours.bold };
  return (kind, s) => by[kind](s);
}

/** A search as text; `files` are the traces of its violations. */
export function renderReport(
  result: CheckResult,
  runner: Runner,
  search: Search,
  files: ReadonlyMap<Violation, string>,
): string {
  return renderResult(result, {
    runner,
    design: runner.w.design,
    colour: colourFor(search.hasColour),
    ...commandFor(search, files),
  });
}

/** The tree, and what was changed in it, as a command line says both. */
export function treeOption({ name, option = '' }: TreeRef): string {
  return ` --kernel-tree ${shellWord(name)}${option}`;
}

/** How a violation is taken again, where its trace is written to a file. */
export function commandFor(
  { traces, ref }: Search,
  files: ReadonlyMap<Violation, string>,
): { command?: (v: Violation) => string } {
  if (traces === undefined) return {};
  const tree = ref.tree === undefined ? '' : treeOption(ref.tree);
  return { command: (v) => `iovcheck replay ${shellWord(join(traces, files.get(v) ?? ''))}${tree}` };
}

/** One violation as text, without colour. What is in no file can not be named on a command line. */
export function renderAlone(v: Violation, runner: Runner, { ref }: Search): string {
  const invariant = runner.invariants.find(({ id }) => id === v.class.invariant);
  if (invariant === undefined) throw new Error(`there is no invariant ${v.class.invariant}`);
  const ctx = { runner, design: runner.w.design, invariant };
  const command = ref.url === IN_PROCESS ? '' : checkCommand(ctx, fullName(ref));
  return renderViolation(v, { ...ctx, command: () => command });
}

export function draw(runner: Runner, found: readonly Found[]): string[] {
  return drawFound(runner, found);
}

function stepText(runner: Runner, step: ReplayStep, number: number, colour: Colour): string[] {
  const call = `${number}  ${step.text} ${returned(runner.ops[step.op], step.ret)}`.trimEnd();
  const found = step.found.flatMap((f) => [
    colour(
      'bad',
      `    ${f.invariant}, in ${f.function}()${f.severity === 'fatal' ? '; the run ends here' : ''}: ${f.explanation}`,
    ),
  ]);
  return [colour('bold', call), ...step.picture.map((line) => `    ${line}`), ...found, ''];
}

/** Step by step, with the state after each. */
export function renderReplay(runner: Runner, trace: Trace, steps: readonly ReplayStep[], hasColour: boolean): string {
  const { design, scenario, bounds } = runner.w;
  const classes = new Set(steps.flatMap((step) => step.found.map((f) => f.invariant)));
  const wanted = trace.violates?.invariant;
  const verdict = classes.size === 0 ? 'nothing is broken' : `broken: ${[...classes].join(', ')}`;
  const change =
    wanted === undefined || classes.has(wanted) ? '' : `; the trace says that it breaks ${wanted}, and it does not`;
  return `${[
    `${design.id}, ${scenario.name}: ${design.title}`,
    `bounds ${formatBounds(bounds, scenario)}`,
    '',
    ...steps.flatMap((step, n) => stepText(runner, step, n + 1, colourFor(hasColour))),
    ...(runner.k.needs.pipe ? [legendOf(runner)] : []),
    ...(runner.k.needs.memory === 'paged' ? [PAGES_LEGEND] : []),
    `${steps.length} of ${trace.ops.length} steps; ${verdict}${change}.`,
  ].join('\n')}\n`;
}
