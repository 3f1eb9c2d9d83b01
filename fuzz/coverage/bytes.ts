/**
 * jsfuzz's mutator over ops as bytes, two an op. Its draws go through two methods, which
 * are overridden with the seeded generator, so that a run repeats.
 *
 * jsfuzz is an optional dependency: without it the engine does with its own mutations of
 * ops, and says so.
 */
import type { Prng } from '../prng.js';
import { WIDTH, decodeOps, encodeOps } from './encoding.js';

/** What is used of jsfuzz's Corpus. */
interface Mutator {
  maxInputSize: number;
  mutate(buf: Buffer): Buffer;
}

type CorpusClass = new (folders: string[], onlyAscii: boolean) => Mutator & { rand(n: number): number };

export class ByteMutator {
  private readonly corpus: Mutator;
  private readonly opCount: number;

  constructor(corpus: Mutator, opCount: number, lengthMax: number) {
    this.corpus = corpus;
    this.opCount = opCount;
    this.corpus.maxInputSize = WIDTH * lengthMax;
  }

  /** Writes a mutant of the ops to `to`; how many there are. */
  mutate(ops: Int32Array, to: Int32Array): number {
    return decodeOps(this.corpus.mutate(encodeOps(ops)), this.opCount, to);
  }
}

/** jsfuzz's corpus, drawing from `prng`; undefined where jsfuzz is not installed, or an op does not fit its bytes. */
export async function byteMutator(prng: Prng, opCount: number, lengthMax: number): Promise<ByteMutator | undefined> {
  if (opCount > 2 ** (8 * WIDTH)) return undefined;
  let Corpus: CorpusClass;
  try {
    ({ Corpus } = (await import('jsfuzz/build/src/corpus.js')) as unknown as { Corpus: CorpusClass });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
  class SeededCorpus extends Corpus {
    override rand(n: number): number {
      return prng.below(n);
    }

    randBool(): boolean {
      return prng.below(2) === 1;
    }

    /** n with probability 1/2^(n+1), which jsfuzz reads off a string. */
    Exp2(): number {
      return Math.clz32(prng.below(2 ** 32));
    }
  }
  return new ByteMutator(new SeededCorpus([], false), opCount, lengthMax);
}
