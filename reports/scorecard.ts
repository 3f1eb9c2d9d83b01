/** The scorecard as a reader of mailing lists wants it. Written by `npm run scorecard`. */
import { REASONS } from '../campaign/scorecard/reasons.js';
import type { Drawing, PlaceScore, Row, Scorecard, Try } from '../campaign/scorecard/scorecard.js';
import { DRAWING, foundBy, median, nameOf } from '../campaign/scorecard/scorecard.js';

const figure = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

interface Placed {
  readonly place: PlaceScore;
  readonly row: Row;
}

const rowsOf = ({ places }: Scorecard): Placed[] =>
  places.flatMap((place) => place.rows.map((row) => ({ place, row })));

const medianOf = (tries: readonly Try[], field: 0 | 1 | 2): number | undefined => median(tries.map((t) => t?.[field]));

/** How many seeds found it, after how many runs and calls; with the calls of the trace where it is not as short as can be. */
function drawn(row: Row, engine: Drawing): string[] {
  const tries = row[engine];
  const [runs, steps, trace] = [medianOf(tries, 0), medianOf(tries, 1), medianOf(tries, 2)];
  const longer = trace === undefined || row.exhaustive === null ? 0 : trace - row.exhaustive.shortest;
  const found = `${foundBy(tries)}/${tries.length}${longer > 0 ? ` (+${longer})` : ''}`;
  return [found, runs === undefined ? '–' : figure(runs), steps === undefined ? '–' : figure(steps)];
}

function cells({ place, row }: Placed, isFirst: boolean): string[] {
  const { exhaustive, seconds } = row;
  const times = [seconds.exhaustive, seconds.random, seconds.coverage].map((s) => (s === undefined ? '–' : String(s)));
  return [
    isFirst ? place.design : '',
    isFirst ? place.scenario : '',
    `${row.invariant}${row.isExpected ? '' : ' ¹'}${row.isAfterOthers ? ' ²' : ''}`,
    row.function === undefined ? row.op : `${row.op}, in ${row.function}`,
    exhaustive === null ? '–' : String(exhaustive.shortest),
    exhaustive === null ? '–' : figure(exhaustive.edges),
    ...drawn(row, 'random'),
    ...drawn(row, 'coverage'),
    times.join(' / '),
  ];
}

const HEAD = [
  'design',
  'scenario',
  'breaks',
  'at',
  'shortest',
  'exhaustive',
  'random',
  'runs',
  'calls',
  'coverage',
  'runs',
  'calls',
  'seconds',
];
const ALIGN = ['---', '---', '---', '---', ...Array.from({ length: 9 }, () => '--:')];

const line = (values: readonly string[]): string => `| ${values.join(' | ')} |`;

function table(card: Scorecard): string[] {
  const rows = card.places.flatMap((place) => place.rows.map((row, n) => line(cells({ place, row }, n === 0))));
  return [line(HEAD), `|${ALIGN.join('|')}|`, ...rows];
}

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;

/** How the two engines that draw compare, by the calls that half of the seeds need. */
function comparison(all: readonly Placed[]): string {
  const ratios = all.flatMap(({ row }) => {
    const [random, coverage] = [medianOf(row.random, 1), medianOf(row.coverage, 1)];
    return random === undefined || coverage === undefined ? [] : [random / coverage];
  });
  const faster = ratios.filter((r) => r >= 2).length;
  const slower = ratios.filter((r) => r <= 0.5).length;
  const only = (a: Drawing, b: Drawing): number =>
    all.filter(({ row }) => medianOf(row[a], 1) !== undefined && medianOf(row[b], 1) === undefined).length;
  return `Where both find a row in most seeds, \`coverage\` takes at most half of random's calls in ${plural(faster, 'row')}, at least twice as many in ${slower}, and something between in ${ratios.length - faster - slower}; ${plural(only('coverage', 'random'), 'row')} only \`coverage\` finds in most seeds, ${only('random', 'coverage')} only \`random\`.`;
}

