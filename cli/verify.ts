/** `iovcheck verify`: whether what a certificate says is still so. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../harness/bounds-text.js';
import { Status } from '../harness/verdict.js';
import { INVARIANTS } from '../invariants/invariants.js';
import { SCENARIOS } from '../model/scenario.js';
import type { CertifiedResult } from '../reports/certificate.js';
import { parseCertificate } from '../reports/certificate.js';
import type { Drift, Verification } from '../reports/verification.js';
import { verify as compare, verifyHashes } from '../reports/verification.js';
import { Hashes, ruleHash } from './certificate.js';
import { Errors, runAll } from './check.js';
import type { TreeOptions } from './designs.js';
import { resolveDesign, treeMeant } from './designs.js';
import type { DesignHashes, SpecHashes } from './hashes.js';
import { onInterrupt } from './interrupt.js';
import type { Job } from './jobs.js';
import { Jobs } from './jobs.js';
import type { DesignRef, TreeRef } from './load.js';
import { parseBudget, parseMemory, parseWhole } from './options.js';
import { print } from './output.js';
import type { Search } from './protocol.js';
import { designNamed } from './retrace-command.js';
import { lastLine, renderVerification, toVerifyJson } from './verify-text.js';

/** As commander hands them over. */
export interface RawVerifyOptions extends TreeOptions {
  readonly hashes?: boolean;
  readonly depth?: string;
  readonly budget?: string;
  readonly workers?: string;
  readonly memory?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

interface VerifyOptions extends Pick<Search, 'steps' | 'seconds' | 'memoryBytes'> {
  readonly onlyHashes: boolean;
  /** Levels of each search that are taken again. */
  readonly depth: number;
  readonly workers?: number;
  readonly isQuiet: boolean;
  readonly tree?: TreeRef;
}

/** A result, and the design that it is about as it is now. */
export interface Verified {
  readonly was: CertifiedResult;
  readonly verification: Verification;
}

function parseVerifyOptions(raw: RawVerifyOptions): VerifyOptions {
  const { steps, seconds, runs } = parseBudget(raw.budget);
  if (runs !== Number.POSITIVE_INFINITY) {
    throw new UsageError('--budget: a verification makes no runs; write steps or seconds, e.g. --budget 60s');
  }
  if (raw.hashes === true && (raw.depth ?? raw.budget) !== undefined) {
    throw new UsageError('--hashes: nothing is searched with it; leave --depth and --budget out');
  }
  return {
    onlyHashes: raw.hashes === true,
    depth: raw.depth === undefined ? Number.POSITIVE_INFINITY : parseWhole('--depth', raw.depth, 1, 2 ** 31 - 1),
    steps,
    seconds,
    memoryBytes: parseMemory(raw.memory),
    ...(raw.workers === undefined ? {} : { workers: parseWhole('--workers', raw.workers, 1, 1024) }),
    isQuiet: raw.quiet === true,
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `${path}: it can not be read (${(error as NodeJS.ErrnoException).code ?? String(error)}); name a certificate, such as check --certificate FILE writes`,
      { cause: error },
    );
  }
}

/** What a result rests on, then and now. `rules` were judged then. */
function driftOf(
  was: CertifiedResult,
  then: { spec: string; engine: string },
  now: SpecHashes,
  of: DesignHashes,
): Drift {
  const rules = new Map(was.invariants.map(({ id, hash }) => [id, hash]));
  const { needs } = SCENARIOS[was.scenario];
  const judged = INVARIANTS.filter((invariant) => invariant.needs?.(needs) !== false).map(({ id }) => id);
  const design = was.design.hash !== of.hash;
  // A rule that the design brings with it changes with the design, and is named with it.
  const isOwn = (id: string): boolean => rules.get(id) === was.design.hash;
  const known = (id: string): boolean => now.invariants.has(id) || isOwn(id);
  return {
    spec: then.spec !== now.spec,
    engine: then.engine !== now.engine,
    design,
    library: was.design.library !== of.library,
    changed: [...rules].flatMap(([id, hash]) =>
      known(id) && !isOwn(id) && hash !== ruleHash(id, now, of) ? [id] : [],
    ),
    added: judged.filter((id) => !rules.has(id)),
    removed: [...rules.keys()].filter((id) => !known(id)),
  };
}

