/**
 * From a campaign to its jobs. Those of one design in one scenario are a lane: what one of them finds bears on the
 * others of the lane, and on no other. Which jobs come next is a function of what those before came to, and of
 * nothing else: not of the order in which they ended, nor of where.
 */
import type { Part } from '../../check/part.js';
import { UsageError, formatBounds, parseBounds } from '../../harness/bounds-text.js';
import type { Bounds } from '../../model/bounds.js';
import type { ScenarioName } from '../../model/scenario.js';
import { SCENARIOS } from '../../model/scenario.js';
import type { Job, Tool } from './job.js';
import { memoryOf } from './schema.js';
import type { CampaignSpec, CoverageSpec, ExhaustiveSpec, RandomSpec } from './spec.js';

/** What has to be known of a design. */
export interface CampaignDesign {
  /** As the campaign names it. */
  readonly name: string;
  readonly code: string;
  readonly hasBase: boolean;
  readonly scenarios: readonly ScenarioName[];
  /** Bounds as somebody writes them, for one of its scenarios. */
  bounds(text: string, scenario: ScenarioName): Bounds;
}

/** Coverage in one world, round by round. */
export interface Chain {
  /** Of the first round. */
  readonly jobs: readonly Job[];
  readonly rounds: number;
}

/** One space, and the jobs that search it together. */
export interface Space {
  readonly bounds: string;
  readonly jobs: readonly Job[];
}

/** What can be searched without knowing what others have found. */
export interface Searches {
  readonly spaces: readonly Space[];
  readonly samples: readonly Job[];
  readonly chains: readonly Chain[];
}

export interface Lane extends Searches {
  readonly design: string;
  readonly scenario: ScenarioName;
  /** The same searches of its base where callers are careless: what they break there, they may break. */
  readonly base?: Searches;
}

export interface Plan {
  readonly name: string;
  readonly lanes: readonly Lane[];
}

type AnySearch = CampaignSpec['searches'][number];

/** Edges of an exhaustive job, and calls of any other, where nothing is said. */
const STEPS = { exhaustive: 20_000_000, random: 500_000, coverage: 500_000 } as const;

function seedsOf({ seeds = 1 }: RandomSpec | CoverageSpec): readonly number[] {
  return typeof seeds === 'number' ? Array.from({ length: seeds }, (_, n) => n + 1) : [...new Set(seeds)];
}

function partsOf({ split }: ExhaustiveSpec): (Part | undefined)[] {
  if (split?.ops === undefined && split?.parts === undefined) return [undefined];
  const { ops = 1, parts = 4 } = split;
  return Array.from({ length: parts }, (_, n) => ({ ops, number: n + 1, of: parts }));
}

/** Whether the bytes of its pages are tags: see `checkContents()` in harness/bounds-text.ts. */
function hasHalves(text: string, design: CampaignDesign, scenario: ScenarioName): boolean {
  try {
    design.bounds(`${text},contents=marked`, scenario);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

const isCareless = ({ bounds }: Job): boolean => parseBounds(bounds).callers === 'careless';

/** Those in which callers are careless, of the base; undefined where there are none. */
function onBase({ spaces, samples, chains }: Searches): Searches | undefined {
  const moved = (jobs: readonly Job[]): Job[] => jobs.filter(isCareless).map((job) => ({ ...job, onBase: true }));
  const some = ({ jobs }: Space | Chain): boolean => jobs.length > 0;
  const base = {
    spaces: spaces.map((space) => ({ ...space, jobs: moved(space.jobs) })).filter(some),
    samples: moved(samples),
    chains: chains.map((chain) => ({ ...chain, jobs: moved(chain.jobs) })).filter(some),
  };
  return base.spaces.length + base.samples.length + base.chains.length === 0 ? undefined : base;
}

class Planner {
  readonly tool: Tool;
  readonly spec: CampaignSpec;

  constructor(spec: CampaignSpec, tool: Tool) {
    this.spec = spec;
    this.tool = tool;
  }

  private base(search: AnySearch, design: CampaignDesign, scenario: ScenarioName, bounds: Bounds): Job {
    return {
      ...this.tool,
      design: design.name,
      code: design.code,
      scenario,
      bounds: formatBounds(bounds, SCENARIOS[scenario]),
      engine: search.engine,
      seed: 1,
      memory: memoryOf(this.spec),
      ...(search.engine === 'coverage' && search.runs !== undefined && search.steps === undefined
        ? {}
        : { steps: search.steps ?? STEPS[search.engine] }),
    };
  }

  /** The worlds that a search names, for one design and scenario; none where it is not about these. */
  private worlds(search: AnySearch, design: CampaignDesign, scenario: ScenarioName): Job[] {
    const { bounds = ['default'], scenarios, designs } = search;
    if (scenarios?.includes(scenario) === false || designs?.includes(design.name) === false) return [];
    const isHalved = search.engine === 'exhaustive' && search.split?.contents === true;
    return bounds.flatMap((text) => {
      const whole = design.bounds(text, scenario);
      const texts =
        isHalved && whole.contents === '3' && hasHalves(text, design, scenario)
          ? [`${text},contents=written`, `${text},contents=marked`]
          : [text];
      return texts.map((half) => this.base(search, design, scenario, design.bounds(half, scenario)));
    });
  }

  lane(design: CampaignDesign, scenario: ScenarioName): Lane {
    const own = this.searches(design, scenario);
    const base = design.hasBase ? onBase(own) : undefined;
    return { design: design.name, scenario, ...own, ...(base === undefined ? {} : { base }) };
  }

  private searches(design: CampaignDesign, scenario: ScenarioName): Searches {
    const spaces: Space[] = [];
    const samples: Job[] = [];
    const chains: Chain[] = [];
    for (const search of this.spec.searches) {
      for (const world of this.worlds(search, design, scenario)) {
        if (search.engine === 'exhaustive') {
          const jobs = partsOf(search).map((part) => ({ ...world, ...(part === undefined ? {} : { part }) }));
          spaces.push({ bounds: world.bounds, jobs });
        } else if (search.engine === 'random') samples.push(...seedsOf(search).map((seed) => ({ ...world, seed })));
        else {
          const { runs, rounds = 1 } = search;
          const first = { ...world, ...(runs === undefined ? {} : { runs }), round: 1 };
          chains.push({ jobs: seedsOf(search).map((seed) => ({ ...first, seed })), rounds });
        }
      }
    }
    return { spaces, samples, chains };
  }
}

/** Throws {@link UsageError} where a search is about nothing of the campaign, or bounds mean nothing. */
export function planCampaign(spec: CampaignSpec, designs: readonly CampaignDesign[], tool: Tool): Plan {
  const planner = new Planner(spec, tool);
  const names = new Set(designs.map(({ name }) => name));
  for (const [n, { designs: only = [] }] of spec.searches.entries()) {
    const stray = only.find((name) => !names.has(name));
    if (stray !== undefined)
      throw new UsageError(
        `${spec.name}: searches[${n}].designs: '${stray}' is not among the designs of the campaign; name it there as well`,
      );
  }
  const lanes = designs.flatMap((design) => design.scenarios.map((scenario) => planner.lane(design, scenario)));
  const some = lanes.filter(({ spaces, samples, chains }) => spaces.length + samples.length + chains.length > 0);
  if (some.length === 0)
    throw new UsageError(`${spec.name}: there is nothing to do; no search is about a scenario of its designs`);
  return { name: spec.name, lanes: some };
}
