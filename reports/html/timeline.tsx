/** Who held each page from which step to which, and what its count was: the ledger as a picture. */
import type { VNode } from 'preact';
import type { Account } from './data.js';
import { CHAR, textWidth } from './measure.js';

const ROW = 20;
const HEAD = 22;
const APART = 10;

interface Scale {
  readonly names: number;
  readonly step: number;
  readonly steps: number;
}

function scaleOf(accounts: readonly Account[]): Scale {
  const names = accounts.flatMap(({ page, owners }) => [`${page} refcount`, ...owners.map(({ name }) => name)]);
  const steps = accounts[0].counts.length;
  const step = Math.max(26, Math.min(64, Math.floor(640 / steps)));
  return { names: Math.max(...names.map(textWidth)) + 24, step, steps };
}

const middle = ({ names, step }: Scale, at: number): number => names + at * step + step / 2;

type Owners = Account['owners'];

/** Owners of one name share a line, where they are not there at the same time. */
function linesOf(owners: Owners): Owners[] {
  const lines: Owners[number][][] = [];
  for (const owner of owners) {
    const line = lines.find(([first, ...rest]) => {
      const last = rest.at(-1) ?? first;
      return first.name === owner.name && last.to !== undefined && last.to <= owner.from;
    });
    if (line === undefined) lines.push([owner]);
    else line.push(owner);
  }
  return lines;
}

function heightOf({ owners }: Account): number {
  return ROW * (1 + linesOf(owners).length) + APART;
}

function Counts({ account, scale, y }: { account: Account; scale: Scale; y: number }): VNode {
  return (
    <g>
      <text x={0} y={y + 14}>
        <tspan class="title">{account.page}</tspan>
        <tspan class="dim"> refcount</tspan>
      </text>
      {account.counts.map(({ refcount, expected }, at) => {
        const isNew = at > 0 && account.counts[at - 1].refcount !== refcount;
        const isWrong = refcount !== expected;
        return (
          <g key={at}>
            {isWrong ? <title>{`${refcount} for owners that come to ${expected}`}</title> : null}
            <text x={middle(scale, at)} y={y + 14} class={`middle${isWrong ? ' flag' : isNew ? ' new' : ' dim'}`}>
              {isWrong ? `✗${refcount}` : refcount}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** A bar from the step that somebody came with (a dot) to the one that they left with (a ring). */
function Held({ owner, scale, y }: { owner: Owners[number]; scale: Scale; y: number }): VNode {
  const from = middle(scale, owner.from);
  const to = owner.to === undefined ? scale.names + scale.steps * scale.step : middle(scale, owner.to);
  const isPin = owner.name.includes('pin');
  return (
    <g>
      <path d={`M${from} ${y + 10}H${to}`} class={`owner${isPin ? ' pin' : ''}`} />
      {owner.from === 0 ? null : <circle cx={from} cy={y + 10} r={5} class="took" />}
      {owner.to === undefined ? null : <circle cx={to} cy={y + 10} r={5} class="dropped" />}
    </g>
  );
}

export interface TimelineProps {
  readonly accounts: readonly Account[];
  /** The step that is looked at. */
  readonly at: number;
}

function Heads({ accounts, scale, at, height }: TimelineProps & { scale: Scale; height: number }): VNode {
  return (
    <g>
      <rect x={scale.names + at * scale.step} y={1} width={scale.step} height={height - 2} class="now" />
      <text x={0} y={15} class="dim">
        step
      </text>
      {accounts[0].counts.map((_, n) => (
        <g key={n}>
          <path d={`M${scale.names + n * scale.step} ${HEAD}V${height}`} class="grid" />
          <text x={middle(scale, n)} y={15} class={`middle${n === at ? ' new' : ' dim'}`}>
            {n}
          </text>
        </g>
      ))}
    </g>
  );
}

export function Timeline({ accounts, at }: TimelineProps): VNode {
  const scale = scaleOf(accounts);
  const height = HEAD + accounts.reduce((sum, account) => sum + heightOf(account), 0);
  const width = scale.names + scale.steps * scale.step + 8;
  let y = HEAD;
  return (
    <svg
      class="timeline"
      role="img"
      aria-label="who holds each page, step by step; the table below says the same"
      {...{ width, height }}
    >
      <Heads {...{ accounts, scale, at, height }} />
      {accounts.map((account) => {
        const top = y;
        y += heightOf(account);
        return (
          <g key={account.page}>
            <path d={`M0 ${top}H${width - 8}`} class="grid" />
            <Counts {...{ account, scale }} y={top} />
            {linesOf(account.owners).map((line, n) => (
              <g key={n}>
                <text x={2 * CHAR} y={top + ROW * (n + 1) + 14}>
                  {line[0].name}
                </text>
                {line.map((owner) => (
                  <Held key={owner.from} {...{ owner, scale }} y={top + ROW * (n + 1)} />
                ))}
              </g>
            ))}
          </g>
        );
      })}
    </svg>
  );
}