/** As much of the search as the certificate speaks of, or as is asked for. */
function searchOf(ref: DesignRef, was: CertifiedResult, options: VerifyOptions): Search {
  const levels = was.exhausted ? Number.POSITIVE_INFINITY : Math.max(1, was.levels.length);
  const depth = Math.min(levels, options.depth);
  return {
    ref,
    onBase: false,
    scenario: was.scenario,
    bounds: was.bounds,
    engine: 'exhaustive',
    seed: 1,
    steps: options.steps,
    seconds: options.seconds,
    memoryBytes: options.memoryBytes,
    ...(depth === Number.POSITIVE_INFINITY ? {} : { depth }),
    timing: false,
    hasColour: false,
  };
}

type DesignNamed = CertifiedResult['design'];

/** The tree that stands in the design now; one that was there then has to be named. */
function treeOf(path: string, { tree: then }: DesignNamed, now: TreeRef | undefined): TreeRef | undefined {
  if (then === undefined || now !== undefined) return then === undefined ? undefined : now;
  throw new UsageError(
    `${path}: it is about the C of a kernel's tree, Linux ${then}; name the tree as well: --kernel-tree DIR`,
  );
}

async function refFor(path: string, design: DesignNamed, now: TreeRef | undefined): Promise<DesignRef> {
  const tree = treeOf(path, design, now);
  try {
    return (await resolveDesign(designNamed(design.name, path), design.without, tree)).ref;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${path}: the design that it is about can not be used: ${error.message}`, { cause: error });
  }
}

async function refsOf(
  path: string,
  results: readonly CertifiedResult[],
  tree: TreeRef | undefined,
): Promise<DesignRef[]> {
  const refs = new Map<string, DesignRef>();
  const out: DesignRef[] = [];
  for (const { design } of results) {
    const key = JSON.stringify([design.name, design.without, design.tree]);
    const ref = refs.get(key) ?? (await refFor(path, design, tree));
    refs.set(key, ref);
    out.push(ref);
  }
  return out;
}

function verified(was: CertifiedResult, job: Job | undefined, drift: Drift): Verified[] {
  const result = job?.report?.result;
  return result === undefined ? [] : [{ was, verification: compare(was, result, drift) }];
}

async function verifyAll(
  path: string,
  options: VerifyOptions,
  errors: Errors,
): Promise<{ readonly all: Verified[]; readonly missing: number; readonly signal: 'SIGINT' | 'SIGTERM' | undefined }> {
  const certificate = parseCertificate(read(path), path);
  const { results } = certificate;
  const refs = await refsOf(path, results, options.tree);
  const hashes = new Hashes();
  const then = { spec: certificate.spec, engine: certificate.engine.hash };
  const drifts: Drift[] = [];
  for (const [n, was] of results.entries()) drifts.push(driftOf(was, then, hashes.own, await hashes.of(refs[n])));
  if (options.onlyHashes) {
    const all = results.map((was, n) => ({ was, verification: verifyHashes(was, drifts[n]) }));
    return { all, missing: 0, signal: undefined };
  }
  const searches = results.map((was, n) => searchOf(refs[n], was, options));
  const jobs = new Jobs();
  const interrupt = onInterrupt(() => jobs.stop());
  const shown = searches.map((search) => ({ search, known: [], isPrologue: false }));
  const found = await runAll({ shown, searches }, jobs, options, errors, () => {});
  const signal = interrupt.done();
  const all = results.flatMap((was, n) => verified(was, found[n], drifts[n]));
  return { all, missing: results.length - all.length, signal };
}

function statusOf(all: readonly Verified[], missing: number, errors: Errors, signal?: 'SIGINT' | 'SIGTERM'): Status {
  const has = (outcome: Verification['outcome']): boolean =>
    all.some(({ verification }) => verification.outcome === outcome);
  if (signal !== undefined) return Status[signal];
  if (errors.internal > 0) return Status.Internal;
  if (errors.usage > 0) return Status.Usage;
  if (has('fails')) return Status.Violated;
  return has('in-part') || missing > 0 ? Status.CutShort : Status.Ok;
}

/** The whole command; returns its exit status. */
export async function verify(path: string, raw: RawVerifyOptions): Promise<number> {
  const tree = await treeMeant(raw);
  const options = { ...parseVerifyOptions(raw), ...(tree === undefined ? {} : { tree }) };
  const errors = new Errors();
  const { all, missing, signal } = await verifyAll(path, options, errors);
  const status = statusOf(all, missing, errors, signal);
  if (raw.json === true) print(`${JSON.stringify(toVerifyJson(all, status), null, 2)}\n`);
  else {
    const texts = all.map((one) => renderVerification(one, options.onlyHashes));
    print([...texts, `${lastLine(all, missing, status)}\n`].join('\n'));
  }
  return status;
}
