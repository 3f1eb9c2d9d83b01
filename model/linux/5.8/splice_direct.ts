/**
 * Splices between files and pipes on the free-running ring, 5.5 to 5.9: no more is asked for
 * than the pipe has room for; files without a splice_read or a splice_write still have a way.
 * In 5.8 who asks is splice_direct_to_actor() and do_splice(); here it is do_splice_to(), as
 * in 6.1.
 *
 * @kernel 5.8 fs/splice.c
 * @kernel 17614445576b fs/splice.c splice_direct_to_actor (5.0)
 * @kernel 3253d9d09337 fs/splice.c do_splice (5.5)
 */
import { EBADF } from '../../errno.js';
import type { KernelFunctions } from '../../functions.js';
import { READ } from '../../kernel.js';
import type { DirectMoves } from '../6.1/filemap.js';
import { directReadOf, inodeOf, revertRest } from '../6.1/filemap.js';
import { deref, readInode } from '../6.1/read_write.js';
import { sendfile61 } from '../6.1/sendfile.js';
import { spliceDirect61 } from '../6.1/splice_direct.js';
import { FEED_5_8, OUTLET_5_8, spliceFromPipe, spliceWrite } from '../6.1/splice_write.js';
import { readIntoPipe } from '../4.10/splice_direct.js';
import { pipeBuf, pipeFull, pipeOccupancy } from './pipe.js';

/** Past all that was asked for. */
export const moveByAll: DirectMoves['asked'] = (k, to, got) => k.fn.iovIterAdvance(k, to, got);

/** And back by what was not read. @kernel 5.8 fs/block_dev.c __blkdev_direct_IO_simple */
const directRead = directReadOf({ asked: moveByAll, filled: revertRest });

/** @kernel 5.8 fs/splice.c do_splice_to */
const doSpliceTo: KernelFunctions['doSpliceTo'] = (k, file, ppos, len, flags) => {
  if (!file.isRead) return -EBADF;
  len = Math.min(len, (k.pipe.maxUsage - pipeOccupancy(k)) * k.pageSize);
  const ret = k.fn.rwVerifyArea(k, READ, file, ppos, len);
  if (ret < 0) return ret;
  if (file.isCopied) return k.fn.defaultFileSpliceRead(k, file, deref(k, ppos, 'do_splice_to'), len);
  return k.fn.genericFileSpliceReadFile(k, file, ppos, len, flags);
};

/** @kernel 5.8 fs/splice.c default_file_splice_read */
const defaultFileSpliceRead: KernelFunctions['defaultFileSpliceRead'] = (k, file, ppos, len) =>
  readIntoPipe(k, file, ppos, len, pipeFull(k), (i) => pipeBuf(k, i.head));

export const spliceDirect58 = {
  doSpliceTo,
  defaultFileSpliceRead,
  spliceDirectToActor: spliceDirect61.spliceDirectToActor,
  spliceOpenFileToPipe: sendfile61.spliceOpenFileToPipe,
  /** @kernel 5.8 fs/splice.c iter_file_splice_write */
  iterFileSpliceWrite: (k, out, ppos, len) => spliceWrite(k, out, ppos, len, OUTLET_5_8),
  /** @kernel 5.8 fs/splice.c default_file_splice_write */
  defaultFileSpliceWrite: (k, out, ppos, len) => spliceFromPipe(k, out, ppos, len, FEED_5_8),
  callReadIter: (k, file, to) => readInode(k, file, inodeOf(k, file, 'read_iter'), to, directRead),
} satisfies Partial<KernelFunctions>;
