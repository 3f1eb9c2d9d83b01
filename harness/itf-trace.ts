/** Reads a trace back from the Informal Trace Format that reports/itf.ts writes it in. */
import { UsageError } from './bounds-text.js';

/** A piece of text, and the line that it stands in. */
export interface Line {
  readonly text: string;
  readonly at: number;
}

export interface ItfParts {
  /** Headers of a trace, as in its text form. */
  readonly head: readonly (readonly [string, Line])[];
  readonly ops: readonly Line[];
}

const VERSION = 1;

/** No line of a trace begins so. */
export const isItf = (text: string): boolean => /^\s*\{/.test(text);

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(text: string, name: string): Json {
  try {
    const value = JSON.parse(text) as unknown;
    if (isObject(value)) return value;
  } catch (error) {
    throw new UsageError(
      `${name}: it begins like a trace in ITF, and is no JSON (${(error as Error).message}); write it again with --reporter itf:DIR`,
      { cause: error },
    );
  }
  throw new UsageError(`${name}: this is no trace in ITF; it has to be one JSON object`);
}

/** Lines of the file that a key stands in, in their order. */
function linesOf(lines: readonly string[], key: string): number[] {
  return lines.flatMap((line, n) => (line.includes(`"${key}":`) ? [n + 1] : []));
}

function metaOf(itf: Json, name: string): Json {
  const meta = itf['#meta'];
  const own = isObject(meta) ? meta.iovcheck : undefined;
  if (!isObject(own)) {
    throw new UsageError(
      `${name}: its #meta names no design, scenario and bounds of iovcheck; give a trace that --reporter itf:DIR has written`,
    );
  }
  if (own.version !== VERSION) {
    throw new UsageError(
      `${name}: this trace in ITF is version ${String(own.version)}, and this iovcheck reads version ${VERSION}; use another iovcheck`,
    );
  }
  return own;
}

export function readItf(text: string, name: string): ItfParts {
  const itf = parse(text, name);
  const { version: _version, ...own } = metaOf(itf, name);
  const lines = text.split('\n');
  const head = Object.entries(own).map(([key, value]): readonly [string, Line] => {
    // In the metadata, which comes first, and whose own part is the last of them.
    const at = linesOf(lines, key).find((n) => n > (linesOf(lines, 'iovcheck')[0] ?? 0)) ?? 1;
    return [key, { text: String(value), at }];
  });
  const { states } = itf;
  if (!Array.isArray(states) || states.length < 2) {
    throw new UsageError(`${name}: it has no states after the initial one; a trace is at least one op`);
  }
  const at = linesOf(lines, 'last_op');
  const ops = states.slice(1).map((state: unknown, n): Line => {
    const op = isObject(state) ? state.last_op : undefined;
    if (typeof op === 'string' && op !== '') return { text: op, at: at[n + 1] ?? 1 };
    throw new UsageError(
      `${name}: state ${n + 1} has no last_op; write the op that leads to it, e.g. pwrite fd=w size=1`,
    );
  });
  return { head, ops };
}
