/** What a campaign is made of, as somebody writes it down: a JSON file, or a TypeScript file that calls defineCampaign(). */
import type { ScenarioName } from '../../model/scenario.js';

/** What the engines have in common. */
export interface SearchSpec {
  /** As for --bounds: `tiny`, `default,ring=1`; one search for each. `default` where absent. */
  readonly bounds?: readonly string[];
  /** Only these of a design's scenarios. */
  readonly scenarios?: readonly ScenarioName[];
  /** Only these of the designs of the campaign. */
  readonly designs?: readonly string[];
  /** Of the exhaustive engine: edges of each job. Of the others: calls of each job. */
  readonly steps?: number;
}

export interface ExhaustiveSpec extends SearchSpec {
  readonly engine: 'exhaustive';
  /** A space that is too large for one job. */
  readonly split?: {
    /** By prefix: length of a prefix in ops, and the jobs that share the prefixes of that length. */
    readonly ops?: number;
    readonly parts?: number;
    /** By bounds: `contents=3` as its two halves, in the scenarios that have them. */
    readonly contents?: boolean;
  };
}

export interface RandomSpec extends SearchSpec {
  readonly engine: 'random';
  /** A number of seeds, from 1, or the seeds. */
  readonly seeds?: number | readonly number[];
}

export interface CoverageSpec extends SearchSpec {
  readonly engine: 'coverage';
  readonly seeds?: number | readonly number[];
  /** Inputs of each job; beside it, `steps` need not be given. */
  readonly runs?: number;
  /** Each round begins with what all jobs of the round before have learned. */
  readonly rounds?: number;
}

export interface CampaignSpec {
  /** In what is printed, and of the folder that keeps the results. */
  readonly name: string;
  /** Ids, paths of files beside this one, or `all` for each design of ours. `--without FIX` may stand behind a name. */
  readonly designs?: readonly string[];
  /** Folders or archives of a kernel's source, by their paths from this file: their C, each on the design that its version picks. */
  readonly trees?: readonly string[];
  readonly searches: readonly (ExhaustiveSpec | RandomSpec | CoverageSpec)[];
  /** For the states of one job, e.g. `512M`, which is what it is where absent. */
  readonly memory?: string;
}

/** What a campaign file exports: `export default defineCampaign({ ... })`. The types are all that it adds. */
export function defineCampaign(spec: CampaignSpec): CampaignSpec {
  return spec;
}
