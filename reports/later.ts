/** What breaks only after something else has: in short, each with its ops. */
import type { Violation } from '../harness/result.js';
import { shownFunction } from './fault.js';
import { MARGIN, callLine } from './steps.js';
import { wrap } from './wrap.js';
export type Colour = (kind: 'bad' | 'dim' | 'bold', s: string) => string;

export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export function where(v: Pick<Violation, 'class'>): string {
  const { op } = v.class;
  const fn = shownFunction(v);
  return op === fn || fn === '' ? `${op}()` : `${op}, in ${fn}()`;
}

export function laterText(later: readonly Violation[], width: number, colour: Colour): string {
  if (later.length === 0) return '';
  const wide = Math.max(...later.map((v) => v.class.invariant.length));
  const rows = later.flatMap((v, n) => {
    const head = `  ${plural(v.steps, 'step').padStart(8)}  ${v.class.invariant}`;
    const at = `${where(v)}${v.misuse ? '; misuse' : ''}${v.known === null ? '' : `; known, ${v.known}`}`;
    const line = `${head.padEnd(wide + 12)}  ${at}`;
    const title = line.length <= width ? [line] : [head, `${' '.repeat(16)}${at}`];
    const isSame = n > 0 && later[n - 1].trace.join('\n') === v.trace.join('\n');
    const ops = isSame ? [] : v.trace.flatMap((text, step) => callLine(text, '', step + 1, 0).split('\n'));
    return [...title, ...[...ops, ...wrap(v.explanation, width - 12, MARGIN)].map((text) => `      ${text}`)];
  });
  return [colour('bold', 'also seen, after an earlier violation of the same path:'), ...rows].join('\n');
}
