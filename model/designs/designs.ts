/** Every design that iovcheck brings, in chain order: a design comes after its base. */
import type { Design } from '../design.js';
import { design as extractPagesNoref } from './extract-pages-noref.js';
import { design as extractRfc2022Repaired } from './extract-rfc-2022-repaired.js';
import { design as extractRfc2022 } from './extract-rfc-2022.js';
import { design as alignedBvecOffset } from './history/aligned-bvec-offset.js';
import { design as atomicRedo } from './history/atomic-redo.js';
import { design as copyMcShort } from './history/copy-mc-short.js';
import { design as discCount } from './history/disc-count.js';
import { design as extractZeroSized } from './history/extract-zero-sized.js';
import { design as fionread16Bit } from './history/fionread-16-bit.js';
import { design as folioqPastEnd } from './history/folioq-past-end.js';
import { design as occupancy16Bit } from './history/occupancy-16-bit.js';
import { design as defaultReadFloor } from './history/default-read-floor.js';
import { design as iomapPipeLeak } from './history/iomap-pipe-leak.js';
import { design as revertBraino } from './history/revert-braino.js';
import { design as fuseReleasedFlags } from './history/fuse-released-flags.js';
import { design as fuseStolenPage } from './history/fuse-stolen-page.js';
import { design as resizeWrappedRing } from './history/resize-wrapped-ring.js';
import { design as spliceEmptyBuffer } from './history/splice-empty-buffer.js';
import { design as closeWakesOne } from './history/close-wakes-one.js';
import { design as resizeWakesEarly } from './history/resize-wakes-early.js';
import { design as writeStaleHead } from './history/write-stale-head.js';
import { design as sendfileShortActor } from './history/sendfile-short-actor.js';
import { design as sendfileToPipe } from './history/sendfile-to-pipe.js';
import { design as spliceFullLivelock } from './history/splice-full-livelock.js';
import { design as spliceToAppend } from './history/splice-to-append.js';
import { design as spliceToPipeFlags } from './history/splice-to-pipe-flags.js';
import { design as spliceToPipeLeak } from './history/splice-to-pipe-leak.js';
import { design as teeMerge } from './history/tee-merge.js';
import { design as teeRefOverflow } from './history/tee-ref-overflow.js';
import { design as xarrayGetpagesMath } from './history/xarray-getpages-math.js';
import { design as zeroPagePins } from './history/zero-page-pins.js';
import { design as linux33 } from './linux-3.3.js';
import { design as linux410 } from './linux-4.10.js';
import { design as linux48 } from './linux-4.8.js';
import { design as linux58 } from './linux-5.8.js';
import { design as linux61 } from './linux-6.1.js';
import { design as linux612 } from './linux-6.12.js';
import { design as linux618 } from './linux-6.18.js';
import { design as linux63 } from './linux-6.3.js';
import { design as packet2012Repaired } from './packet-2012-repaired.js';
import { design as packet2012 } from './packet-2012.js';
import { design as pipeIter2016CanMerge } from './pipe-iter-2016-can-merge.js';
import { design as pipeIter2016Repaired } from './pipe-iter-2016-repaired.js';
import { design as pipeIter2016 } from './pipe-iter-2016.js';
import { design as pipeIterMail2016 } from './pipe-iter-mail-2016.js';

import { design as readToReadRfc2022Repaired } from './read-to-read-rfc-2022-repaired.js';
import { design as readToReadRfc2022 } from './read-to-read-rfc-2022.js';

export const DESIGNS: readonly Design[] = [
  linux33,
  atomicRedo,
  packet2012,
  packet2012Repaired,
  linux48,
  pipeIterMail2016,
  pipeIter2016,
  pipeIter2016CanMerge,
  pipeIter2016Repaired,
  linux410,
  linux58,
  revertBraino,
  copyMcShort,
  defaultReadFloor,
  iomapPipeLeak,
  spliceFullLivelock,
  linux61,
  sendfileShortActor,
  sendfileToPipe,
  spliceToAppend,
  spliceEmptyBuffer,
  teeMerge,
  resizeWrappedRing,
  teeRefOverflow,
  spliceToPipeFlags,
  spliceToPipeLeak,
  fuseStolenPage,
  fuseReleasedFlags,
  closeWakesOne,
  resizeWakesEarly,
  writeStaleHead,
  xarrayGetpagesMath,
  discCount,
  extractPagesNoref,
  extractRfc2022,
  extractRfc2022Repaired,
  readToReadRfc2022,
  readToReadRfc2022Repaired,
  linux63,
  linux612,
  linux618,
  occupancy16Bit,
  fionread16Bit,
  extractZeroSized,
  alignedBvecOffset,
  folioqPastEnd,
  zeroPagePins,
];
