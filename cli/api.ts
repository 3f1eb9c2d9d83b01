/** `check()`: what `iovcheck check` does, as a function for tests and scripts. */
import type { Violation } from '../harness/result.js';
import type { Design } from '../model/design.js';
import type { ScenarioName } from '../model/scenario.js';
import type { JsonResult } from '../reports/json.js';
import type { Report } from './protocol.js';

/** The same as the options of `iovcheck check`, with the same defaults. */
export interface CheckOptions {
  /** Each scenario that the design lists, where absent. */
  readonly scenario?: ScenarioName | readonly ScenarioName[];
  /** `tiny`, `default`, `deep`, or single bounds such as `ring=4,page=4`. */
  readonly bounds?: string;
  /** `coverage` and `all` only for an id or a file. */
  readonly engine?: 'exhaustive' | 'random' | 'coverage' | 'all';
  /** Of each search: `60s`, `1000000-steps`, `10000-runs`. A budget in steps comes to the same on each machine. */
  readonly budget?: string;
  readonly seed?: number;
  /** For all states together: `8G`. */
  readonly memory?: string;
  /** Threads, for an id or a file; an object is checked on the thread of the caller. */
  readonly workers?: number;
  /** Named fixes that are taken out of a repaired design. */
  readonly without?: readonly string[];
  /**
   * What is no counterexample: `base`, a violation that the base shows with the same trace; `known`, one that the
   * design lists under `expect.known`, or that only follows from another. Nothing where absent.
   */
  readonly except?: 'base' | 'known';
}

/** One kind of break, with its shortest run. */
export interface Counterexample {
  readonly design: string;
  readonly scenario: ScenarioName;
  /** As in the JSON form of the result. */
  readonly violation: JsonResult['violations'][number];
  /** The rule, the run and the state that breaks it, drawn for a person; at most 78 columns. */
  readonly text: string;
  /** For `iovcheck replay`. */
  readonly trace: string;
  /** A name for a file of it, which ends in .trace. */
  readonly file: string;
}

export interface CheckRun {
  /** The frozen JSON form (docs/result.schema.json), in the order of the scenarios. */
  readonly results: readonly JsonResult[];
  readonly counterexamples: readonly Counterexample[];
  /** One sentence for each exhaustive search that did not come to its end, with the reason. */
  readonly cutShort: readonly string[];
  /** What `iovcheck check` prints of the results. */
  readonly text: string;
}

function isExcepted(violation: Violation, except: CheckOptions['except']): boolean {
  if (except === 'base') return violation.ofBase === true;
  return except === 'known' && (violation.known !== null || violation.afterOthers);
}

function counterexamplesOf({ result, traces, texts = [] }: Report, results: JsonResult): readonly Counterexample[] {
  return result.violations.map((_v, n) => ({
    design: result.design,
    scenario: result.scenario,
    violation: results.violations[n],
    text: texts[n] ?? '',
    trace: traces[n]?.text ?? '',
    file: traces[n]?.file ?? '',
  }));
}

/** A design file that imports iovcheck needs no engines: neither are they loaded with it, nor does a bundler see them. */
function engines(): Promise<typeof import('./search-all.js')> {
  return import(new URL('./search-all.js', import.meta.url).href) as Promise<typeof import('./search-all.js')>;
}

/**
 * Searches a design for violations of the rules. An id of ours or the path of a file is searched in threads, which end
 * what does not return; an object made by defineDesign() on the thread of the caller, where an endless loop in one of
 * its functions is endless. Throws where an option, a file or a design can not be used, in one sentence.
 */
export async function check(design: Design | string | URL, options: CheckOptions = {}): Promise<CheckRun> {
  const { searchAll, resultToJson } = await engines();
  const reports = await searchAll(design, options);
  const results = reports.map(({ result }) => resultToJson(result));
  return {
    results,
    counterexamples: reports.flatMap((report, r) =>
      counterexamplesOf(report, results[r]).filter((_c, n) => !isExcepted(report.result.violations[n], options.except)),
    ),
    cutShort: reports
      .filter(({ result }) => result.engine === 'exhaustive' && !result.exhausted)
      .map(({ result }) => `${result.design}, ${result.scenario}: the search was cut short: ${result.cutShort}`),
    text: reports.map(({ text }) => text).join('\n'),
  };
}
