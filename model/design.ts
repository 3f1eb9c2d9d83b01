/**
 * A design: a set of kernel functions under test, as a base and a patch against it.
 * One file is all it takes; see model/designs.
 */
import type { Bounds } from './bounds.js';
import type { Contract } from './contract.js';
import type { FunctionName, KernelFunctions } from './functions.js';
import { cName } from './functions.js';
import { ALL_FUNCTION_NAMES } from './function-names.js';
import { functionTable } from './function-table.js';
import type { Ghost } from './ghost.js';
import type { Kernel } from './kernel.js';
import type { RingForm } from './ring.js';
import type { ScenarioName } from './scenario.js';
import type { KernelRef } from './source.js';

/** What `check` is expected to find; it never changes the status of `check`. */
export interface Expectation {
  /** Violations that must be found, by invariant, with the proved shortest length where known. */
  readonly violates?: readonly { readonly invariant: string; readonly steps?: number }[];
  /** Real defects of a baseline kernel, each written down in docs/findings.md. */
  readonly known?: readonly Known[];
}

export interface Known {
  readonly invariant: string;
  /** Op of the class, C spelling; any op where absent. */
  readonly op?: string;
  /** Scenario in which it is found. */
  readonly scenario: ScenarioName;
  /** Id in docs/findings.md, e.g. `F-9`. */
  readonly finding: string;
  /** Needs larger bounds than the default ones, or another choice: that it is not found is no news. */
  readonly isBeyond?: true;
}

/** Named fixes of a repaired sibling, each a named branch of its functions. */
export type FixSet = Readonly<Record<string, boolean>>;

/** An invariant that a design brings with it. */
export interface AddedInvariant {
  readonly id: string;
  readonly statement: string;
  readonly why: string;
  /** `state`: it looks at nothing but state, never at scratch of an op, and is asked once a state; else after each op. */
  readonly judges?: 'state' | 'step';
  holds(k: Kernel, g: Ghost): boolean;
}

export interface DesignSpec {
  readonly id: string;
  readonly title: string;
  readonly source: readonly KernelRef[];
  /** Of a bug that mainline had: the commits that brought it in, where they are known, and the one that took it out. */
  readonly history?: { readonly origins: readonly string[]; readonly fix: string };
  readonly base?: Design;
  /** Functions that the base has. A function of the fixes where the design has named fixes. */
  readonly override?: Partial<KernelFunctions> | ((fix: FixSet) => Partial<KernelFunctions>);
  readonly add?: {
    readonly functions?: Partial<KernelFunctions>;
    /** Extra state: [name, bits]; read and written as `k.added[index]`. */
    readonly fields?: readonly (readonly [string, number])[];
    readonly invariants?: readonly AddedInvariant[];
  };
  /** Functions of the base that this design has no more. */
  readonly remove?: readonly FunctionName[];
  readonly ring?: RingForm;
  /**
   * Its functions leave alone what they have no business with: those of iterators look at no slot that is older than the
   * iterator, nor at tmp_page; pipe_read() and pipe_write() take no part of a slot for anything but what it is in the
   * kernel. States that differ only there are then one (harness/merge.ts). Each design says it for itself.
   */
  readonly keepsToSlots?: true;
  /** Pages that a pipe keeps for its next writes (`tmp_page`): two since 6.15. Inherited where absent. */
  readonly tmpPages?: 1 | 2;
  /** Inherited where absent. A function of the fixes where one of them changes what is promised. */
  readonly contract?: Contract | ((fix: FixSet) => Contract);
  readonly scenarios?: readonly ScenarioName[];
  readonly expect?: Expectation;
  /** Named fixes and what each is for; only a repaired sibling has them. */
  readonly fixes?: Readonly<Record<string, string>>;
  /** Sentences on what its results do not claim, beyond what none claims. */
  readonly limits?: readonly string[];
  /** The design that this one repairs. */
  readonly repairs?: string;
  /** Extra bounds that `--bounds default` takes for this design. */
  readonly bounds?: Partial<Bounds>;
  /** The same for one scenario, over these. */
  readonly boundsIn?: Partial<Readonly<Record<ScenarioName, Partial<Bounds>>>>;
}

export interface Design extends Omit<DesignSpec, 'override' | 'add' | 'contract'> {
  readonly ring: RingForm;
  readonly tmpPages: 1 | 2;
  readonly contract: Contract;
  readonly scenarios: readonly ScenarioName[];
  readonly expect: Expectation;
  readonly functions: KernelFunctions;
  /** Names of the functions that this design itself overrides or adds. */
  readonly patched: readonly FunctionName[];
  /** Names of all functions that exist in this design. */
  readonly present: ReadonlySet<FunctionName>;
  readonly addedFields: readonly (readonly [string, number])[];
  readonly addedInvariants: readonly AddedInvariant[];
  /** The spec with one named fix taken out, for `--without`. */
  without(fixes: readonly string[]): Design;
  /** The same with only these of its overrides and added functions, for `bisect`; {@link DesignError} where they do not go alone. */
  only(functions: readonly FunctionName[]): Design;
}

/** A design file that can not be used: one sentence that says what to write instead. */
export class DesignError extends Error {}

