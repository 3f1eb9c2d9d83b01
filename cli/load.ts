/** From a reference to a design, as it travels between threads, to the design. */
import { UsageError } from '../harness/bounds-text.js';
import { guardDesign, messageOf } from '../harness/guard.js';
import { nearest } from '../harness/nearest.js';
import type { Bounds } from '../model/bounds.js';
import type { Design, Expectation } from '../model/design.js';
import { DesignError } from '../model/design.js';
import type { FunctionName } from '../model/functions.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { ScenarioName } from '../model/scenario.js';
import { SCENARIOS } from '../model/scenario.js';
import type { Changed } from '../oracle/tree/source.js';

export interface DesignRef {
  /** As it was named: the id of one of ours, or the path of a file. */
  readonly name: string;
  /** The bundle of a file; null for one of ours. */
  readonly url: string | null;
  /** Named fixes that are taken out. */
  readonly without: readonly string[];
  /** Only these of its functions, where it is taken apart. */
  readonly only?: readonly FunctionName[];
  /** A kernel tree whose C stands in for the functions that it has. */
  readonly tree?: TreeRef;
}

export interface TreeRef {
  /** As it was named. */
  readonly name: string;
  /** `6.1.192` */
  readonly version: string;
  /** The folder of our own C. */
  readonly ours: string;
  /** Where it is not as it lies there: what stands for it. */
  readonly changed?: Changed;
  /** ` --patch FILE`, ` --rev A..B`: what a command line says of that. */
  readonly option?: string;
}

/** In the place of a bundle: the design is an object of this very thread, and of no file. */
export const IN_PROCESS = 'in process';

const WITHOUT = ' --without ';
const TREE = ' --kernel-tree ';

/** A design as it was named, with the version of the tree where it has one. */
export type SplitName = Pick<DesignRef, 'name' | 'without'> & { readonly treeVersion?: string };

/**
 * A design as a trace names it: `packet-2012-repaired --without no-merge-into-stream`. A tree is named by its
 * version, not by its folder, which is another one elsewhere: `linux-6.1 --kernel-tree 6.1.192`.
 */
export function fullName({ name, without, tree }: Pick<DesignRef, 'name' | 'without' | 'tree'>): string {
  const fixes = without.length === 0 ? '' : `${WITHOUT}${without.join(',')}`;
  return `${name}${tree === undefined ? '' : `${TREE}${tree.version}`}${fixes}`;
}

/** The parts of {@link fullName}. */
export function splitName(text: string): SplitName {
  const [named, fixes] = text.split(WITHOUT);
  const [name, treeVersion] = named.split(TREE);
  const without = fixes === undefined ? [] : fixes.split(',');
  return { name, without, ...(treeVersion === undefined ? {} : { treeVersion }) };
}

/** What the main thread needs to know of a design; a design itself stays in the workers. */
export interface DesignFacts {
  readonly id: string;
  readonly scenarios: readonly ScenarioName[];
  readonly bounds: Partial<Bounds>;
  readonly boundsIn: NonNullable<Design['boundsIn']>;
  readonly expect: Expectation;
  /** Id of its base. */
  readonly base?: string;
  /** Functions that it overrides or adds. */
  readonly patched: readonly FunctionName[];
  readonly hasBase: boolean;
}

export function factsOf(design: Design): DesignFacts {
  return {
    id: design.id,
    scenarios: design.scenarios,
    bounds: { ...design.bounds },
    boundsIn: { ...design.boundsIn },
    expect: { ...design.expect },
    ...(design.base === undefined ? {} : { base: design.base.id }),
    patched: [...design.patched],
    hasBase: design.base !== undefined,
  };
}

function findOwn(name: string): Design {
  const design = DESIGNS.find(({ id }) => id === name);
  if (design !== undefined) return design;
  const like = nearest(
    name,
    DESIGNS.map(({ id }) => id),
  );
  throw new UsageError(
    `there is no design '${name}'; did you mean '${like}'? 'iovcheck list designs' lists them, and a file is named by its path, e.g. ./${name}.ts`,
  );
}

/** Whether defineDesign() made it. */
function isDesign(value: unknown): value is Design {
  const design = value as Partial<Design> | null | undefined;
  return (
    typeof design === 'object' &&
    design !== null &&
    typeof design.id === 'string' &&
    typeof design.without === 'function' &&
    design.present instanceof Set &&
    Array.isArray(design.scenarios)
  );
}

function checkDesign(design: unknown, name: string): Design {
  if (design === undefined) {
    throw new UsageError(
      `${name}: it exports nothing named 'design'; write: export const design = defineDesign({ ... })`,
    );
  }
  if (!isDesign(design)) {
    throw new UsageError(
      `${name}: its 'design' was not made by defineDesign(); write: export const design = defineDesign({ ... })`,
    );
  }
  const all = Object.keys(SCENARIOS);
  for (const scenario of design.scenarios) {
    if (!all.includes(scenario)) {
      throw new UsageError(`${name}: there is no scenario '${scenario}'; write ${all.join(', ')} under scenarios`);
    }
  }
  if (design.scenarios.length === 0) {
    throw new UsageError(`${name}: the design has no scenario; write e.g. scenarios: ['${all[0]}']`);
  }
  return guardDesign(design);
}

/** What a design file exports. */
export interface DesignModule {
  readonly design?: unknown;
}

async function importFile(ref: DesignRef): Promise<Design> {
  let module: DesignModule;
  try {
    module = (await import(ref.url ?? '')) as DesignModule;
  } catch (error) {
    if (error instanceof DesignError) throw error;
    throw new UsageError(`${ref.name}: loading it threw ${messageOf(error)}; correct it and try again`, {
      cause: error,
    });
  }
  return checkDesign(module.design, ref.name);
}

/**
 * The design that is meant; of `module`, where that was loaded already. User code runs in here: never call it outside a
 * worker where `ref.url` is set.
 */
/** The design of a place: the one that is named, or its base. */
export async function designOf(ref: DesignRef, onBase: boolean): Promise<Design> {
  const design = await loadDesign(ref);
  if (!onBase) return design;
  if (design.base === undefined) throw new UsageError(`design '${design.id}' has no base to compare with`);
  return design.base;
}

function withoutFixes(design: Design, fixes: readonly string[]): Design {
  const less = design.without(fixes);
  return { ...less, title: `${less.title}; without ${fixes.join(', ')}` };
}

/** The C of the tree on top of a design, where there is one; only then is anything of it loaded. */
async function onTree({ tree }: DesignRef, design: Design): Promise<Design> {
  if (tree === undefined) return design;
  const { treeDesign } = await import('../oracle/tree/design.js');
  const { openTree } = await import('../oracle/tree/source.js');
  return treeDesign(openTree(tree.name, tree.ours, tree.changed), design);
}

export async function loadDesign(ref: DesignRef, module?: DesignModule): Promise<Design> {
  try {
    const design =
      module !== undefined
        ? checkDesign(module.design, ref.name)
        : ref.url === null
          ? findOwn(ref.name)
          : await importFile(ref);
    const { without, only } = ref;
    const less = without.length === 0 ? design : withoutFixes(design, without);
    return await onTree(ref, only === undefined ? less : less.only(only));
  } catch (error) {
    if (error instanceof DesignError) {
      throw new UsageError(ref.url === null ? error.message : `${ref.name}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
