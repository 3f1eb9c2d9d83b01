/**
 * Up to 6.4: the shared zero page is pinned like any other page. Each pin is 1024 references,
 * so that two million of them overflow its count: it looks free, and pins of pages that anybody
 * has read and not yet written fail. Here the counter has five bits, enough for any other page,
 * a pin is eight references, and two of them are enough.
 *
 * Two pages of two processes make a large search: give it a budget.
 *
 * @kernel c8070b787519 mm/gup.c try_grab_folio, gup_put_folio: the fix
 */
import { defineDesign } from '../../design.js';
import { gupPinsZeroPage } from '../../gup.js';
import { design as linux612 } from '../linux-6.12.js';

export const design = defineDesign({
  id: 'zero-page-pins',
  title: 'Linux 6.12, with pins of the zero page counted as up to 6.4',
  source: [{ tree: 'c8070b787519', file: 'mm/gup.c', symbol: 'pin_user_pages' }],
  history: { origins: [], fix: 'c8070b787519' },
  base: linux612,
  override: gupPinsZeroPage,
  bounds: { vpages: 2, files: 1, oom: 'off', contents: 'off', refbits: 5, bias: 8 },
  scenarios: ['fork-dma'],
  expect: { violates: [{ invariant: 'page-list-complete', steps: 3 }] },
});
