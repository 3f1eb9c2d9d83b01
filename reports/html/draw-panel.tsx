/** A part of the state: named values, and a table of what refers to pages. */
import type { VNode } from 'preact';
import { cellKey, factKey } from './changes.js';
import type { Panel, Row } from './data.js';
import type { Columns } from './measure.js';
import { BYTE, CHAR, LINE, PAD, ROW, TITLE, isBytes, panelHeight, rowHeight, setFacts, textWidth } from './measure.js';

/** Keys of what the step has changed, with what was there before. */
export type Changed = ReadonlyMap<string, string>;

interface ValueProps {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** What was there before; undefined where it is as it was. */
  readonly was: string | undefined;
  readonly class?: string;
}

/** A text; one that the step has changed is bold, and has a bar below it. What is gone is struck out. */
export function Value({ x, y, text, was, class: name = '' }: ValueProps): VNode {
  if (was === undefined)
    return (
      <text x={x} y={y} class={name || undefined}>
        {text}
      </text>
    );
  const shown = text === '' ? was : text;
  return (
    <g class="changed">
      <title>{was === '' ? 'new' : `was ${was}`}</title>
      <rect x={x - 1} y={y + 4} width={textWidth(shown) + 2} height={2.5} class="bar" />
      <text x={x} y={y} class={text === '' ? 'old' : `${name} new`}>
        {shown}
      </text>
    </g>
  );
}

interface BytesProps {
  readonly x: number;
  /** Top of the boxes. */
  readonly y: number;
  readonly bytes: string;
  /** Bytes at the start that an iterator is past. */
  readonly done?: number;
  readonly was: string | undefined;
}

const KINDS: Readonly<Record<string, string>> = { '-': 'none', '?': 'unwritten', '*': 'marked' };

/** One box a byte: struck out where no slot shows it, dashed where nobody wrote it, heavy where it is the marked one. */
export function Bytes({ x, y, bytes, done = 0, was }: BytesProps): VNode {
  return (
    <g class={was === undefined ? 'bytes' : 'bytes changed'}>
      {was === undefined ? null : <title>{was === '' ? 'new' : `was ${was}`}</title>}
      {Array.from(bytes, (sign, n) => {
        const left = x + n * BYTE;
        const isNew = was !== undefined && was[n] !== sign;
        return (
          <g key={n}>
            <rect x={left} y={y} width={BYTE - 2} height={BYTE} class={`byte ${KINDS[sign] ?? 'plain'}`} />
            {sign === '-' ? <path d={`M${left} ${y + BYTE}L${left + BYTE - 2} ${y}`} class="strike" /> : null}
            {n < done ? <path d={`M${left} ${y}L${left + BYTE - 2} ${y + BYTE}`} class="past" /> : null}
            {sign === '-' ? null : (
              <text x={left + (BYTE - 2) / 2} y={y + 13} class={`sign${isNew ? ' new' : ''}`}>
                {sign}
              </text>
            )}
            {isNew ? <rect x={left} y={y + BYTE + 1} width={BYTE - 2} height={2.5} class="bar" /> : null}
          </g>
        );
      })}
    </g>
  );
}

interface PanelProps {
  readonly panel: Panel;
  readonly columns: Columns;
  readonly width: number;
  readonly y: number;
  readonly changed: Changed;
}

function rowClass({ isFree, isBroken }: Row): string {
  return `row${isFree === true ? ' free' : ''}${isBroken === true ? ' broken' : ''}`;
}

