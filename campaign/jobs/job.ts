/**
 * A job: one search of seconds to minutes. It names all that its result depends on, so that the same job has the same
 * result wherever and however often it is run; its key is the hash of that.
 */
import { createHash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import type { Part } from '../../check/part.js';
import type { CheckResult, EngineName, Minimality, Violation } from '../../harness/result.js';
import type { ViolationClass } from '../../harness/runner.js';
import type { ScenarioName } from '../../model/scenario.js';

/** What every job of a campaign has to agree on with whoever runs it. */
export interface Tool {
  readonly version: string;
  /** Hash of the spec, the judge, the rules and the engines. */
  readonly spec: string;
}

export interface Job extends Tool {
  /** As a trace names it, with the fixes that are taken out. */
  readonly design: string;
  /** Hash of its code, and of the kernels below it. */
  readonly code: string;
  readonly scenario: ScenarioName;
  /** In full, as a trace has them. */
  readonly bounds: string;
  /** The base of the design is searched: what careless callers break there says nothing of the design. */
  readonly onBase?: true;
  /** `corpus`: what others have found is made small. */
  readonly engine: EngineName;
  readonly seed: number;
  /** Absent for no limit. */
  readonly steps?: number;
  readonly runs?: number;
  /** Bytes for states. */
  readonly memory: number;
  readonly part?: Part;
  /** Of engine coverage: from 1. */
  readonly round?: number;
  /** Hash of its {@link Input}, where it has one. */
  readonly input?: string;
}

/** A class that is not known to be shortest. */
export interface Finding {
  readonly class: ViolationClass;
  readonly severity: Violation['severity'];
  readonly ops: readonly string[];
  readonly isAfterOthers: boolean;
  /** It is only taken again: how short it is known to be. */
  readonly word?: Minimality;
}

/** What a job begins with that others have found. */
export interface Input {
  /** Of engine coverage: the ops of traces. */
  readonly seeds?: readonly (readonly string[])[];
  /** Classes that need not be found again, as `invariant op function`. */
  readonly known?: readonly string[];
  /** Of engine corpus. */
  readonly findings?: readonly Finding[];
}

/** A run that met something new, and the bins that it adds to what was there when the job began. */
export interface Learned {
  readonly ops: readonly string[];
  readonly bins: readonly number[];
}

/** What a job came to. */
export interface Outcome {
  readonly result?: CheckResult;
  readonly learned?: readonly Learned[];
  /** One sentence, where it has no result, or one that ended badly. */
  readonly error?: {
    readonly isUsage: boolean;
    /** Nobody could do it: the next run tries it again. */
    readonly isLost?: true;
    readonly message: string;
  };
}

/** What is written down of a job that is done. Only `seconds` and `at` differ from run to run. */
export interface Done extends Outcome {
  readonly key: string;
  readonly job: Job;
  readonly seconds: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Its types say that it is a module; what is imported is the function. */
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string;

export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalize(value)).digest('hex');
}

const keys = new WeakMap<Job, string>();

export function keyOf(job: Job): string {
  const known = keys.get(job);
  if (known !== undefined) return known;
  const key = contentHash(job);
  keys.set(job, key);
  return key;
}

/** One job in words: `linux-6.1, packet: coverage, seed 2, round 1`. */
export function jobText({ design, scenario, engine, seed, part, round, onBase }: Job): string {
  if (engine === 'corpus') return `${design}, ${scenario}: making small what was found`;
  const which = part === undefined ? '' : `, part ${part.number} of ${part.of}`;
  const sown = engine === 'exhaustive' ? '' : `, seed ${seed}`;
  const where = onBase === true ? ', on its base' : '';
  return `${design}, ${scenario}: ${engine}${which}${sown}${round === undefined ? '' : `, round ${round}`}${where}`;
}
