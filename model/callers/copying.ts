import type { Caller } from './caller.js';
import { Call, mayGoOn, mayReturn } from './caller.js';

/** A read_iter that copies what it has made elsewhere: copy_to_iter until short. */
export const copying: Caller = {
  id: 'copying',
  title: 'read_iter that copies from a buffer of its own',
  source: [{ tree: '4.9', file: 'fs/fuse/file.c', symbol: 'fuse_direct_io' }],
  may(k, call) {
    if (call === Call.CopyToIter) return mayGoOn(k);
    return call === Call.Return && mayReturn(k);
  },
};