function nearest(name: string, names: Iterable<string>): string {
  let best = '';
  let bestScore = -1;
  for (const candidate of names) {
    let score = 0;
    while (score < name.length && candidate[score] === name[score]) score++;
    if (score > bestScore) {
      bestScore = score;
      best = candidate;
    }
  }
  return best;
}

function checkNames(spec: DesignSpec, override: Partial<KernelFunctions>): void {
  const has = spec.base?.present ?? new Set<string>();
  for (const [name, fn] of Object.entries(override)) {
    if (!has.has(name as FunctionName)) {
      const isOther = ALL_FUNCTION_NAMES.includes(name as FunctionName);
      const advice = isOther ? 'put it under add.functions' : `did you mean '${nearest(name, has)}'?`;
      throw new DesignError(
        `design '${spec.id}' overrides '${name}', which its base '${spec.base?.id ?? 'none'}' does not have; ${advice}`,
      );
    }
    if (typeof fn !== 'function') throw new DesignError(`design '${spec.id}': override.${name} is not a function`);
  }
  for (const [name, fn] of Object.entries(spec.add?.functions ?? {})) {
    if (!ALL_FUNCTION_NAMES.includes(name as FunctionName)) {
      throw new DesignError(
        `design '${spec.id}' adds '${name}', which no op calls; did you mean '${nearest(name, ALL_FUNCTION_NAMES)}'?`,
      );
    }
    if (has.has(name as FunctionName)) {
      throw new DesignError(`design '${spec.id}' adds '${name}', which its base has already; put it under override`);
    }
    if (typeof fn !== 'function') throw new DesignError(`design '${spec.id}': add.functions.${name} is not a function`);
  }
}

/** Whoever extracts pages has to say how they are held: to the caller, and to the judge. */
function checkExtraction(id: string, present: ReadonlySet<FunctionName>, contract: Contract): void {
  if (!present.has('iovIterExtractPages')) return;
  if (!present.has('iovIterExtractWillPin') && !present.has('iovIterExtractMode')) {
    throw new DesignError(
      `design '${id}' adds 'iovIterExtractPages', and no function says how its pages are held; add iovIterExtractWillPin or iovIterExtractMode`,
    );
  }
  if (contract.extract === undefined) {
    throw new DesignError(
      `design '${id}' adds 'iovIterExtractPages', and its contract does not say how pages are held; add contract.extract, with none, get, pin or refused for each flavour`,
    );
  }
}

/** A function that this kernel does not have: reaching it is a bug of the caller's model. */
function absent(name: FunctionName): () => never {
  return () => {
    throw new Error(`${cName(name)}() does not exist in this design, but something called it`);
  };
}

function chosen(patch: Partial<KernelFunctions>, only: readonly FunctionName[] | undefined): Partial<KernelFunctions> {
  if (only === undefined) return patch;
  return Object.fromEntries(Object.entries(patch).filter(([name]) => only.includes(name as FunctionName)));
}

function resolve(spec: DesignSpec, off: readonly string[], only?: readonly FunctionName[]): Design {
  const fixes: Record<string, boolean> = {};
  for (const name of Object.keys(spec.fixes ?? {})) fixes[name] = !off.includes(name);
  for (const name of off) {
    if (!(name in fixes)) {
      throw new DesignError(
        `design '${spec.id}' has no fix '${name}'; its fixes are: ${Object.keys(fixes).join(', ') || 'none'}`,
      );
    }
  }
  const override = typeof spec.override === 'function' ? spec.override(fixes) : (spec.override ?? {});
  checkNames(spec, override);
  const patch = chosen({ ...override, ...spec.add?.functions }, only);
  const present = new Set<FunctionName>([...(spec.base?.present ?? []), ...(Object.keys(patch) as FunctionName[])]);
  for (const name of spec.remove ?? []) present.delete(name);
  const functions = {} as Record<FunctionName, unknown>;
  for (const name of ALL_FUNCTION_NAMES) {
    functions[name] = present.has(name) ? (patch[name] ?? spec.base?.functions[name]) : absent(name);
  }
  const contract = typeof spec.contract === 'function' ? spec.contract(fixes) : (spec.contract ?? spec.base?.contract);
  const ring = spec.ring ?? spec.base?.ring;
  if (contract === undefined || ring === undefined) {
    throw new DesignError(`design '${spec.id}' has no base; name one, e.g. base: linux61`);
  }
  checkExtraction(spec.id, present, contract);
  return {
    ...spec,
    ring,
    tmpPages: spec.tmpPages ?? spec.base?.tmpPages ?? 1,
    contract,
    scenarios: spec.scenarios ?? spec.base?.scenarios ?? [],
    expect: spec.expect ?? (off.length === 0 ? {} : {}),
    functions: functionTable(functions),
    patched: Object.keys(patch) as FunctionName[],
    present,
    addedFields: [...(spec.base?.addedFields ?? []), ...(spec.add?.fields ?? [])],
    addedInvariants: [...(spec.base?.addedInvariants ?? []), ...(spec.add?.invariants ?? [])],
    without: (names) => resolve(spec, names, only),
    only: (names) => resolve(spec, off, names),
  };
}

/** Makes a design of a base and what it changes; throws {@link DesignError} on a misspelt name. */
export function defineDesign(spec: DesignSpec): Design {
  if (typeof spec?.id !== 'string' || spec.id === '')
    throw new DesignError(`a design needs an id, e.g. id: 'my-design'`);
  return resolve(spec, []);
}
