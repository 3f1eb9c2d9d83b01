/** The state after a step as an SVG: on the left what refers to pages, on the right the pages. */
import type { VNode } from 'preact';
import { pageKey } from './changes.js';
import type { Hold, PageBox, State, StepData } from './data.js';
import type { Changed } from './draw-panel.js';
import { Bytes, PanelBox, Value, rowMiddles } from './draw-panel.js';
import type { Frame } from './measure.js';
import { BETWEEN, GAP, LINE, PAD, TITLE, pageHeight, panelHeight, textWidth } from './measure.js';

interface Line {
  readonly from: number;
  readonly page: string;
  readonly hold: Hold;
}

/** Where each panel and each page begins, from the top. */
function tops(state: State, frame: Frame): { panels: number[]; pages: number[] } {
  let y = 0;
  const panels = state.panels.map((panel) => {
    const top = y;
    y += panelHeight(panel, frame.panels) + BETWEEN;
    return top;
  });
  if (!frame.isNarrow) y = 0;
  const pages = state.pages.map((page) => {
    const top = y;
    y += pageHeight(page) + BETWEEN;
    return top;
  });
  return { panels, pages };
}

function linesOf(state: State, frame: Frame, panels: readonly number[]): Line[] {
  return state.panels.flatMap((panel, n) => {
    const middles = rowMiddles(panel, frame.panels);
    return panel.rows.flatMap((row, r) =>
      row.wires.map(({ page, hold }): Line => ({ from: panels[n] + middles[r], page, hold })),
    );
  });
}

/** Several lines to one page end side by side. */
function Wires({ state, frame, lines, pages }: { state: State; frame: Frame; lines: Line[]; pages: number[] }): VNode {
  const x = frame.panels;
  return (
    <g class="wires">
      {state.pages.flatMap(({ name }, n) => {
        const mine = lines.filter(({ page }) => page === name);
        return mine.map(({ from, hold }, i) => {
          const to = pages[n] + 14 + (i - (mine.length - 1) / 2) * 7;
          const d = `M${x} ${from}C${x + GAP / 2} ${from} ${x + GAP / 2} ${to} ${x + GAP - 6} ${to}`;
          return (
            <g key={`${name} ${i}`} class={`wire ${hold}`}>
              <circle cx={x} cy={from} r={2.5} />
              <path d={d} />
              <path d={`M${x + GAP - 8} ${to - 4}l7 4l-7 4z`} class="tip" />
            </g>
          );
        });
      })}
    </g>
  );
}

function Page({ page, x, y, width, changed }: PageProps): VNode {
  const of = (what: string): string | undefined => changed.get(pageKey(page.name, what));
  let line = TITLE + 4;
  const bytesAt = line;
  if (page.bytes !== '') line += 25;
  const count = page.refcount === '' ? '' : `refcount ${page.refcount}`;
  const isWrong = page.expected !== undefined;
  return (
    <g
      transform={`translate(${x} ${y})`}
      class={`page${page.isFree === true ? ' gone' : ''}${isWrong ? ' broken' : ''}`}
    >
      <rect x={0.5} y={0.5} width={width - 1} height={pageHeight(page) - 1} rx={3} class="box" />
      <text x={PAD} y={17} class="title">
        {page.name}
      </text>
      <text x={PAD + textWidth(`${page.name} `) + 4} y={17} class="dim">
        {page.isFree === true ? 'free' : page.what}
      </text>
      {count === '' ? null : <Value x={width - PAD - textWidth(count)} y={17} text={count} was={of('refcount')} />}
      {page.bytes === '' ? null : <Bytes x={PAD} y={bytesAt} bytes={page.bytes} was={of('bytes')} />}
      {isWrong ? (
        <text x={PAD} y={line + 11} class="flag">
          ✗ its owners come to {page.expected}
        </text>
      ) : null}
      {page.facts.map((fact, n) => {
        const base = line + 11 + (n + (isWrong ? 1 : 0)) * (LINE - 2);
        const was = of('facts');
        const isNew = was !== undefined && !was.split(', ').includes(fact);
        return <Value key={fact} x={PAD} y={base} text={fact} was={isNew ? was : undefined} />;
      })}
    </g>
  );
}

interface PageProps {
  readonly page: PageBox;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly changed: Changed;
}

export interface DrawingProps {
  readonly step: StepData;
  readonly frame: Frame;
  /** What it is, for who can not see it. */
  readonly label: string;
}

/** The inside of the drawing, as large as its frame. */
export function StateDrawing({ step: { state, changes }, frame }: Omit<DrawingProps, 'label'>): VNode {
  const changed: Changed = new Map(changes.map(({ key, from }) => [key, from]));
  const at = tops(state, frame);
  const x = frame.isNarrow ? 0 : frame.panels + GAP;
  const lines = frame.isNarrow ? [] : linesOf(state, frame, at.panels);
  return (
    <g>
      {state.panels.map((panel, n) => {
        const columns = frame.columns.get(panel.name);
        if (columns === undefined) throw new Error(`no room was made for ${panel.name}`);
        return <PanelBox key={panel.name} {...{ panel, columns, changed }} width={frame.panels} y={at.panels[n]} />;
      })}
      <Wires {...{ state, frame, lines }} pages={at.pages} />
      {state.pages.map((page, n) => (
        <Page key={page.name} {...{ page, x, changed }} y={at.pages[n]} width={frame.pages} />
      ))}
    </g>
  );
}

/** The drawing as a picture in a page. */
export function Drawing({ step, frame, label }: DrawingProps): VNode {
  return (
    <svg
      class="state"
      role="img"
      aria-label={label}
      viewBox={`-2 -2 ${frame.width + 4} ${frame.height + 4}`}
      width={frame.width + 4}
      height={frame.height + 4}
    >
      <StateDrawing step={step} frame={frame} />
    </svg>
  );
}

const HOLD_WORDS: Readonly<Record<Hold, string>> = {
  reference: 'a reference',
  pin: 'a pin',
  listed: 'listed, not held',
  maps: 'refers to it without a count',
  stale: 'left over, no reference',
};

/** The kinds of lines that these states have, in words. */
export function holdsIn(states: readonly State[]): [hold: Hold, words: string][] {
  const used = new Set(
    states
      .flatMap(({ panels }) => panels.flatMap(({ rows }) => rows.flatMap(({ wires }) => wires)))
      .map(({ hold }) => hold),
  );
  return (Object.keys(HOLD_WORDS) as Hold[]).filter((hold) => used.has(hold)).map((hold) => [hold, HOLD_WORDS[hold]]);
}
