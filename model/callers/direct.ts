import type { Caller } from './caller.js';
import { Call, mayGoOn, mayReturn } from './caller.js';

/**
 * A read_iter that does direct I/O and serves the rest from the page cache. To 4.11 it
 * works on a struct copy of the iterator and advances the original by what was read;
 * since 4.12 it reverts what was not (contract.directIo says which).
 */
export const direct: Caller = {
  id: 'direct',
  title: 'read_iter that does direct I/O, then serves the rest from the page cache',
  source: [
    { tree: '4.9', file: 'mm/filemap.c', symbol: 'generic_file_read_iter' },
    { tree: '6.1', file: 'mm/filemap.c', symbol: 'generic_file_read_iter' },
  ],
  may(k, call) {
    const { isDirectDone, isStopped } = k.caller;
    if (call === Call.GetPages) return !isDirectDone && !isStopped;
    if (call === Call.CopyPage) return isDirectDone && mayGoOn(k);
    return call === Call.Return && mayReturn(k);
  },
};
