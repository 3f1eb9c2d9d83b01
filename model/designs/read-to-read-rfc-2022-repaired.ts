/**
 * Seed 003 with its defects repaired, each by a named fix: one branch a fix, in a copy of the
 * document's function. Without any fix it is the document.
 *
 * No kernel has merged the patch, so that none of the fixes has a commit; `positions-of-files`
 * does for a NULL offset what 6.1 fs/splice.c do_splice() does, `drop-empty-slots` what
 * eat_empty_buffer() does for a reader of a pipe.
 */
import { EAGAIN, EBADF, EFAULT, EINVAL, ENOMEM } from '../errno.js';
import type { FixSet } from '../design.js';
import { defineDesign } from '../design.js';
import type { Loff, OpenFile } from '../files.js';
import { SPLICE_F_DIRECT, SPLICE_F_READ_TO_READ } from '../files.js';
import type { KernelFunctions } from '../functions.js';
import type { Kernel } from '../kernel.js';
import { READ } from '../kernel.js';
import { pipeOccupancy } from '../linux/5.8/pipe.js';
import { deref } from '../linux/6.1/read_write.js';
import { callSpliceRead, initSpliceDesc } from '../linux/6.1/splice_direct.js';
import { eatEmptyBuffers, fillArray } from '../linux/6.1/splice_write.js';
import { mayAllocate } from '../mm.js';
import { BOTH, CONSUMED_BY_READ, isConsumedByRead, design as posted } from './read-to-read-rfc-2022.js';

/** @kernel 003 fs/splice.c generic_file_splice_read */
function readInto(fix: FixSet, k: Kernel, file: OpenFile, ppos: Loff | null, len: number, flags: number): number {
  const isConsumer = (flags & BOTH) === BOTH && isConsumedByRead(k);
  if (!isConsumer) return posted.functions.genericFileSpliceReadFile(k, file, ppos, len, flags);
  const by = 'generic_file_splice_read';
  if (!mayAllocate(k)) return -ENOMEM;
  const bytes = fillArray(k, len, k.pipe.maxUsage);
  k.fn.iovIterBvec(k, k.iter, READ, k.splice.vec, bytes);
  k.splice.kiPos = deref(k, ppos, by).pos;
  let ret = k.fn.callReadIter(k, file, k.iter);
  k.iter.clear();
  if (ret > 0) {
    deref(k, ppos, by).pos = k.splice.kiPos;
    k.fn.spliceDismissPipe(k, ret);
  } else if (ret === -EFAULT && !fix['keep-efault']) {
    ret = -EAGAIN;
  }
  k.added[CONSUMED_BY_READ] = 0;
  return ret;
}

/** @kernel 003 fs/splice.c do_splice_to */
function spliceTo(fix: FixSet, ...args: Parameters<KernelFunctions['doSpliceTo']>): number {
  const [k, file, ppos, len, flags, consumer] = args;
  if (consumer !== true || !fix['whole-slots']) return posted.functions.doSpliceTo(...args);
  if (!file.isRead) return -EBADF;
  // The slots that there are limit what can be read, not how many they are.
  const ret = k.fn.rwVerifyArea(k, READ, file, ppos, len);
  if (ret < 0) return ret;
  return pipeOccupancy(k) === 0 ? 0 : callSpliceRead(k, file, ppos, len, flags);
}

/** @kernel 003 fs/splice.c do_splice_direct_read_consumer */
function readConsumer(fix: FixSet, ...args: Parameters<KernelFunctions['doSpliceDirectReadConsumer']>): number {
  const [k, file, ppos, out, opos, len, flags] = args;
  const by = 'do_splice_direct_read_consumer';
  const given = flags & BOTH;
  if (fix['both-flags'] ? given !== BOTH : given === 0) return -EINVAL;
  const sd = initSpliceDesc(k, ppos, out, opos, len, flags, by);
  if (!out.isRead) return -EBADF;
  if (out.spliceRead !== 'generic') return -EINVAL;
  let ret = k.fn.rwVerifyArea(k, READ, out, opos, len);
  if (ret < 0) return ret;
  ret = k.fn.spliceDirectToActor(k, file, sd, k.fn.directSpliceReadConsumerActor);
  if (fix['clear-the-flag']) k.added[CONSUMED_BY_READ] = 0;
  if (ret > 0) deref(k, ppos, by).pos = sd.pos;
  return ret;
}

/** Binds the functions to a set of fixes; done once, where the design is made. */
function repaired(fix: FixSet): Partial<KernelFunctions> {
  const own = fix['positions-of-files'];
  return {
    genericFileSpliceReadFile: (k, file, ppos, len, flags) => readInto(fix, k, file, ppos, len, flags),
    doSpliceTo: (...args) => spliceTo(fix, ...args),
    doSpliceDirectReadConsumer: (...args) => readConsumer(fix, ...args),
    /** @kernel 6.1 fs/splice.c eat_empty_buffer */
    spliceDismissPipe(k, bytes) {
      const needWakeup = posted.functions.spliceDismissPipe(k, bytes);
      if (fix['drop-empty-slots']) eatEmptyBuffers(k);
      return needWakeup;
    },
    /** @kernel 6.1 fs/splice.c do_splice: a NULL offset is the position of the file. */
    ioSplice: (k, file, offIn, out, offOut, len, flags) =>
      posted.functions.ioSplice(
        k,
        file,
        own ? (offIn ?? file.fPos) : offIn,
        out,
        own ? (offOut ?? out.fPos) : offOut,
        len,
        flags,
      ),
    /** @kernel 6.1 fs/splice.c tee: flags that it has none of are refused. */
    ioTeePrep: (k, flags) => {
      const isOther = (flags & (SPLICE_F_DIRECT | SPLICE_F_READ_TO_READ)) !== 0;
      return fix['tee-has-no-such-flag'] && isOther ? -EINVAL : posted.functions.ioTeePrep(k, flags);
    },
  };
}

export const design = defineDesign({
  id: 'read-to-read-rfc-2022-repaired',
  title: 'SPLICE_F_READ_TO_READ (seed 003), repaired',
  source: [{ tree: '003', file: 'fs/splice.c', symbol: 'do_splice_direct_read_consumer' }],
  base: posted,
  repairs: 'read-to-read-rfc-2022',
  fixes: {
    'both-flags': 'a call without both DIRECT and READ_TO_READ is refused before anything is done',
    'clear-the-flag': 'consumed_by_read is cleared however the call ends',
    'positions-of-files': 'an offset that is not given is the position of the file, as for any other splice',
    'keep-efault': "-EFAULT of the second read stays -EFAULT: it is not 'no room in the pipe'",
    'whole-slots': 'the second read takes slots as long as they are, also above a page',
    'drop-empty-slots': 'empty slots behind the last byte are released too',
    'tee-has-no-such-flag': 'IORING_OP_TEE refuses DIRECT and READ_TO_READ',
  },
  override: repaired,
});