function RowLine({ panel, columns, width, y, row, changed }: PanelProps & { readonly row: Row }): VNode {
  const base = y + 16;
  const { left = '', right = '', isBroken } = row;
  const of = (what: string): string | undefined => changed.get(cellKey(panel.name, row.name, what));
  return (
    <g class={rowClass(row)}>
      {isBroken === true ? <rect x={4} y={y} width={width - 8} height={rowHeight(row)} class="here" /> : null}
      {left === '' ? null : (
        <g>
          <Value x={PAD} y={base} text={left} was={of('left')} class="pointer" />
          <path d={`M${PAD + textWidth(left) + 3} ${base - 4}H${columns.name - 6}`} class="arrow" />
          <path d={`M${columns.name - 9} ${base - 7}l4 3l-4 3`} class="arrow" />
        </g>
      )}
      <text x={columns.name} y={base} class="name">
        {row.name}
      </text>
      {row.cells.map((text, c) => {
        const was = of(panel.columns[c]);
        const x = columns.cells[c];
        if (isBytes(panel, c, text))
          return <Bytes key={c} x={x} y={y + 3} bytes={text} was={was} {...(row.done ? { done: row.done } : {})} />;
        return text === '' && was === undefined ? null : <Value key={c} x={x} y={base} text={text} was={was} />;
      })}
      {right === '' ? null : (
        <g>
          <path d={`M${columns.right + 2} ${base - 4}h14`} class="arrow" />
          <path d={`M${columns.right + 6} ${base - 7}l-4 3l4 3`} class="arrow" />
          <Value x={columns.right + 20} y={base} text={right} was={of('right')} class="pointer" />
        </g>
      )}
      {isBroken === true ? (
        <text x={width - 10} y={base} class="flag end">
          ✗ here
        </text>
      ) : null}
      {row.wrong === undefined ? null : (
        <text x={columns.cells[0]} y={base + LINE - 4} class="flag">
          ✗ {row.wrong}
        </text>
      )}
    </g>
  );
}

function FactLines({ panel, width, changed }: Omit<PanelProps, 'columns' | 'y'>): VNode {
  const { facts, lines } = setFacts(panel.facts, width - 2 * PAD);
  return (
    <g>
      {facts.map((fact, n) => {
        const base = TITLE + 11 + fact.line * LINE;
        const shift = fact.isFirst ? (fact.name.length + 1) * CHAR : 0;
        const was = changed.get(factKey(panel.name, fact.name));
        return (
          <g key={n}>
            {fact.isFirst ? (
              <text x={PAD + fact.x} y={base} class="dim">
                {fact.name}
              </text>
            ) : null}
            <Value x={PAD + fact.x + shift} y={base} text={fact.value} was={was} />
          </g>
        );
      })}
      {panel.wrong === undefined ? null : (
        <text x={PAD} y={TITLE + 11 + lines * LINE} class="flag">
          ✗ {panel.wrong}
        </text>
      )}
    </g>
  );
}

/** Where the table of a panel begins, in pixels from its top. */
function tableTop(panel: Panel, width: number): number {
  const { lines } = setFacts(panel.facts, width - 2 * PAD);
  return TITLE + lines * LINE + (panel.wrong === undefined ? 0 : LINE);
}

export function PanelBox(props: PanelProps): VNode {
  const { panel, columns, width, y } = props;
  let at = tableTop(panel, width);
  const height = panelHeight(panel, width);
  return (
    <g transform={`translate(0 ${y})`} class={`panel ${panel.kind}${panel.isBroken === true ? ' broken' : ''}`}>
      <rect x={0.5} y={0.5} width={width - 1} height={height - 1} rx={5} class="box" />
      <path d={`M1 ${TITLE - 4}H${width - 1}`} class="rule" />
      <text x={PAD} y={15} class="title">
        {panel.name}
      </text>
      {panel.isBroken === true ? (
        <text x={width - 10} y={15} class="flag end">
          ✗ here
        </text>
      ) : null}
      <FactLines {...props} />
      {panel.rows.length === 0
        ? null
        : panel.columns.map((head, c) =>
            columns.isEmpty[c] ? null : (
              <text key={head} x={columns.cells[c]} y={at + 12} class="head">
                {head}
              </text>
            ),
          )}
      {panel.rows.map((row) => {
        const top = at + LINE;
        at += rowHeight(row);
        return <RowLine key={row.name} {...props} y={top} row={row} />;
      })}
    </g>
  );
}

/** Middle of each row, in pixels from the panel's top: where its line to a page begins. */
export function rowMiddles(panel: Panel, width: number): number[] {
  let at = tableTop(panel, width) + LINE;
  return panel.rows.map((row) => {
    const middle = at + ROW / 2;
    at += rowHeight(row);
    return middle;
  });
}
