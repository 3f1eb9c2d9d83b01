/** A campaign as a page: how far it is, what was found, covered and proved. Drawn by the server, and by it alone. */
import { createHash } from 'node:crypto';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Moment } from '../campaign/jobs/history.js';
import type { Summary, SummaryLane, SummarySpace } from '../campaign/jobs/summary.js';
import { classText } from '../harness/verdict.js';
import { grouped } from './campaign.js';
import { dashboardStyle } from './dashboard-style.js';

export interface Dashboard {
  readonly summary: Summary;
  readonly history: readonly Moment[];
  /** Where the findings of a lane are shown step by step. */
  readonly pageOf: (lane: number) => string;
}

/** An amount that may be large: `12.3 M`. */
function short(n: number): string {
  if (n < 1e4) return grouped(Math.round(n));
  return n < 1e6 ? `${Math.round(n / 1e3)} k` : `${(n / 1e6).toFixed(n < 1e7 ? 1 : 0)} M`;
}

function timeText(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 120) return `${s} s`;
  return s < 7200 ? `${Math.round(s / 60)} min` : `${(s / 3600).toFixed(1)} h`;
}

const WIDTH = 460;
const HEIGHT = 120;

/** One figure over the time of the campaign. */
function Chart({
  title,
  history,
  of,
}: {
  title: string;
  history: readonly Moment[];
  of: (m: Moment) => number;
}): VNode {
  const last = history.at(-1);
  const most = Math.max(1, ...history.map(of));
  const time = Math.max(1, last?.at ?? 1);
  const x = (at: number): number => Math.round((10 * WIDTH * at) / time) / 10;
  const y = (n: number): number => Math.round(10 * (HEIGHT - (HEIGHT * n) / most)) / 10;
  const points = history.map(
    (m, n) => `${n === 0 ? 'M' : 'H'}${n === 0 ? `${x(m.at)} ` : x(m.at)}${n === 0 ? '' : 'V'}${y(of(m))}`,
  );
  const now = last === undefined ? 0 : of(last);
  return (
    <figure>
      <figcaption>
        {title} <b>{grouped(now)}</b>
      </figcaption>
      <svg viewBox={`-4 -6 ${WIDTH + 8} ${HEIGHT + 26}`} role="img" aria-label={`${title} over time, ${now} by now`}>
        <path class="axis" d={`M0 0V${HEIGHT}H${WIDTH}`} />
        <path class="curve" d={points.join('')} />
        <text x="0" y={HEIGHT + 16}>
          0
        </text>
        <text x={WIDTH} y={HEIGHT + 16} text-anchor="end">
          {timeText(last?.at ?? 0)}
        </text>
      </svg>
    </figure>
  );
}

function Cards({ summary, history }: Dashboard): VNode {
  const { jobs, lanes, isOver } = summary;
  const spaces = lanes.flatMap((lane) => lane.spaces);
  const last = history.at(-1);
  const rate = (n = 0, seconds = 0): string => (seconds === 0 ? '-' : short(n / seconds));
  const cards: [name: string, value: string, more: string][] = [
    [
      'jobs done',
      grouped(jobs.done),
      isOver ? 'all of them' : `${grouped(jobs.known - jobs.done)} left, as far as is known`,
    ],
    ['kinds of break', grouped(lanes.reduce((sum, { findings }) => sum + findings.length, 0)), 'told apart by class'],
    [
      'spaces proved',
      grouped(spaces.filter(isProved).length),
      `${spaces.filter(({ isWhole }) => isWhole).length} of ${spaces.length} searched to the end`,
    ],
    ['states a second', rate(last?.states, last?.searching), 'in a thread that searches all'],
    ['steps a second', rate(last?.steps, last?.seconds), 'in each thread'],
  ];
  return (
    <ul class="cards">
      {cards.map(([name, value, more]) => (
        <li key={name}>
          <span>{name}</span>
          <b>{value}</b>
          <small>{more}</small>
        </li>
      ))}
    </ul>
  );
}

const isProved = ({ isWhole, isViolated, isRestless }: SummarySpace): boolean => isWhole && !isViolated && !isRestless;

