/** What the spec beside a running kernel came to, as text. */
import { formatBounds } from '../harness/bounds-text.js';
import { SCENARIOS } from '../model/scenario.js';
import type { Difference, Walked } from '../oracle/host/fuzz.js';
import type { Retraced } from '../oracle/host/retrace.js';
import { callLine } from './steps.js';
import { wrap } from './wrap.js';

/** Which spec is beside which kernel. */
export interface Beside {
  readonly design: string;
  /** `the running kernel`, and its version. */
  readonly kernel: string;
  readonly release: string;
}

const headOf = ({ design, kernel, release }: Beside): string => `${design} beside ${kernel}, Linux ${release}`;

const WIDTH = 96;

const count = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

function differenceLines(d: Difference, seed: number): string[] {
  const { bounds, explanation, ops, scenario, walk } = d;
  const where = `${scenario}, walk ${walk} of seed ${seed}, made smaller: ${count(ops.length, 'call')} on fresh pipes of ${count(bounds.ring, 'slot')}`;
  return ['', where, ...ops.map((text, n) => callLine(text, '', n + 1, 0)), ...wrap(explanation, WIDTH, '  ')];
}

/** All walks; the differences with their runs. */
export function renderWalks(beside: Beside, walked: readonly Walked[], seed: number): string {
  const calls = walked.reduce((sum, w) => sum + w.calls, 0);
  const differences = walked.flatMap((w) => w.differences);
  const rows = walked.map(({ scenario, walks, calls: n, differences: d }) => {
    const what = d.length === 0 ? 'no difference' : count(d.length, 'difference');
    return `  ${scenario.padEnd(12)} ${String(n).padStart(10)} calls in ${walks} walks: ${what}`;
  });
  const last =
    differences.length === 0
      ? `They agree in ${calls} calls (seed ${seed}), which proves nothing.`
      : `They differ in ${count(differences.length, 'way')} (seed ${seed}).`;
  const found = differences.flatMap((d) => differenceLines(d, seed));
  return `${[headOf(beside), '', ...rows, ...found, '', last].join('\n')}\n`;
}

/** A trace step by step: what both return, or what each does, and the bytes that are then in the pipes. */
export function renderRetraced(
  beside: Beside,
  retraced: Retraced,
  scenario: keyof typeof SCENARIOS,
  bounds: Parameters<typeof formatBounds>[0],
): string {
  const { reads, rest, steps, unit } = retraced;
  const wide = Math.max(...steps.map(({ text }) => text.length));
  const lines = steps.flatMap(({ text, spec, kernel, kernelBytes, difference }, n) => {
    const ret = spec === kernel ? `= ${spec}` : `= ${kernel}, and ${spec} in the spec`;
    const held = kernelBytes.length === 1 ? `holds ${kernelBytes[0]}` : `A ${kernelBytes[0]}  B ${kernelBytes[1]}`;
    const call = callLine(text, `${ret.padEnd(12)}  ${held}`, n + 1, wide);
    return difference === '' ? [call] : [call, ...wrap(difference, WIDTH, '      ')];
  });
  const isSame = rest === '' && steps.every(({ difference }) => difference === '');
  const scale = unit === 1 ? [] : [`a byte of the trace is ${unit} bytes of the machine`];
  const last = isSame
    ? `They agree in ${count(steps.length, 'call')}, and in what is left in the pipes (${count(reads, 'read')}).`
    : rest === ''
      ? `They part at call ${steps.length}.`
      : `They agree in ${count(steps.length, 'call')}, and part where the pipes are read. ${rest}`;
  return `${[headOf(beside), `bounds ${formatBounds(bounds, SCENARIOS[scenario])}`, ...scale, '', ...lines, '', ...wrap(last, WIDTH, '')].join('\n')}\n`;
}

export function isAgreed({ rest, steps }: Retraced): boolean {
  return rest === '' && steps.every(({ difference }) => difference === '');
}
