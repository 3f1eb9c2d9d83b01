/** In a worker: takes the files of a corpus one by one, each on its design. */
import { BinReader } from '../campaign/corpus/bins-of.js';
import { importBytes } from '../campaign/corpus/import.js';
import type { Shortest } from '../campaign/corpus/outcome.js';
import { outcomeOf } from '../campaign/corpus/outcome.js';
import { headerAt } from '../campaign/corpus/read.js';
import type { Heartbeat } from '../check/heartbeat.js';
import { Phase } from '../check/heartbeat.js';
import { UsageError } from '../harness/bounds-text.js';
import { messageOf } from '../harness/guard.js';
import { Runner } from '../harness/runner.js';
import { parseTrace, resolveOps } from '../harness/trace.js';
import type { Bounds } from '../model/bounds.js';
import type { ScenarioName } from '../model/scenario.js';
import { hungClass } from './explain.js';
import { fullName, loadDesign } from './load.js';
import type { CorpusItem, CorpusRow } from './protocol.js';

const NOTHING: CorpusRow = { problem: '', kind: 'holds', steps: 0, broken: [], bins: [], imported: [] };

/** One runner a world: most files of a corpus share theirs. */
class Runners {
  private readonly made = new Map<string, Runner>();
  private readonly shortest = new Map<Runner, Shortest>();
  private readonly heartbeat: Heartbeat;

  constructor(heartbeat: Heartbeat) {
    this.heartbeat = heartbeat;
  }

  async of(ref: CorpusItem['ref'], scenario: ScenarioName, bounds: Bounds): Promise<Runner> {
    const key = JSON.stringify([fullName(ref), scenario, bounds]);
    const old = this.made.get(key);
    if (old !== undefined) return old;
    const { heartbeat } = this;
    // Until it is loaded nothing is known of where it hangs; then it hangs in ops only.
    heartbeat.busy(false);
    heartbeat.enter(Phase.Loading);
    const runner = new Runner(await loadDesign(ref), bounds, scenario);
    heartbeat.enter(Phase.Replaying);
    heartbeat.busy(true);
    heartbeat.follow(runner);
    this.made.set(key, runner);
    return runner;
  }

  shortestOf(runner: Runner): Shortest {
    let shortest = this.shortest.get(runner);
    if (shortest === undefined) this.shortest.set(runner, (shortest = new Map()));
    return shortest;
  }
}

async function doOne(item: CorpusItem, runners: Runners): Promise<CorpusRow> {
  if (item.want === 'import') {
    const runner = await runners.of(item.ref, item.scenario, item.bounds);
    const imported = importBytes(runner, Buffer.from(item.bytes));
    const problem = imported.length > 0 ? '' : `${item.path}: no op of it can be taken there; it is left out`;
    return { ...NOTHING, problem, imported };
  }
  if (item.want === 'name') {
    const runner = await runners.of(item.ref, item.scenario, item.bounds);
    const violates = hungClass(runner, item.ops, false).class;
    return { ...NOTHING, imported: [{ ops: item.ops.map((n) => runner.ops[n].text), violates }] };
  }
  const trace = parseTrace(item.text, item.path);
  let runner: Runner;
  try {
    runner = await runners.of(item.ref, trace.scenario, trace.bounds);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${headerAt(item, 'design')}: ${error.message}`, { cause: error });
  }
  const ops = resolveOps(runner, trace, item.path);
  const { kind, broken, steps } = outcomeOf(runner, trace, ops, item.isSmall ? runners.shortestOf(runner) : undefined);
  const bins = item.want === 'bins' ? new BinReader(runner).of(ops) : [];
  return { ...NOTHING, kind, steps, bins, broken };
}

export async function doItems(
  items: readonly CorpusItem[],
  heartbeat: Heartbeat,
  onRow: (row: CorpusRow) => void,
): Promise<true> {
  const runners = new Runners(heartbeat);
  for (const item of items) {
    try {
      onRow(await doOne(item, runners));
    } catch (error) {
      // In ours it is a bug of ours; a design of a user's may throw what it likes.
      if (!(error instanceof UsageError) && item.ref.url === null) throw error;
      const text = error instanceof UsageError ? error.message : `${item.path}: ${item.ref.name}: ${messageOf(error)}`;
      onRow({ ...NOTHING, problem: text });
    }
  }
  return true;
}
