/** Mistakes that nobody made, in what the fuse device does with a page that it moves. */
import type { Mutant } from './mutants.js';
import { fn } from './mutants.js';

export const FUSE: readonly Mutant[] = [
  {
    name: 'a page is moved into the middle of a page of the request',
    override: {
      fuseTryMovePage(k, buf) {
        const ret = fn.fuseTryMovePage(k, buf);
        if (ret === 0) k.lending.stolen[k.lending.nrStolen - 1].at++;
        return ret;
      },
    },
    breaks: { 'returns-what-it-promised': 2 },
  },
];
