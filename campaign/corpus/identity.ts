/** What makes two traces the same one, and the name of the file that one is kept in. */
import { createHash } from 'node:crypto';
import { formatTrace } from '../../harness/trace.js';
import type { Trace } from '../../harness/trace.js';

/** Digits of the hash in a name; all of them where another trace has the name already. */
const DIGITS = 12;
const PREFIX_MAX = 120;

/** The design, where, and what is done, and what breaks; not who found it when, nor how short it was proved to be. */
export function identityOf({ design, scenario, bounds, ops, violates }: Trace): string {
  return formatTrace({ design, scenario, bounds, ops, ...(violates === undefined ? {} : { violates }) });
}

/** `packet-2012.packet.packet-boundaries.pwrite.0f3a1b2c3d4e.trace` */
export function fileNameOf(trace: Trace, isLong = false): string {
  const { design, scenario, violates } = trace;
  const id = design.replace(/^.*[\\/]/, '').replace(/\.(ts|mts|js|mjs)( |$)/, '$2');
  const what = violates === undefined ? 'seed' : `${violates.invariant}.${violates.op}`;
  const prefix = `${id}.${scenario}.${what}`.replace(/[^\w.-]+/g, '_').replace(/^[.-]/, '_');
  const hash = createHash('sha256').update(identityOf(trace)).digest('hex');
  return `${prefix.slice(0, PREFIX_MAX)}.${isLong ? hash : hash.slice(0, DIGITS)}.trace`;
}

const WORDS = ['raw', '1-minimal', 'shortest'] as const;

/** How much is known of a trace's length. */
export function rankOf({ minimality }: Trace): number {
  return minimality === undefined ? -1 : WORDS.indexOf(minimality);
}
