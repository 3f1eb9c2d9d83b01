/** All invariants; the position of a soft one is its bit in the image. */
import type { Invariant } from './invariant.js';
import { invariant as arrayHasOneOwner } from './array-has-one-owner.js';
import { invariant as bytesInOrder } from './bytes-in-order.js';
import { invariant as copiesWhatItSays } from './copies-what-it-says.js';
import { invariant as dmaTargetStaysAllocated } from './dma-target-stays-allocated.js';
import { invariant as lentDataIsTheLenders } from './lent-data-is-the-lenders.js';
import { invariant as memoryIsPrivate } from './memory-is-private.js';
import { invariant as pinsBalance } from './pins-balance.js';
import { invariant as sourceDataIsTheCallers } from './source-data-is-the-callers.js';
import { invariant as countConsumedExactly } from './count-consumed-exactly.js';
import { invariant as errorsHaveNoEffect } from './errors-have-no-effect.js';
import { invariant as everyLoopEnds } from './every-loop-ends.js';
import { invariant as internalPipeIsNeutral } from './internal-pipe-is-neutral.js';
import { invariant as noLostWakeup } from './no-lost-wakeup.js';
import { invariant as noBug } from './no-bug.js';
import { invariant as noUnwrittenByteReadable } from './no-unwritten-byte-readable.js';
import { invariant as noUseAfterFree } from './no-use-after-free.js';
import { invariant as noWarn } from './no-warn.js';
import { invariant as onlyGiftsAreMoved } from './only-gifts-are-moved.js';
import { invariant as packetBoundaries } from './packet-boundaries.js';
import { invariant as pageCacheWrittenOnlyByWriters } from './page-cache-written-only-by-writers.js';
import { invariant as pageListComplete } from './page-list-complete.js';
import { invariant as positionsAgree } from './positions-agree.js';
import { invariant as queriesChangeNothing } from './queries-change-nothing.js';
import { invariant as queriesMatchTheirDefinition } from './queries-match-their-definition.js';
import { invariant as refcountEqualsOwners } from './refcount-equals-owners.js';
import { invariant as retryMakesProgress } from './retry-makes-progress.js';
import { invariant as returnsWhatItPromised } from './returns-what-it-promised.js';
import { invariant as ringWellFormed } from './ring-well-formed.js';
import { invariant as sanity } from './sanity.js';
import { invariant as stolenPageHasOneOwner } from './stolen-page-has-one-owner.js';
import { invariant as valueOutOfRange } from './value-out-of-range.js';

export const INVARIANTS: readonly Invariant[] = [
  sanity,
  bytesInOrder,
  noUnwrittenByteReadable,
  countConsumedExactly,
  pageListComplete,
  refcountEqualsOwners,
  pageCacheWrittenOnlyByWriters,
  packetBoundaries,
  returnsWhatItPromised,
  arrayHasOneOwner,
  retryMakesProgress,
  ringWellFormed,
  queriesMatchTheirDefinition,
  queriesChangeNothing,
  noWarn,
  pinsBalance,
  dmaTargetStaysAllocated,
  memoryIsPrivate,
  sourceDataIsTheCallers,
  copiesWhatItSays,
  internalPipeIsNeutral,
  errorsHaveNoEffect,
  lentDataIsTheLenders,
  stolenPageHasOneOwner,
  onlyGiftsAreMoved,
  noLostWakeup,
  positionsAgree,
  noUseAfterFree,
  noBug,
  everyLoopEnds,
  valueOutOfRange,
];
