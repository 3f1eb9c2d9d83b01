/** One call at real size: what it returns on the design, and what it has to return. */
import type { RealOp, RealRun } from '../../harness/real-size.js';
import { formatReturn } from '../../model/errno.js';
import { owedToRead } from '../../model/owed.js';
import { fileBytes, lookAtFile } from './probes.js';
import { bytesText, letterOf, sizeText } from './text.js';

/** A piece of user memory: where it begins, and how long it is, in bytes. */
export interface Segment {
  readonly base: number;
  readonly len: number;
}

/** One call of the program. */
export interface PlanStep {
  readonly op: RealOp;
  /** What it returns on the design, as the program prints it. */
  readonly design: string;
  /** What it has to return; the same where the design keeps the rules in it. `!x`: anything but x. */
  readonly rule: string;
  /** What it returns on a design that keeps the rules, where that is another value that is right. */
  readonly fork?: string;
  /** Not of the trace: it looks at what the last step has left. */
  readonly isProbe: boolean;
  /** A design that has the bug does not come back. */
  readonly isFatal: boolean;
  /** Its choice was met: the buffer faulted where it was to. */
  readonly isMet: boolean;
  /** What the bytes of a write() are. */
  readonly letter: string;
  /** Of a vector of user memory that is lent, its segments. */
  readonly segments?: readonly Segment[];
  /** Ids of the rules that do not hold after it. */
  readonly broken: readonly string[];
}

/** Rules that a return value breaks, and nothing else. */
const OF_RETURNS: ReadonlySet<string> = new Set([
  'returns-what-it-promised',
  'retry-makes-progress',
  'queries-match-their-definition',
]);

/** The design does in it what the rules forbid. */
export const isDecisive = ({ design, rule }: PlanStep): boolean => design !== rule;

/** Ops that give their caller bytes. */
export const isRead = ({ spec }: RealOp): boolean =>
  spec.fn === 'pipeRead' || spec.fn === 'pipeReadv' || spec === lookAtFile;

/**
 * Whether bytes of pipes are followed at real size: not beside files of their own, nor where tasks sleep, nor of memory
 * that its owner may write.
 */
export const isFollowed = ({ w: { scenario } }: RealRun): boolean =>
  scenario.needs.tasks !== true && scenario.needs.inodes !== true && scenario.needs.lends !== true;

const showsBytes = (run: RealRun, op: RealOp): boolean => isRead(op) && isFollowed(run);

/** The pipe that a read() takes from. */
function pipeOfRead({ spec, args }: RealOp): number {
  const at = spec.args.findIndex(({ name }) => name === 'pipe');
  return at < 0 ? 0 : args[at];
}

const sizeOf = ({ spec, args }: RealOp): number => args[spec.args.findIndex(({ name }) => name === 'size')];

const readText = (bytes: Uint8Array): string => `${sizeText(bytes.length)} ${bytesText(bytes)}`;

/** What a read() has to return, and the bytes that it has to give, from what is owed. */
function owedText(run: RealRun, op: RealOp): string {
  const { g } = run;
  if (op.spec === lookAtFile) return readText(fileBytes(run));
  g.select(pipeOfRead(op));
  const n = owedToRead(g, sizeOf(op));
  const bytes = g.tag.slice(0, n);
  g.select(0);
  return n === 0 ? '-EAGAIN' : readText(bytes);
}

/** `2`, `-EAGAIN`: the return that a promise names, where it names one. */
function promised(text: string): string | undefined {
  const [, word, rest] = /^(-[A-Z]+|\d+)(.*)$/.exec(text) ?? [];
  if (word === undefined || rest.startsWith(' or') || rest.startsWith(',')) return undefined;
  return word.startsWith('-') ? word : sizeText(Number(word));
}

/** A return as programs print it. */
export const returnText = (ret: number): string => (ret > 0 ? sizeText(ret) : formatReturn(ret));

/** Copied: the vectors are the run's own. */
function segmentsOf({ k }: RealRun, { spec, args }: RealOp): Segment[] {
  const vec = args[spec.args.findIndex(({ name }) => name === 'buffer')];
  return k.vecs[vec].iov.map(({ base, len }) => ({ base, len }));
}

/** Takes an op. `rule`: the one that has to break in it. */
export function takeStep(run: RealRun, op: RealOp, rule: string | undefined, isJudged = true): PlanStep {
  const hasBytes = showsBytes(run, op);
  const owed = hasBytes ? owedText(run, op) : '';
  const { ret, isMet, unkept, broken } = run.take(op, isJudged);
  const isFatal = run.k.fatal !== '';
  const data = hasBytes && ret > 0 ? ` ${bytesText(run.delivered(ret))}` : '';
  const design = isFatal ? 'does not return' : `${returnText(ret)}${data}`;
  const isBroken = unkept !== '' || (rule !== undefined && broken.includes(rule) && OF_RETURNS.has(rule));
  let right = design;
  if (hasBytes && !run.k.isFaultHit && owed !== design) right = owed;
  else if (isBroken || isFatal) right = promised(unkept) ?? `!${design}`;
  return {
    op,
    design,
    rule: right,
    isProbe: false,
    isFatal,
    isMet,
    letter: letterOf(run.byte),
    broken,
    ...(op.spec.fn === 'vmspliceToPipe' ? { segments: segmentsOf(run, op) } : {}),
  };
}
