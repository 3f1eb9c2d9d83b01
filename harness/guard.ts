/**
 * A design from outside is watched at its own functions: one that throws, or returns what
 * C could not, is a kernel that went wrong there. It is judged (`no-bug`), with its trace,
 * and the search goes on; nothing of it is an error of ours.
 */
import type { Design } from '../model/design.js';
import { DESIGNS } from '../model/designs/designs.js';
import type { FunctionName, KernelFunctions } from '../model/functions.js';
import { cName } from '../model/functions.js';
import type { Kernel, Page } from '../model/kernel.js';
import { OOPS } from '../model/kernel.js';
import { functionTable } from '../model/function-table.js';
import { UsageError } from './bounds-text.js';

type Kind<R> = [R] extends [boolean]
  ? 'boolean'
  : [R] extends [number]
    ? 'integer'
    : [R] extends [Page | null]
      ? 'page'
      : never;
type Returning = { [N in FunctionName]: Kind<ReturnType<KernelFunctions[N]>> extends never ? never : N }[FunctionName];

/** What each function returns that is not void; the type holds the list to KernelFunctions. */
const RETURNS: { readonly [N in Returning]: Kind<ReturnType<KernelFunctions[N]>> } = {
  anonPipeGetPage: 'page',
  canMerge: 'boolean',
  isPacketized: 'boolean',
  pipeRead: 'integer',
  pipeReadConsumed: 'integer',
  pipeWrite: 'integer',
  pipeReadv: 'integer',
  pipe2: 'integer',
  setfl: 'integer',
  iterIsIovec: 'boolean',
  iovForEach: 'integer',
  copyToIter: 'integer',
  copyPageToIter: 'integer',
  iovIterZero: 'integer',
  iovIterGetPages: 'integer',
  iovIterGetPagesAlloc: 'integer',
  iovIterNpages: 'integer',
  iovIterAlignment: 'integer',
  iovIterGapAlignment: 'integer',
  iovIterSingleSegCount: 'integer',
  dupIter: 'integer',
  copyFromIter: 'integer',
  copyFromIterNocache: 'integer',
  copyPageFromIter: 'integer',
  iovIterCopyFromUserAtomic: 'integer',
  csumAndCopyToIter: 'integer',
  csumAndCopyFromIter: 'integer',
  iovIterFaultInReadable: 'integer',
  copyToIterFull: 'integer',
  copyFromIterFull: 'integer',
  copyFromIterFullNocache: 'integer',
  csumAndCopyFromIterFull: 'integer',
  copyFromIterFlushcache: 'integer',
  copyMcToIter: 'integer',
  listFolioqPages: 'integer',
  copyMcPipeToIter: 'integer',
  copyPageToIterNofault: 'integer',
  faultInIovIterWriteable: 'integer',
  iovIterIsAligned: 'boolean',
  iovIterExtractPages: 'integer',
  iovIterExtractMode: 'integer',
  iovIterExtractWillPin: 'boolean',
  firstIovecSegment: 'integer',
  iovIterExtractFirstUserSegment: 'integer',
  iterXarrayGetPages: 'integer',
  iterFolioqGetPages: 'integer',
  iovIterExtractPipePages: 'integer',
  iovIterExtractXarrayPages: 'integer',
  iovIterExtractBvecPages: 'integer',
  iovIterExtractKvecPages: 'integer',
  iovIterExtractFolioqPages: 'integer',
  iovIterExtractUserPages: 'integer',
  iovIterExtractUserPagesAndGet: 'integer',
  iovIterExtractUserPagesAndPin: 'integer',
  getUserPagesFast: 'integer',
  pinUserPagesFast: 'integer',
  tryGrabFolio: 'boolean',
  gupMustUnshare: 'boolean',
  handleMmFault: 'integer',
  doWpPage: 'integer',
  wpCanReuse: 'boolean',
  folioMaybeDmaPinned: 'boolean',
  pageNeedsCowForDma: 'boolean',
  copyPresentPte: 'integer',
  dupMmap: 'integer',
  bioIovIterGetPages: 'integer',
  sanity: 'boolean',
  nextIdx: 'integer',
  allocated: 'boolean',
  pushPipe: 'integer',
  copyPageToIterPipe: 'integer',
  copyPipeToIter: 'integer',
  pipeZero: 'integer',
  pipeGetPages: 'integer',
  pipeGetPagesAlloc: 'integer',
  pipeGetPagesList: 'integer',
  pushAnon: 'page',
  lastOffset: 'integer',
  appendPipe: 'page',
  pipeNpages: 'integer',
  genericFileSpliceReadDone: 'integer',
  rwVerifyArea: 'integer',
  callReadIter: 'integer',
  callWriteIter: 'integer',
  genericFileSpliceReadFile: 'integer',
  spliceReadOwn: 'integer',
  spliceReadLender: 'integer',
  iterFileSpliceWrite: 'integer',
  doSpliceFrom: 'integer',
  doSpliceTo: 'integer',
  spliceDirectToActor: 'integer',
  directSpliceActor: 'integer',
  doSpliceDirect: 'integer',
  doSplice: 'integer',
  ioSplicePrep: 'integer',
  ioTeePrep: 'integer',
  ioSplice: 'integer',
  spliceDismissPipe: 'boolean',
  directSpliceReadConsumerActor: 'integer',
  doSpliceDirectReadConsumer: 'integer',
  doSendfile: 'integer',
  doSpliceFromFile: 'integer',
  doSpliceToFile: 'integer',
  spliceOpenFileToPipe: 'integer',
  defaultFileSpliceRead: 'integer',
  defaultFileSpliceWrite: 'integer',
  filemapSpliceRead: 'integer',
  copySpliceRead: 'integer',
  pipeBufGet: 'boolean',
  doSplicePipes: 'integer',
  splicePipeToPipe: 'integer',
  doTee: 'integer',
  linkPipe: 'integer',
  spliceFileToPipe: 'integer',
  fileSpliceRead: 'integer',
  spliceToPipe: 'integer',
  spliceFolioIntoPipe: 'integer',
  pipeSetSize: 'integer',
  roundPipeSize: 'integer',
  pipeResizeRing: 'integer',
  pipeIoctl: 'integer',
  vmspliceToPipe: 'integer',
  getIovecPageArray: 'integer',
  iterToPipe: 'integer',
  addToPipe: 'integer',
  vmspliceToUser: 'integer',
  spliceFromPipe: 'integer',
  spliceFromPipeNext: 'integer',
  spliceFromPipeFeed: 'integer',
  pipeToUser: 'integer',
  pipeBufConfirm: 'integer',
  pipeBufTrySteal: 'boolean',
  anonPipeBufTrySteal: 'boolean',
  genericPipeBufTrySteal: 'boolean',
  userPagePipeBufTrySteal: 'boolean',
  pageCachePipeBufTrySteal: 'boolean',
  removeMapping: 'boolean',
  fuseDevSpliceWrite: 'integer',
  fuseTryMovePage: 'integer',
  fuseCheckPage: 'boolean',
  portFopsSpliceWrite: 'integer',
  pipeToSg: 'integer',
  pipeReadable: 'boolean',
  pipeWritable: 'boolean',
  pipeWriteWasEmpty: 'boolean',
};

