/** One step as a picture of its own, for a document: what was called, the state after it, and what it broke. */
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Run } from './data.js';
import { StateDrawing, holdsIn } from './draw.js';
import type { Frame } from './measure.js';
import { CHAR, LINE, frameOf } from './measure.js';
import { LIGHT } from './palette.js';
import { svgStyle } from './style-svg.js';
import { wrap } from '../wrap.js';

const MARGIN = 14;
const HEAD = 44;

interface Picture {
  readonly run: Run;
  readonly at: number;
  readonly frame: Frame;
  /** `pipe-iter-2016, pipe-iter` */
  readonly of: string;
}

/** Sentences below the drawing, at its width. */
function notesOf({ run, at, frame }: Picture): { text: string; isBad: boolean }[] {
  const columns = Math.floor((frame.width - 4) / CHAR);
  const set = (text: string, isBad: boolean): { text: string; isBad: boolean }[] =>
    wrap(text, columns, '').map((line) => ({ text: line, isBad }));
  const broken = run.steps[at].broken.flatMap((b) => set(`✗ ${b.invariant}: ${b.explanation}`, true));
  const words: Readonly<Record<string, string>> = {
    reference: 'plain line: a reference',
    pin: 'thick line: a pin',
    listed: 'dashed line: listed, not held',
    maps: 'dotted line: refers to it without a count',
    stale: 'faint line: left over, no reference',
  };
  const holds = holdsIn([run.steps[at].state]).map(([hold]) => words[hold]);
  const legend = [...holds, 'bar: changed by this step', ...(run.legend === '' ? [] : [run.legend])].join('; ');
  return [...broken, ...set(legend, false)];
}

function Svg(picture: Picture): VNode {
  const { run, at, frame, of } = picture;
  const step = run.steps[at];
  const notes = notesOf(picture);
  const width = frame.width + 2 * MARGIN;
  const height = HEAD + frame.height + notes.length * LINE + 2 * MARGIN;
  const title = at === 0 ? 'initial state' : `step ${at} of ${run.steps.length - 1}: ${step.call} ${step.ret}`.trim();
  return (
    <svg xmlns="http://www.w3.org/2000/svg" class="iov" viewBox={`0 0 ${width} ${height}`} {...{ width, height }}>
      <title>{`${of}, ${title}`}</title>
      <style>{svgStyle(LIGHT, '.iov')}</style>
      <rect width={width} height={height} fill={LIGHT.paper} />
      <text x={MARGIN} y={MARGIN + 10} class="dim">
        {of}
      </text>
      <text x={MARGIN} y={MARGIN + 29} class="call">
        {title}
      </text>
      <g transform={`translate(${MARGIN} ${MARGIN + HEAD - 6})`}>
        <StateDrawing step={step} frame={frame} />
      </g>
      {notes.map(({ text, isBad }, n) => (
        <text key={n} x={MARGIN} y={HEAD + MARGIN + frame.height + 12 + n * LINE} class={isBad ? 'flag' : 'dim'}>
          {text}
        </text>
      ))}
    </svg>
  );
}

/** A picture a step, from step 0 on, as the text of a file each. */
export function svgFiles(run: Run, of: string): string[] {
  const frame = frameOf(
    run.steps.map(({ state }) => state),
    false,
  );
  return run.steps.map((_, at) => `${renderToString(<Svg {...{ run, at, frame, of }} />)}\n`);
}
