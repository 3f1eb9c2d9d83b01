/**
 * Pages of an iterator listed beside copies, for designs that say so: the list of a folio_queue holds nothing, and is
 * thrown away; what stays is where the iterator stands, which may be the very end of a folio.
 */
import { ITER_FOLIOQ } from '../kernel.js';
import type { OpSpec } from '../op.js';
import { byteValues, bytesMax, isUsefulCount } from './copy.js';

const listPages: OpSpec = {
  name: 'iov_iter_extract_pages',
  help: 'list pages of a folio_queue, which holds nothing, between two copies',
  args: [
    { name: 'maxsize', values: byteValues },
    { name: 'maxpages', values: (w) => [Math.ceil(bytesMax(w) / w.bounds.page)] },
  ],
  fn: 'listFolioqPages',
  exists: (w) => w.scenario.copies && w.design.present.has('listFolioqPages'),
  ready: (k, g) => k.iter.active && k.iter.flavour === ITER_FOLIOQ && g.left > 0,
  allowed: (_k, g, w, maxsize) => maxsize > 0 && isUsefulCount(w, maxsize, g.left),
  apply(k, _w, maxsize, maxpages) {
    k.pagesArrayMax = maxpages;
    k.isEntryWritten.fill(false);
    return k.fn.listFolioqPages(k, k.iter, maxsize, maxpages);
  },
  promise(g, _k, _w, ret, maxsize) {
    const want = Math.min(maxsize, g.left);
    return ret === want ? '' : `${want}`;
  },
  account(g, _k, _w, ret) {
    g.left -= ret;
    g.pos += ret;
  },
};

export const LIST_OPS: readonly OpSpec[] = [listPages];
