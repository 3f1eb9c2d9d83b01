import type { Caller } from './caller.js';
import { Call, mayGoOn, mayReturn } from './caller.js';

/** A read_iter that serves from the page cache: copy_page_to_iter until short. */
export const buffered: Caller = {
  id: 'buffered',
  title: 'read_iter that serves from the page cache',
  source: [{ tree: '4.9', file: 'mm/filemap.c', symbol: 'do_generic_file_read' }],
  may(k, call) {
    if (call === Call.CopyPage) return mayGoOn(k);
    return call === Call.Return && mayReturn(k);
  },
};
