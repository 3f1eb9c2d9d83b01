import type { Caller } from './caller.js';
import { Call, mayGoOn, mayReturn } from './caller.js';

/** A read_iter that fills holes: iov_iter_zero for them, copy_page_to_iter between, until short. */
export const zeroing: Caller = {
  id: 'zeroing',
  title: 'read_iter that fills holes with zeros',
  source: [{ tree: '4.9', file: 'fs/dax.c', symbol: 'dax_do_io' }],
  may(k, call) {
    if (call === Call.Zero || call === Call.CopyPage) return mayGoOn(k);
    return call === Call.Return && mayReturn(k);
  },
};
