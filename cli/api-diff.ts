/** `diff()`: what `iovcheck diff` does, as a function for tests and scripts. */
import type { DiffResult } from '../harness/diff-result.js';
import type { Design } from '../model/design.js';
import type { ScenarioName } from '../model/scenario.js';
import type { JsonDiffResult } from '../reports/diff-json.js';

/** The same as the options of `iovcheck diff`, with the same defaults. */
export interface DiffOptions {
  /** Each scenario that both designs list, where absent. */
  readonly scenario?: ScenarioName | readonly ScenarioName[];
  /** `tiny`, `default`, `deep`, or single bounds such as `ring=4,page=4`. */
  readonly bounds?: string;
  readonly engine?: DiffResult['engine'];
  /** Of each scenario: `60s` or `1000000-steps`. A budget in steps comes to the same on each machine. */
  readonly budget?: string;
  readonly seed?: number;
  /** For all states: `8G`. */
  readonly memory?: string;
  /** Named fixes that are taken out of the second design. */
  readonly without?: readonly string[];
  /** Each field of the state is compared, not only what a caller sees. */
  readonly lockstep?: boolean;
  /** End with the first difference of each scenario, which is a shortest one. */
  readonly first?: boolean;
}

/** Differences of one kind at one call, by a shortest run to one of them. */
export interface DesignDifference {
  readonly scenario: ScenarioName;
  /** As in the JSON form of the result. */
  readonly difference: JsonDiffResult['differences'][number];
  /** The run, what each of the two returns, and the state of both; at most 78 columns. */
  readonly text: string;
  /** For `iovcheck replay`. */
  readonly trace: string;
  /** A name for a file of it, which ends in .trace. */
  readonly file: string;
}

export interface DiffRun {
  /** The form of docs/diff.schema.json, in the order of the scenarios. */
  readonly results: readonly JsonDiffResult[];
  readonly differences: readonly DesignDifference[];
  /** One sentence for each exhaustive search that found none and did not come to its end. */
  readonly cutShort: readonly string[];
  /** What `iovcheck diff` prints of the results. */
  readonly text: string;
}

/** Engines are loaded when they are asked for; see api.ts. */
function engines(): Promise<typeof import('./diff-all.js')> {
  return import(new URL('./diff-all.js', import.meta.url).href) as Promise<typeof import('./diff-all.js')>;
}

function cutShortText({ a, b, scenario, cutShort }: DiffResult): string {
  return `${a} and ${b}, ${scenario}: the search was cut short: ${cutShort}`;
}

/**
 * Takes two designs through the same calls, side by side, and says in what a caller can tell them apart. Ids of ours and
 * files are taken in a thread, which ends what does not return; where one of the two is an object made by defineDesign(),
 * both are taken on the thread of the caller. Throws where an option or a design can not be used, in one sentence.
 */
export async function diff(
  a: Design | string | URL,
  b: Design | string | URL,
  options: DiffOptions = {},
): Promise<DiffRun> {
  const { diffAll, diffResultToJson } = await engines();
  const reports = await diffAll(a, b, options);
  const results = reports.map(({ result }) => diffResultToJson(result));
  return {
    results,
    differences: reports.flatMap(({ result, texts, traces }, r) =>
      results[r].differences.map((difference, n) => ({
        scenario: result.scenario,
        difference,
        text: texts[n],
        trace: traces[n].text,
        file: traces[n].file,
      })),
    ),
    cutShort: reports
      .map(({ result }) => result)
      .filter(({ engine, verdict }) => engine === 'exhaustive' && verdict === 'budget-spent')
      .map(cutShortText),
    text: reports.map(({ text }) => text).join('\n'),
  };
}
