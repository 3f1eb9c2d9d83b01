/** A counterexample as a run: each call with what it returned and the ring after it, and the whole state at its end. */
import { UsageError } from '../harness/bounds-text.js';
import { replay } from '../harness/replay.js';
import type { Violation } from '../harness/result.js';
import type { Found, Runner } from '../harness/runner.js';
import { classKey, Step } from '../harness/runner.js';
import { PAGES_LEGEND } from './draw-memory.js';
import { COLUMNS, HERE, drawFound, legendOf } from './draw.js';
import type { Colour } from './later.js';
import { MARGIN, STEP, callLine, returned, ringLines } from './steps.js';

export interface RunStep {
  /** The call, C spelling, and ` = -EAGAIN`; '' for what returns nothing. */
  readonly text: string;
  readonly ret: string;
  /** The ring, the iterator and what is held after it, on as few lines as it takes. */
  readonly ring: readonly string[];
  /** Rules that broke here beside the one that the run is shown for. */
  readonly others: readonly string[];
}

export interface Run {
  readonly steps: readonly RunStep[];
  /** The state after the last step, and what its letters mean. */
  readonly picture: readonly string[];
  readonly legend: string;
}

/** Before each line of the drawing. */
const DRAWING = ' '.repeat(4);

/** Takes the ops of a violation again; its lines have at most `columns` once they are indented. */
export function takeRun(runner: Runner, ops: readonly number[], v: Violation, columns = COLUMNS): Run {
  const rings: string[][] = [];
  const draw = (r: Runner, found: readonly Found[]): string[] => {
    rings.push(ringLines(r, columns - STEP));
    const own = found.find((f) => classKey(f) === classKey(v.class));
    return drawFound(r, own === undefined ? [] : [own], columns - DRAWING.length);
  };
  const { steps, stoppedAt } = replay(runner, ops, draw);
  if (stoppedAt >= 0 || steps.length === 0) {
    throw new UsageError(
      `the trace does not replay: step ${stoppedAt + 1}, '${v.trace[stoppedAt]}', can not be taken there`,
    );
  }
  const picture = steps[steps.length - 1].picture;
  return {
    steps: steps.map((step, n) => ({
      text: step.text,
      ret: step.step === Step.Fatal ? '(does not return)' : returned(runner.ops[step.op], step.ret),
      ring: rings[n],
      others: [...new Set(step.found.filter((f) => classKey(f) !== classKey(v.class)).map((f) => f.invariant))],
    })),
    picture,
    legend: legendFor(runner, picture),
  };
}

/** What the letters of a drawing mean; '' where there is none. */
function legendFor(runner: Runner, picture: readonly string[]): string {
  if (picture.length > 0 && picture[0].startsWith('pipe')) {
    return picture.some((line) => line.startsWith('readable')) ? legendOf(runner) : '';
  }
  return picture.some((line) => /^(parent|child) .*, [pFZ]/.test(line)) ? PAGES_LEGEND : '';
}

/** Each call with what it returned, the returns under each other. */
export function callLines(steps: readonly Pick<RunStep, 'text' | 'ret'>[], columns = COLUMNS): string[] {
  const fits = ({ text, ret }: Pick<RunStep, 'text' | 'ret'>): boolean =>
    ret !== '' && STEP + text.length + 2 + ret.length <= columns;
  const wide = Math.max(0, ...steps.map((step) => (fits(step) ? step.text.length : 0)));
  return steps.map(({ text, ret }, n) => callLine(text, ret, n + 1, wide, columns));
}

/** Each step with the ring after it, where that is another one than before; the last one with the whole state. */
export function runLines({ steps, picture, legend }: Run, colour: Colour, columns = COLUMNS): string[] {
  const calls = callLines(steps, columns).map((line) => colour('bold', line));
  return steps.flatMap(({ ring, others }, n) => {
    const isLast = n === steps.length - 1;
    const broken = `${MARGIN}${isLast ? 'also broken here' : 'broken here'}: ${others.join(', ')}`;
    const also = others.length === 0 ? [] : [broken];
    if (isLast) {
      const drawn = [...drawing(picture, colour), ...(legend === '' ? [] : [DRAWING + colour('dim', legend)])];
      return [calls[n], ...also, '', ...drawn];
    }
    const isSame = n > 0 && ring.join('\n') === steps[n - 1].ring.join('\n');
    return [calls[n], ...(isSame ? [] : ring.map((line) => MARGIN + colour('dim', line))), ...also];
  });
}

/** Whether a line of a drawing carries the mark. */
function isMarkedLine(line: string): boolean {
  return line.endsWith(HERE) || line.endsWith('<==');
}

function drawing(picture: readonly string[], colour: Colour): string[] {
  return picture.map((line) => DRAWING + (isMarkedLine(line) ? colour('bad', line) : line));
}
