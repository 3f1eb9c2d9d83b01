/** What is in a campaign's folder, as pages: of the whole, and of what is broken in each lane, step by step. */
import { existsSync, statSync } from 'node:fs';
import { historyOf } from '../campaign/jobs/history.js';
import type { Done, Finding } from '../campaign/jobs/job.js';
import type { Head } from '../campaign/jobs/journal.js';
import { Ledger, journalPath, readLines } from '../campaign/jobs/journal.js';
import type { Summary, SummaryLane } from '../campaign/jobs/summary.js';
import { summarise } from '../campaign/jobs/summary.js';
import { UsageError, parseBounds } from '../harness/bounds-text.js';
import { SCENARIOS } from '../model/scenario.js';
import type { Dashboard } from '../reports/dashboard.js';
import { bundleFile } from './bundle.js';
import { treeNamed } from './designs.js';
import { Jobs } from './jobs.js';
import type { DesignRef } from './load.js';
import { splitName } from './load.js';
import { ownPackage } from './own-package.js';
import type { Report, Search } from './protocol.js';

export const pageName = (lane: number): string => `findings-${lane + 1}.html`;

/** Follows the journal while another process writes it. */
export class CampaignView {
  private readonly path: string;
  private ledger = new Ledger();
  private at = 0;

  constructor(dir: string) {
    this.path = journalPath(dir);
    this.read();
    if (this.ledger.head === undefined)
      throw new UsageError(`${dir}: no campaign has begun here; name the folder of one, e.g. .iovcheck/first`);
  }

  /** Takes in what was added; whether there is anything new. */
  read(): boolean {
    if (!existsSync(this.path)) return false;
    const { size } = statSync(this.path);
    if (size === this.at) return false;
    // It was begun anew.
    if (size < this.at) [this.ledger, this.at] = [new Ledger(), 0];
    const { values, at } = readLines(this.path, this.at);
    this.at = at;
    for (const value of values) this.ledger.take(value as Head | Done, this.path);
    return values.length > 0;
  }

  private get head(): Head {
    const { head } = this.ledger;
    if (head === undefined) throw new Error('a journal without its first line');
    return head;
  }

  get summary(): Summary {
    return summarise(this.head.plan, this.ledger.results);
  }

  get dashboard(): Dashboard {
    return { summary: this.summary, history: historyOf(this.ledger.results.values()), pageOf: pageName };
  }

  /** The findings of a lane step by step, as one page; undefined where it has none. */
  async findings(n: number): Promise<string | undefined> {
    const { summary } = this;
    const lane = summary.lanes[n];
    if (lane === undefined || lane.findings.length === 0) return undefined;
    const { pageText } = await import('../reports/html/page.js');
    const reports = await retake(lane, this.head);
    const results = reports.flatMap(({ page }) => page ?? []);
    const count = lane.findings.length;
    const conclusion = `${summary.name}: ${count} ${count === 1 ? 'class' : 'classes'} in ${lane.design}, ${lane.scenario}.`;
    return pageText({ version: ownPackage().version, results, conclusion });
  }
}

/** The design of a lane, as it lies there now. */
async function refOfLane({ design }: SummaryLane, { files, trees = {} }: Head): Promise<DesignRef> {
  const { name, without } = splitName(design);
  const [file, tree] = [files[design], trees[design]];
  const ref = { name, without, url: file === undefined ? null : await bundleFile(file) };
  return tree === undefined ? ref : { ...ref, tree: (await treeNamed(tree)).tree };
}

/** One search for each world that traces of the lane are in: it takes them again, and makes nothing smaller. */
async function retake(lane: SummaryLane, head: Head): Promise<Report[]> {
  const ref = await refOfLane(lane, head);
  const worlds = new Map<string, Finding[]>();
  for (const { violation: v, bounds } of lane.findings) {
    const finding = {
      class: v.class,
      severity: v.severity,
      ops: v.trace,
      isAfterOthers: v.afterOthers,
      word: v.minimality,
    };
    worlds.set(bounds, [...(worlds.get(bounds) ?? []), finding]);
  }
  const searches = [...worlds].map(
    ([bounds, settles]): Search => ({
      ref,
      onBase: false,
      scenario: lane.scenario,
      bounds: parseBounds(bounds, undefined, SCENARIOS[lane.scenario]),
      engine: 'corpus',
      seed: 1,
      steps: 0,
      seconds: Number.POSITIVE_INFINITY,
      memoryBytes: 2 ** 28,
      timing: false,
      hasColour: false,
      settles,
      hasPage: true,
    }),
  );
  const jobs = await Promise.all(new Jobs().start(searches, 1));
  return jobs.flatMap(({ report }) => report ?? []);
}
