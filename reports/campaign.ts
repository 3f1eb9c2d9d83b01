/** What a campaign has come to, as text. */
import type { Summary, SummaryLane, SummarySpace } from '../campaign/jobs/summary.js';
import { classText } from '../harness/verdict.js';

const placeOf = ({ design, scenario }: SummaryLane): string => `${design}, ${scenario}`;
const plural = (n: number, one: string, many = `${one}s`): string => `${grouped(n)} ${n === 1 ? one : many}`;

/** `12 345 678` */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, '', ...lines, ''];
}

/** How many parts a space was cut into. */
function partsText({ parts, prefix }: SummarySpace): string {
  return parts === 1 ? '' : `, in ${parts} parts by the first ${prefix === 1 ? 'call' : `${prefix} calls`}`;
}

const PARTS_NOTE = [
  'Parts of a space go on from runs that begin with other calls: together they are the whole',
  '(docs/adr/0031). What is reached from two of them is counted in both: counts of parts are not added up',
  'to the size of the space.',
  '',
];

function spaceLines(lanes: readonly SummaryLane[], isWanted: (space: SummarySpace) => boolean): string[] {
  return lanes.flatMap((lane) =>
    lane.spaces.filter(isWanted).flatMap((space) => {
      const size = `${plural(space.states, 'state')}, ${plural(space.edges, 'edge')}${partsText(space)}`;
      const why = space.cutShort === '' ? '' : `: ${space.cutShort}`;
      return [`  ${placeOf(lane)}: ${size}${why}`, `    ${space.bounds}`];
    }),
  );
}

function findingLines(lane: SummaryLane): string[] {
  if (lane.findings.length === 0) return [];
  const rows = lane.findings.map(({ violation: v, isOfBase }) => {
    const known = v.known === null ? '' : `  (known: ${v.known})`;
    const misuse = v.misuse ? `  (misuse${isOfBase ? ' that its base allows as well' : ''})` : '';
    const after = v.afterOthers ? '  (only after others)' : '';
    return `    ${String(v.steps).padStart(3)}  ${v.minimality.padEnd(9)}  ${classText(v)}${known}${misuse}${after}`;
  });
  return [`  ${placeOf(lane)}: ${plural(lane.findings.length, 'class', 'classes')}`, ...rows];
}

function coverageLines(lane: SummaryLane): string[] {
  return lane.coverage.map(({ bins, inputs, rounds, runs, bounds }) => {
    const how = `${plural(runs, 'seed')}, ${plural(rounds, 'round')}`;
    return `  ${placeOf(lane)}: ${plural(bins, 'bin')}, met by ${plural(inputs, 'run')} (${how})\n    ${bounds}`;
  });
}

/** The whole of it but the last line. */
export function renderCampaign({ name, lanes, jobs, isOver }: Summary): string {
  const designs = new Set(lanes.map(({ design }) => design)).size;
  const left = isOver ? '' : `, ${plural(jobs.known - jobs.done, 'job')} left`;
  return [
    `${name}: ${plural(designs, 'design')}, ${plural(lanes.length, 'place')}, ${plural(jobs.done, 'job')} done${left}`,
    '',
    ...section('What is broken: calls of the trace, how short it is, and where', lanes.flatMap(findingLines)),
    ...section(
      'Proved: no state within the bounds breaks a rule',
      spaceLines(lanes, ({ isWhole, isViolated, isRestless }) => isWhole && !isViolated && !isRestless),
    ),
    ...section(
      'Searched to the end: nothing else is broken within the bounds',
      spaceLines(lanes, ({ isWhole, isViolated }) => isWhole && isViolated),
    ),
    ...section(
      'Searched to the end, and no run comes to rest: rules that are judged at rest were not',
      spaceLines(lanes, ({ isRestless }) => isRestless),
    ),
    ...section(
      'Cut short',
      spaceLines(lanes, ({ isWhole, isDone }) => !isWhole && isDone),
    ),
    ...(lanes.some(({ spaces }) => spaces.some(({ parts }) => parts > 1)) ? PARTS_NOTE : []),
    ...section('Covered', lanes.flatMap(coverageLines)),
    ...section(
      'Failed',
      lanes.flatMap(({ errors }) => errors.map(({ job, error }) => `  ${job}: ${error.message}`)),
    ),
  ].join('\n');
}
