/** The one op table. Traces, engines, minimiser, reports and `list ops` all read it. */
import type { OpSpec } from '../op.js';
import { CARELESS_OPS } from './careless.js';
import { ITER_OPS } from './iter.js';
import { PIPE_OPS } from './pipe.js';
import { QUERY_OPS } from './query.js';
import { REQUEST_OPS } from './request.js';
import { SPLICE_OPS } from './splice.js';

export const OPS: readonly OpSpec[] = [
  ...PIPE_OPS,
  ...ITER_OPS,
  ...REQUEST_OPS,
  ...SPLICE_OPS,
  ...QUERY_OPS,
  ...CARELESS_OPS,
];