function Findings({ summary, pageOf }: Dashboard): VNode {
  const rows = summary.lanes.flatMap(({ design, scenario, findings }, lane) =>
    findings.map((finding) => ({ design, scenario, finding, lane })),
  );
  if (rows.length === 0) return <p>Nothing so far.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th>design</th>
          <th>scenario</th>
          <th>what breaks, and where</th>
          <th class="n">calls</th>
          <th>how short</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ design, scenario, finding: { violation: v, isOfBase }, lane }) => (
          <tr key={`${lane} ${classText(v)}`}>
            <td>{design}</td>
            <td>{scenario}</td>
            <td>
              <a href={pageOf(lane)}>{classText(v)}</a>
              {v.known === null ? '' : <small> known: {v.known}</small>}
              {v.misuse ? <small> misuse{isOfBase ? ' that its base allows as well' : ''}</small> : ''}
              {v.afterOthers ? <small> only after others</small> : ''}
            </td>
            <td class="n">{v.steps}</td>
            <td>{v.minimality}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function spaceWord(space: SummarySpace): string {
  if (isProved(space)) return 'proved';
  if (space.isWhole) return space.isRestless ? 'never at rest' : 'to the end';
  return space.isDone ? `cut short: ${space.cutShort}` : 'not done yet';
}

function LaneRow({ lane, n, pageOf }: { lane: SummaryLane; n: number; pageOf: Dashboard['pageOf'] }): VNode {
  const count = lane.findings.length;
  const { known, done } = lane.jobs;
  return (
    <tr>
      <td>{lane.design}</td>
      <td>{lane.scenario}</td>
      <td>
        <progress max={known} value={done} aria-label={`${done} of ${known} jobs`} /> {done}/{known}
      </td>
      <td class={count === 0 ? 'n' : 'n bad'}>{count === 0 ? '0' : <a href={pageOf(n)}>{count}</a>}</td>
      <td>
        {lane.spaces.map((space) => (
          <div key={space.bounds} class={isProved(space) ? 'good' : ''} title={space.bounds}>
            {spaceWord(space)} ({short(space.states)} states{space.parts > 1 ? `, ${space.parts} parts` : ''})
          </div>
        ))}
      </td>
      <td class="n">
        {lane.coverage.length === 0 ? '-' : grouped(lane.coverage.reduce((s, { bins }) => s + bins, 0))}
      </td>
      <td class="n">{short(lane.steps)}</td>
    </tr>
  );
}

function Lanes({ summary, pageOf }: Dashboard): VNode {
  const heads = ['design', 'scenario', 'jobs', 'breaks', 'spaces', 'bins', 'sampled steps'];
  return (
    <table>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} class={['breaks', 'bins', 'sampled steps'].includes(head) ? 'n' : ''}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {summary.lanes.map((lane, n) => (
          <LaneRow key={`${lane.design} ${lane.scenario}`} lane={lane} n={n} pageOf={pageOf} />
        ))}
      </tbody>
    </table>
  );
}

function Proved({ summary: { lanes } }: Dashboard): VNode {
  const rows = lanes.flatMap((lane) => lane.spaces.filter(isProved).map((space) => ({ lane, space })));
  if (rows.length === 0) return <p>Nothing so far.</p>;
  return (
    <ul class="proved">
      {rows.map(({ lane, space }) => (
        <li key={`${lane.design} ${lane.scenario} ${space.bounds}`}>
          <b>{lane.design}</b>, {lane.scenario}: no rule breaks in any of {grouped(space.states)} states
          {space.parts > 1 ? `, in ${space.parts} parts that are the whole together` : ''}
          <code>{space.bounds}</code>
        </li>
      ))}
    </ul>
  );
}

function Failed({ summary: { lanes } }: Dashboard): VNode | null {
  const errors = lanes.flatMap((lane) => lane.errors);
  if (errors.length === 0) return null;
  return (
    <section>
      <h2>Failed</h2>
      <ul class="proved">
        {errors.map(({ job, error }) => (
          <li key={job}>
            <b class="bad">{job}</b>: {error.message}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What changes while the campaign runs. */
export function dashboardBody(dashboard: Dashboard): string {
  const { history, summary } = dashboard;
  return renderToString(
    <>
      <h1>
        {summary.name} <small>{summary.isOver ? 'is done' : 'is running, or can go on'}</small>
      </h1>
      <progress class="whole" max={summary.jobs.known} value={summary.jobs.done} aria-label="jobs done" />
      <Cards {...dashboard} />
      <div class="charts">
        <Chart title="bins" history={history} of={({ bins }) => bins} />
        <Chart title="kinds of break" history={history} of={({ findings }) => findings} />
        <Chart title="jobs" history={history} of={({ jobs }) => jobs} />
      </div>
      <section>
        <h2>What is broken</h2>
        <Findings {...dashboard} />
      </section>
      <section>
        <h2>By design and scenario</h2>
        <Lanes {...dashboard} />
      </section>
      <section>
        <h2>Proved bounds</h2>
        <Proved {...dashboard} />
      </section>
      <Failed {...dashboard} />
    </>,
  );
}

/** Takes what the server sends for what is there. */
const LIVE = `const at = document.querySelector('main');
const events = new EventSource('events');
events.addEventListener('body', (event) => { at.innerHTML = event.data; });
events.addEventListener('over', () => events.close());`;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** The page: live where a server sends what changes, else as it is and for good. */
export function dashboardPage(dashboard: Dashboard, isLive: boolean): string {
  const hash = createHash('sha256').update(LIVE).digest('base64');
  const scripts = isLive ? ` script-src 'sha256-${hash}'; connect-src 'self';` : '';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';${scripts} base-uri 'none'; form-action 'none'">
<title>iovcheck: ${escaped(dashboard.summary.name)}</title>
<style>
${dashboardStyle()}
</style>
</head>
<body>
<main>${dashboardBody(dashboard)}</main>
${isLive ? `<script>${LIVE}</script>\n` : ''}</body>
</html>
`;
}
