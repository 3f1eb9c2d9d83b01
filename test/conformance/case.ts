/** One test case: it runs on every design that has what it needs, and throws where the design fails it. */
import type { Design, FunctionName, Lab, LabSize } from '#iov/index.js';
import { linux61, linux612, linux618, linux63 } from '#iov/index.js';

export interface Case {
  readonly name: string;
  /** Functions that the design has to have. */
  readonly needs: readonly FunctionName[];
  /** What the kernels have that fail it. */
  readonly unless?: readonly Trait[];
  readonly size?: LabSize;
  run(lab: Lab): void;
}

/**
 * What a kernel does otherwise, though it has the functions. `empty-ends-extraction`: it lacks
 * f741bd7178c9 (6.6). `any-direction`: it lacks a41dad905e5a (6.2). `bvecs-in-one-list`: it has e4e535bff2bc (6.13).
 */
export type Trait = 'empty-ends-extraction' | 'any-direction' | 'bvecs-in-one-list';

export interface UnderTest {
  readonly design: Design;
  readonly traits: readonly Trait[];
}

/** The kernels that the suite is run on; a further one needs an entry here. */
export const UNDER_TEST: readonly UnderTest[] = [
  { design: linux61, traits: ['any-direction'] },
  { design: linux63, traits: ['empty-ends-extraction'] },
  { design: linux612, traits: [] },
  { design: linux618, traits: ['bvecs-in-one-list'] },
];

/** The cases that a design has the functions for. */
export function possible({ design }: UnderTest, cases: readonly Case[]): readonly Case[] {
  return cases.filter(({ needs }) => needs.every((name) => design.present.has(name)));
}

/** Whether a design is known to fail a case. */
export function isExcused({ traits }: UnderTest, { unless = [] }: Case): boolean {
  return unless.some((trait) => traits.includes(trait));
}
