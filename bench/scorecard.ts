/**
 * `npm run scorecard [-- --engine E]... [--design D]...`: what each engine takes to find what is
 * there, as reports/published/scorecard.json and .md. With engines or designs only these
 * are measured again, and the rest stays. `--smoke` measures what is cheap and says where
 * it differs; `--render` writes the text of what was measured.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  SMOKE_SEED,
  drawnDifferences,
  edgesFor,
  exhaustiveDifferences,
  smokePlaces,
} from '../campaign/scorecard/compare.js';
import type { Target } from '../campaign/scorecard/measure.js';
import { exhaust, hunt, randomHunt, runnerAt } from '../campaign/scorecard/measure.js';
import type { Place } from '../campaign/scorecard/places.js';
import { boundsAt, designNamed, placesOf, scoredDesigns } from '../campaign/scorecard/places.js';
import type { Drawing, PlaceScore, Scorecard } from '../campaign/scorecard/scorecard.js';
import {
  DRAWING,
  SEEDS,
  STEPS,
  placeScore,
  scorecardJson,
  targetOfRow,
  withHits,
  withMissing,
  withOld,
} from '../campaign/scorecard/scorecard.js';
import { UsageError } from '../harness/bounds-text.js';
import { scorecardText } from '../reports/scorecard.js';
import type { ExhaustTask, HuntTask, Task } from './scorecard-thread.js';
import { performAll } from './scorecard-thread.js';

const JSON_FILE = 'reports/published/scorecard.json';
const TEXT_FILE = 'reports/published/scorecard.md';
const ENGINES = ['exhaustive', ...DRAWING] as const;
/** A base is searched further, so that what it has in common with a design is not missed. */
const BASE = 2;

function readCard(): Scorecard {
  if (!existsSync(JSON_FILE)) return { version: 1, steps: STEPS, seeds: SEEDS, places: [] };
  return JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Scorecard;
}

function writeCard(card: Scorecard): void {
  writeFileSync(JSON_FILE, scorecardJson(card));
  writeFileSync(TEXT_FILE, scorecardText(card));
}

function note(task: Task, seconds: number): void {
  const { design, scenario } = task.place;
  const base = 'onBase' in task && task.onBase ? ' (its base)' : '';
  process.stderr.write(`${task.engine} ${design}${base}, ${scenario}: ${seconds.toFixed(1)} s\n`);
}

const keyOf = ({ design, scenario }: Place): string => `${design}, ${scenario}`;

/** Designs on one base in one world have one search of that base. */
function baseKey(place: Place): string | undefined {
  const { base } = designNamed(place.design);
  if (base?.scenarios.includes(place.scenario) !== true) return undefined;
  return `${keyOf({ ...place, design: base.id })}, ${JSON.stringify(boundsAt(place))}`;
}

/** The places of these designs, with what is there; hits of the old rows are kept. */
async function exhaustAll(card: Scorecard, isAsked: (design: string) => boolean): Promise<Scorecard> {
  const asked = scoredDesigns().filter(({ id }) => isAsked(id));
  const places = asked.flatMap(placesOf);
  const tasks = new Map<string, ExhaustTask>();
  for (const place of places) {
    tasks.set(keyOf(place), { engine: 'exhaustive', place, onBase: false, steps: card.steps });
    const base = baseKey(place);
    if (base !== undefined) tasks.set(base, { engine: 'exhaustive', place, onBase: true, steps: BASE * card.steps });
  }
  const keys = [...tasks.keys()];
  const answers = await performAll([...tasks.values()], note);
  const answerOf = (key: string | undefined): (typeof answers)[number] | undefined =>
    key === undefined ? undefined : answers[keys.indexOf(key)];
  const scored = places.flatMap((place) => {
    const own = answerOf(keyOf(place));
    return own === undefined ? [] : [placeScore(place, own, answerOf(baseKey(place)))];
  });
  const fresh = scoredDesigns().flatMap(({ id }) => {
    const old = card.places.filter(({ design }) => design === id);
    if (!isAsked(id)) return old;
    return withMissing(scored.filter(({ design }) => design === id)).map((place) => withOld(place, old));
  });
  return { ...card, places: fresh };
}

const targetsOf = ({ rows }: PlaceScore): Target[] => rows.map(targetOfRow);

async function huntAll(card: Scorecard, engine: Drawing, isAsked: (design: string) => boolean): Promise<Scorecard> {
  const { steps, seeds } = card;
  const asked = card.places.filter(({ design }) => isAsked(design));
  const tasks = asked.map(
    ({ design, scenario, ...place }): HuntTask => ({
      engine,
      place: { design, scenario },
      targets: targetsOf({ design, scenario, ...place }),
      seeds,
      steps,
    }),
  );
  const answers = await performAll(tasks, note);
  const fresh = card.places.map((place) => {
    const n = asked.indexOf(place);
    return n < 0 ? place : withHits(place, engine, answers[n]);
  });
  return { ...card, places: fresh };
}

/** Sentences that say where the small form differs from what is published. */
async function smoke(card: Scorecard): Promise<string[]> {
  const { steps } = card;
  const out: string[] = [];
  for (const place of smokePlaces(card, 'exhaustive')) {
    out.push(...exhaustiveDifferences(place, exhaust(runnerAt(place), edgesFor(place), targetsOf(place))));
  }
  for (const place of smokePlaces(card, 'random')) {
    const hits = hunt(randomHunt(runnerAt(place), SMOKE_SEED, steps), targetsOf(place));
    out.push(...drawnDifferences(card, place, 'random', hits));
  }
  // Counters of code are global: each build has a thread of its own.
  const places = smokePlaces(card, 'coverage');
  const tasks = places.map((place): HuntTask => {
    return { engine: 'coverage', place, targets: targetsOf(place), seeds: [SMOKE_SEED], steps };
  });
  const answers = await performAll(tasks);
  return [...out, ...places.flatMap((place, n) => drawnDifferences(card, place, 'coverage', answers[n][0]))];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string', multiple: true },
      design: { type: 'string', multiple: true },
      smoke: { type: 'boolean' },
      render: { type: 'boolean' },
    },
  });
  let card = readCard();
  if (values.render === true) {
    writeCard(card);
    return;
  }
  if (values.smoke === true) {
    const sentences = await smoke(card);
    for (const text of sentences) console.log(text);
    console.log(sentences.length === 0 ? 'What was measured is as published.' : `${sentences.length} differences.`);
    process.exitCode = sentences.length === 0 ? 0 : 1;
    return;
  }
  const other = values.engine?.find((name) => !ENGINES.some((engine) => engine === name));
  if (other !== undefined) throw new UsageError(`--engine ${other}: write ${ENGINES.join(', ')}`);
  const engines = ENGINES.filter((engine) => values.engine?.includes(engine) ?? true);
  const scored = scoredDesigns().map(({ id }) => id);
  const unknown = values.design?.find((id) => !scored.includes(id));
  if (unknown !== undefined) throw new UsageError(`--design ${unknown}: no such design is expected to break anything`);
  const isAsked = (design: string): boolean => values.design?.includes(design) ?? true;
  card = { ...card, steps: STEPS, seeds: SEEDS };
  // Engine by engine, so that an hour is not lost when the last one is cut short.
  for (const engine of engines) {
    card = engine === 'exhaustive' ? await exhaustAll(card, isAsked) : await huntAll(card, engine, isAsked);
    writeCard(card);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
