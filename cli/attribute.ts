/** What else is known of a violation: which fix makes it go away, and whether the caller was to blame. */
import { UsageError } from '../harness/bounds-text.js';
import { opIndex } from '../harness/op-text.js';
import { Path } from '../harness/replay.js';
import { Runner, Step } from '../harness/runner.js';
import type { ViolationClass } from '../harness/runner.js';
import type { Bounds } from '../model/bounds.js';
import type { Design } from '../model/design.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { ScenarioName } from '../model/scenario.js';

/** Runs texts of ops on one design; false as soon as one does not exist or is not enabled. */
export class Stand {
  private readonly runner: Runner;
  private readonly path: Path;

  constructor(design: Design, bounds: Bounds, scenario: ScenarioName) {
    this.runner = new Runner(design, bounds, scenario);
    this.path = new Path(this.runner);
  }

  /** Whether every op can be taken; `see` is shown each step. */
  run(ops: readonly string[], see: (path: Path) => void = () => {}): boolean {
    this.path.reset();
    for (const text of ops) {
      const n = opIndex(this.runner, text);
      const step = n === undefined ? Step.Disabled : this.path.take(n, undefined, () => false);
      if (step === Step.Disabled || step === Step.Idle) return false;
      see(this.path);
      if (step === Step.Fatal) return text === ops.at(-1);
    }
    return true;
  }

  /** Whether the rule breaks at that op; the function at fault may have another name here. */
  shows(ops: readonly string[], cls: ViolationClass): boolean {
    let isSeen = false;
    this.run(ops, (path) => {
      isSeen ||= path.found.some((f) => f.invariant === cls.invariant && f.op === cls.op);
    });
    return isSeen;
  }
}

/** The named fixes that a design lacks, each alone put in. */
interface Sibling {
  /** The design with none of them: it has to show the violation. */
  readonly without: Stand;
  readonly alone: readonly (readonly [fix: string, stand: Stand])[];
}

function siblingOf(
  design: Design,
  without: readonly string[],
  bounds: Bounds,
  scenario: ScenarioName,
): Sibling | undefined {
  const stand = (d: Design): Stand => new Stand(d, bounds, scenario);
  const repaired = without.length > 0 ? design : DESIGNS.find((d) => d.repairs === design.id);
  if (repaired?.fixes === undefined) return undefined;
  const missing = without.length > 0 ? without : Object.keys(repaired.fixes);
  return {
    without: stand(repaired.without(missing)),
    alone: missing.map((fix) => [fix, stand(repaired.without(missing.filter((other) => other !== fix)))] as const),
  };
}

/** Undefined where there is none, or where it has none of the functions that the scenario calls. */
function baseOf({ base }: Design, bounds: Bounds, scenario: ScenarioName): Stand | undefined {
  try {
    return base === undefined ? undefined : new Stand(base, bounds, scenario);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

export class Attribution {
  private readonly sibling: Sibling | undefined;
  private readonly correct: Stand | undefined;
  private readonly makeBase: () => Stand | undefined;
  private base: Stand | undefined;

  constructor(design: Design, without: readonly string[], bounds: Bounds, scenario: ScenarioName) {
    // Made when the first violation asks for it: a kernel is much to make.
    this.makeBase = () => baseOf(design, bounds, scenario);
    this.sibling = siblingOf(design, without, bounds, scenario);
    this.correct =
      bounds.callers === 'careless' ? new Stand(design, { ...bounds, callers: 'correct' }, scenario) : undefined;
  }

  /** First named fix without which the trace shows the violation and with which alone it does not. */
  fixedBy(ops: readonly string[], cls: ViolationClass): string | null {
    const { sibling } = this;
    if (sibling === undefined || !sibling.without.shows(ops, cls)) return null;
    return sibling.alone.find(([, stand]) => !stand.shows(ops, cls))?.[0] ?? null;
  }

  /** The base breaks the same rule at the same op where it takes the same trace: the design has not brought that. */
  isOfBase(ops: readonly string[], cls: ViolationClass): boolean {
    this.base ??= this.makeBase();
    return this.base?.shows(ops, cls) === true;
  }

  /** The trace needs a caller that breaks the protocol. */
  isMisuse(ops: readonly string[]): boolean {
    return this.correct !== undefined && !this.correct.run(ops);
  }
}
