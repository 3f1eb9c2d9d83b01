/** What a search in a worker tells the main thread, and what becomes of a design that throws. */
import type { MessagePort } from 'node:worker_threads';
import type { ExploreHooks } from '../check/explore.js';
import type { Heartbeat } from '../check/heartbeat.js';
import type { Columns } from '../check/state-index.js';
import type { Runner } from '../harness/runner.js';
import { DesignFault } from '../harness/runner.js';
import { cName } from '../model/functions.js';
import type { Message, RawClass, Search } from './protocol.js';

let mainThread: MessagePort | null = null;

/** From now on this thread is a worker of ours; elsewhere a port is somebody else's, and nobody is told. */
export function reportTo(port: MessagePort | null): void {
  mainThread = port;
}

export function post(message: Message): void {
  mainThread?.postMessage(message, []);
}

/** What lets another thread see at which op of an exhaustive search a design hangs. */
export function watch(heartbeat: Heartbeat): { hooks: ExploreHooks; columns: () => Columns | undefined } {
  let columns: Columns | undefined;
  const hooks: ExploreHooks = {
    beat: (state, op) => heartbeat.beat(state, op),
    onGrow: ({ parent, op }) => {
      columns = { parent, op };
      post({ kind: 'columns', columns });
    },
  };
  return { hooks, columns: () => columns };
}

export function isOfDesign(error: unknown): error is Error {
  return error instanceof DesignFault || error instanceof TypeError || error instanceof ReferenceError;
}

/**
 * An error in a user's design that the runner could not make a violation of: it is one, and
 * the end of the search. Any other error is thrown on.
 */
export function deadClass(
  error: unknown,
  runner: Runner,
  path: readonly number[] | undefined,
  ref: Search['ref'],
): RawClass {
  if (!isOfDesign(error) || ref.url === null || path === undefined) throw error;
  const { spec } = runner.ops[path[path.length - 1]];
  const fn = spec.fn === null ? spec.name : cName(spec.fn);
  const why =
    error instanceof DesignFault ? error.message : `${fn}() left what no kernel can go on from (${error.message})`;
  return {
    class: { invariant: 'no-bug', op: spec.name, function: fn },
    severity: 'fatal',
    path,
    minimality: 'raw',
    isAfterOthers: false,
    dead: why,
  };
}
