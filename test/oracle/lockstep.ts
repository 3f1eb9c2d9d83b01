/** Two designs on one state, op by op: what they return, break and leave has to be the same. */
import { Runner, Step } from '#iov/harness/runner.js';
import type { Bounds } from '#iov/model/bounds.js';
import type { Design } from '#iov/model/design.js';
import type { ScenarioName } from '#iov/model/scenario.js';

/** What a step did, as far as anybody can see. */
interface Effect {
  readonly step: Step;
  readonly ret: number;
  readonly broken: string;
  readonly said: string;
  readonly image: readonly number[];
}

function effectOf(runner: Runner, n: number): Effect {
  const { k } = runner;
  const step = runner.take(n);
  const broken = runner.broken.map(({ id }) => id).join();
  if (step === Step.Idle) return { step, ret: 0, broken, said: '', image: [] };
  if (step === Step.Fatal) return { step, ret: 0, broken, said: k.fatal, image: [] };
  const said = k.warned;
  const { ret } = runner.judged;
  if (step === Step.Violated) runner.adopt();
  const image = new Int32Array(runner.words);
  return { step, ret, broken, said, image: runner.save(image, 0) ? [...image] : [] };
}

export interface Compared {
  readonly states: number;
  readonly edges: number;
  /** The first difference, as the calls that lead to it; '' for none. */
  readonly parted: string;
}

/** From the initial state on, breadth first, by the states of `a`; at most so many of them are gone on from. */
export function compare(a: Design, b: Design, bounds: Bounds, scenario: ScenarioName, most: number): Compared {
  const [one, two] = [new Runner(a, bounds, scenario), new Runner(b, bounds, scenario)];
  const first = new Int32Array(one.words);
  one.reset();
  one.save(first, 0);
  const states: Int32Array[] = [first];
  const ways: string[] = [''];
  const seen = new Set([first.join()]);
  let edges = 0;
  for (let s = 0; s < Math.min(states.length, most); s++) {
    for (let n = 0; n < one.opCount; n++) {
      one.load(states[s], 0);
      if (!one.isReady(one.ops[n].spec) || !one.isAllowed(n)) continue;
      edges++;
      const [x, way] = [effectOf(one, n), `${ways[s]}\n${one.ops[n].text}`];
      two.load(states[s], 0);
      const y = effectOf(two, n);
      if (JSON.stringify(x) !== JSON.stringify(y)) {
        return { states: states.length, edges, parted: `${way}\n${JSON.stringify([x, y])}` };
      }
      if (x.image.length === 0 || seen.has(x.image.join())) continue;
      seen.add(x.image.join());
      states.push(Int32Array.from(x.image));
      ways.push(way);
    }
  }
  return { states: states.length, edges, parted: '' };
}
