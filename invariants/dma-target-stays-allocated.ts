import type { Invariant, Judged } from './invariant.js';

/** The first entry of the request whose page is gone; -1 if none. */
function lostEntry(s: Judged): number {
  const { request } = s.k;
  if (!request.inFlight) return -1;
  for (let e = 0; e < request.nr; e++) {
    const page = request.page[e];
    if (page !== null && page.head.refcount === 0) return e;
  }
  return -1;
}

export const invariant: Invariant = {
  id: 'dma-target-stays-allocated',
  statement: 'A page that a device has been given to read or write is not freed before the device is done with it.',
  why: 'The device writes into memory that belongs to somebody else by then, or reads it.',
  source: [
    { tree: '33b3b041543e', file: 'fs/splice.c', symbol: '' },
    { tree: 'docs', file: 'Documentation/core-api/pin_user_pages.rst', symbol: '' },
  ],
  when: 'every-step',
  judges: 'state',
  severity: 'soft',
  holds: (s) => lostEntry(s) < 0,
  explain(s) {
    const e = lostEntry(s);
    const { request } = s.k;
    return `Page ${request.page[e]?.name ?? ''} is free, and the device still ${request.isSource ? 'reads' : 'writes'} it: entry ${e} of the request.`;
  },
};