const WANTED = { integer: 'an integer', boolean: 'true or false', page: 'a page or null' } as const;

type AnyFunction = (k: Kernel, ...args: unknown[]) => unknown;

export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

function fits(kind: keyof typeof WANTED | undefined, value: unknown): boolean {
  switch (kind) {
    case 'integer':
      return Number.isInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'page':
      return typeof value === 'object';
    case undefined:
      return true;
  }
}

/** Whether what was returned is a promise; if it is rejected as well, that is not told once more. */
function isPromise(value: unknown): boolean {
  const then = (value as { then?: unknown } | null | undefined)?.then;
  if (typeof value !== 'object' || typeof then !== 'function') return false;
  Promise.resolve(value).catch(() => {});
  return true;
}

/** Functions of designs, by those that watch them. */
const watched = new WeakMap<object, object>();

/** The function as the design has it, whether or not it is watched. */
export function unguarded(fn: object): object {
  return watched.get(fn) ?? fn;
}

function guardFunction(name: FunctionName, fn: AnyFunction): AnyFunction {
  const kind = (RETURNS as Readonly<Record<string, keyof typeof WANTED | undefined>>)[name];
  const guard: AnyFunction = (k, ...args) => {
    let value: unknown;
    try {
      value = fn(k, ...args);
    } catch (error) {
      if (error === OOPS) throw error;
      return k.die('no-bug', cName(name), `${cName(name)}() of the design threw ${messageOf(error)}`);
    }
    if (isPromise(value)) {
      const why = `${cName(name)}() of the design returned a promise; what it does, it has to do before it returns`;
      return k.die('no-bug', cName(name), why);
    }
    if (fits(kind, value)) return value;
    const wanted = WANTED[kind ?? 'integer'];
    return k.die('no-bug', cName(name), `${cName(name)}() of the design returned ${String(value)}, not ${wanted}`);
  };
  watched.set(guard, fn);
  return guard;
}

function guardInvariant(design: string, added: Design['addedInvariants'][number]): Design['addedInvariants'][number] {
  const say = (what: string): UsageError =>
    new UsageError(`design '${design}': its invariant '${added.id}' ${what}; holds(k, g) has to return true or false`);
  return {
    ...added,
    holds(k, g) {
      let value: unknown;
      try {
        value = added.holds(k, g);
      } catch (error) {
        throw say(`threw ${messageOf(error)}`);
      }
      if (typeof value !== 'boolean') throw say(`returned ${String(value)}`);
      return value;
    },
  };
}

/** Every function of the designs that iovcheck brings. */
const OURS: ReadonlySet<unknown> = new Set(DESIGNS.flatMap((design) => Object.values(design.functions)));

/** The same design, with every function that is not one of ours watched. */
export function guardDesign(design: Design): Design {
  const functions = {} as Record<FunctionName, unknown>;
  for (const [name, fn] of Object.entries(design.functions)) {
    functions[name as FunctionName] = OURS.has(fn) ? fn : guardFunction(name as FunctionName, fn as AnyFunction);
  }
  return {
    ...design,
    functions: functionTable(functions),
    addedInvariants: design.addedInvariants.map((added) => guardInvariant(design.id, added)),
    without: (fixes) => guardDesign(design.without(fixes)),
    only: (names) => guardDesign(design.only(names)),
  };
}
