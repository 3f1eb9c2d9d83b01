/**
 * The same fields in the same order for every op: objects of one shape keep the calls
 * through the table from becoming megamorphic, which is worth a quarter of a search's time.
 */
function uniform(spec: OpSpec): OpSpec {
  const {
    name,
    help,
    args,
    fn,
    isQuery,
    mayBug,
    exists,
    ready,
    allowed,
    never,
    apply,
    isIdle,
    plain,
    account,
    promise,
  } = spec;
  return {
    name,
    help,
    args,
    fn,
    isQuery,
    mayBug,
    exists,
    ready,
    allowed,
    never,
    apply,
    isIdle,
    plain,
    account,
    promise,
  };
}

/** The one op table. Traces, engines, minimiser, reports and `list ops` all read it. */
import type { OpSpec } from '../op.js';
import { BIO_OPS } from './bio.js';
import { BLOCKING_OPS } from './blocking.js';
import { CARELESS_OPS } from './careless.js';
import { COPY_OPS } from './copies.js';
import { DMA_OPS } from './dma.js';
import { EXTRACT_OPS } from './extract.js';
import { IO_SPLICE_OPS } from './io-splice.js';
import { ITER_OPS } from './iter.js';
import { LIST_OPS } from './list-pages.js';
import { MOVE_OPS } from './move.js';
import { PIPE_OPS } from './pipe.js';
import { PROCESS_OPS } from './process.js';
import { QUERY_OPS } from './query.js';
import { REQUEST_OPS } from './request.js';
import { FILE_PIPE_OPS } from './file-pipe.js';
import { SENDFILE_OPS } from './sendfile.js';
import { SPLICE_OPS } from './splice.js';
import { SPLICE_PIPES_OPS } from './splice-pipes.js';
import { VEC_QUERY_OPS } from './vec-query.js';
import { VMSPLICE_OPS } from './vmsplice.js';

export const OPS: readonly OpSpec[] = [
  ...PIPE_OPS,
  ...ITER_OPS,
  ...REQUEST_OPS,
  ...SPLICE_OPS,
  ...SPLICE_PIPES_OPS,
  ...BLOCKING_OPS,
  ...QUERY_OPS,
  ...CARELESS_OPS,
  ...PROCESS_OPS,
  ...DMA_OPS,
  ...EXTRACT_OPS,
  ...BIO_OPS,
  ...MOVE_OPS,
  ...LIST_OPS,
  ...COPY_OPS,
  ...VEC_QUERY_OPS,
  ...IO_SPLICE_OPS,
  ...VMSPLICE_OPS,
  ...SENDFILE_OPS,
  ...FILE_PIPE_OPS,
].map(uniform);
