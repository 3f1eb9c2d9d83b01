/**
 * The library: what a design file of yours imports from 'iovcheck'.
 *
 * One `defineDesign` call is a design; `iovcheck check ./my-design.ts` runs it.
 */
export type { CampaignSpec, CoverageSpec, ExhaustiveSpec, RandomSpec } from './campaign/jobs/spec.js';
export { defineCampaign } from './campaign/jobs/spec.js';
export type { Config } from './cli/define-config.js';
export { defineConfig } from './cli/define-config.js';
export type { CheckOptions, CheckRun, Counterexample } from './cli/api.js';
export { check } from './cli/api.js';
export type { DesignDifference, DiffOptions, DiffRun } from './cli/api-diff.js';
export { diff } from './cli/api-diff.js';
export type { Bounds } from './model/bounds.js';
export * from './model/cint.js';
export type { Contract, Retention, Retentions } from './model/contract.js';
export type { Design, DesignSpec, Expectation, FixSet } from './model/design.js';
export { DesignError, defineDesign } from './model/design.js';
export { DESIGNS } from './model/designs/designs.js';
export { design as linux33 } from './model/designs/linux-3.3.js';
export { design as linux48 } from './model/designs/linux-4.8.js';
export { design as linux410 } from './model/designs/linux-4.10.js';
export { design as linux58 } from './model/designs/linux-5.8.js';
export { design as linux61 } from './model/designs/linux-6.1.js';
export { design as linux63 } from './model/designs/linux-6.3.js';
export { design as linux612 } from './model/designs/linux-6.12.js';
export { design as linux618 } from './model/designs/linux-6.18.js';
export * from './model/errno.js';
export { pipeBuf, pipeFull, pipeOccupancy, slotAdd } from './model/linux/5.8/pipe.js';
export type { FunctionName, KernelFunctions } from './model/functions.js';
export * from './model/kernel.js';
export * from './model/lab.js';
export * from './model/mm.js';
export type { KernelRef } from './model/source.js';
export * from './model/uaccess.js';
export * from './model/vecs.js';