function summary(card: Scorecard): string[] {
  const all = rowsOf(card);
  const designs = new Set(card.places.map(({ design }) => design)).size;
  const of = (engine: Drawing): string => {
    const found = all.map(({ row }) => foundBy(row[engine]));
    const every = found.filter((n) => n === card.seeds.length).length;
    const none = found.filter((n) => n === 0).length;
    return `\`${engine}\` finds ${every} by every seed, ${found.length - every - none} by some, ${none} by none.`;
  };
  const exhaustive = all.filter(({ row }) => row.exhaustive !== null).length;
  const cut = card.places.filter(({ isExhausted }) => !isExhausted).length;
  return [
    `- ${all.length} rows, of ${designs} designs. \`exhaustive\` finds ${exhaustive}${cut === 0 ? ', each search to its end' : `; ${cut} of its ${card.places.length} searches end with their budget`}.`,
    ...DRAWING.map((engine) => `- ${of(engine)}`),
    `- ${comparison(all)}`,
  ];
}

/** Rows that an engine that draws does not find by every seed, each with the reason where it is known. */
function misses(card: Scorecard): string[] {
  const all = card.seeds.length;
  const lines = rowsOf(card).flatMap(({ place, row }) => {
    const [random, coverage] = DRAWING.map((engine) => foundBy(row[engine]));
    if (random === all && coverage === all) return [];
    const name = nameOf(place, row);
    const why = REASONS.find((reason) => reason.row === name)?.why ?? '';
    return [line([name, `${random}/${all}`, `${coverage}/${all}`, why])];
  });
  if (lines.length === 0) return ['There is nothing.'];
  return [line(['row', 'random', 'coverage', 'why']), '|---|--:|--:|---|', ...lines];
}

function designTable(card: Scorecard): string[] {
  const rows = card.places.map(({ design, scenario, base, bounds, bug, states, edges }) =>
    line([design, bug, base, scenario, bounds, figure(states), figure(edges)]),
  );
  return [
    line(['design', 'what it is', 'on', 'scenario', 'bounds', 'states', 'calls']),
    '|---|---|---|---|---|--:|--:|',
    ...rows,
  ];
}

const WORDS = (card: Scorecard): string[] => [
  'Each document as posted and each bug of the history against each engine. A row is a rule that breaks in a call, where the design that it is built on does not break it, and where nothing else has to break first; a function is named where that design breaks the rule in the same call by another function, or only by a longer trace. Written by `npm run scorecard`; counts repeat by their seed, and CI measures some of them again.',
  '',
  `- \`exhaustive\` goes through all states within the bounds, breadth-first; its column has the calls that it has taken when it first sees the row, at most ${figure(card.steps)} (the base twice as many). Its trace is proved *shortest*, in calls.`,
  `- \`random\` and \`coverage\` draw, with the seeds ${card.seeds.join(', ')} and at most ${figure(card.steps)} calls each; \`coverage\` begins without a corpus. Their columns say how many seeds found it; (+n) that the trace, made as small as leaving out calls and making arguments smaller can, has n calls more than the shortest. *runs* (sequences from the initial state) and *calls* are medians of all seeds, one that did not find it counting as the most; – where most did not.`,
  '- *seconds*: medians, exhaustive / random / coverage, by the clock of a machine that did other things as well. No two runs agree on them; nothing compares them. What coverage needs before its first call (a build, some seconds a design) is left out.',
  '- ¹ The design breaks this, too, beyond what it is here for. ² Only where something else has broken before.',
];

export function scorecardText(card: Scorecard): string {
  return `${[
    '# Scorecard',
    '',
    ...WORDS(card),
    '',
    '## In short',
    '',
    ...summary(card),
    '',
    '## What chance does not find by every seed',
    '',
    ...misses(card),
    '',
    '## Rows',
    '',
    ...table(card),
    '',
    '## Designs',
    '',
    'With the states and calls of the exhaustive search, to its end or to its budget.',
    '',
    ...designTable(card),
  ].join('\n')}\n`;
}
