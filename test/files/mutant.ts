/** Designs with one function of 6.12 replaced, for tests of the scenarios with files. */
import { defineDesign } from '#iov/model/design.js';
import type { KernelFunctions } from '#iov/model/functions.js';
import type { Kernel, PipeBuffer } from '#iov/model/kernel.js';
import { pipeBuf, pipeOccupancy, slotAdd } from '#iov/model/linux/5.8/pipe.js';
import type { Outlet } from '#iov/model/linux/6.1/splice_write.js';
import { buildVector, dismiss, eatEmptyBuffers, spliceWrite } from '#iov/model/linux/6.1/splice_write.js';
import type { ScenarioName } from '#iov/model/scenario.js';
import { designOf, knownOf, search } from '../search.js';

const linux612 = designOf('linux-6.12');
export const { functions: now } = linux612;

const OUTLET: Outlet = {
  isEmpty: (k) => pipeOccupancy(k) === 0,
  eat: eatEmptyBuffers,
  build: (k, len) => buildVector(k, len, false),
  dismiss,
};

export const writesBy = (outlet: Partial<Outlet>): Partial<KernelFunctions> => ({
  iterFileSpliceWrite: (k, out, ppos, len) => spliceWrite(k, out, ppos, len, { ...OUTLET, ...outlet }),
});

export const newest = (k: Kernel): PipeBuffer => pipeBuf(k, slotAdd(k, k.pipe.head, -1));

export interface Mutant {
  readonly name: string;
  readonly override: Partial<KernelFunctions>;
  /** `invariant op` */
  readonly caughtBy: string;
  readonly bounds?: string;
}

/** `invariant op` of whatever breaks that 6.12 does not break. */
export function breaks(
  name: string,
  override: Partial<KernelFunctions>,
  scenario: ScenarioName,
  bounds = 'tiny',
): string[] {
  const design = defineDesign({
    id: 'mutant',
    title: name,
    source: [],
    base: linux612,
    override,
    scenarios: [scenario],
  });
  const known = knownOf(linux612, scenario);
  return search(design, scenario, bounds, 300_000)
    .classes.map((c) => `${c.class.invariant} ${c.class.op}`)
    .filter((c) => !known.has(c));
}
