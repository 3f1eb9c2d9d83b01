import { LENT, WHO } from '../model/lending.js';
import type { Invariant, Judged } from './invariant.js';

/** Whose memory the byte was lent from, by what is known still. */
function lenderText({ k, g }: Judged): string {
  const { lending } = k;
  const who = (g.lenders[lending.wrongPipe][lending.wrongByte] & WHO) - 1;
  if (who < 0) return 'from memory that its lender does not have any more';
  return `by the ${who < k.bounds.vpages ? 'parent' : 'child'}, from its page ${who % k.bounds.vpages}`;
}

export const invariant: Invariant = {
  id: 'lent-data-is-the-lenders',
  statement:
    'What a pipe holds of a page that was vmspliced is what the lender had there, or wrote there since while it was mapped; never what another process wrote.',
  why: "A process reads what another one writes to private memory after it: CVE-2020-29374, a child that sees its parent's data.",
  source: [
    { tree: '17839856fd58', file: 'mm/gup.c', symbol: 'should_force_cow_break' },
    { tree: '09854ba94c6a', file: 'mm/memory.c', symbol: 'do_wp_page' },
    { tree: '6.3', file: 'tools/testing/selftests/mm/cow.c', symbol: 'child_vmsplice_memcmp_fn' },
  ],
  when: 'every-step',
  judges: 'step',
  severity: 'soft',
  needs: (needs) => needs.lends === true,
  holds: (s) => s.k.lending.wrongPipe < 0 || s.k.pipe !== s.k.pipes[s.k.lending.wrongPipe],
  explain(s) {
    const { wrongByte, wrongWriter } = s.k.lending;
    return `Byte ${wrongByte} of the pipe, lent ${lenderText(s)}, is now what the ${wrongWriter === 0 ? 'parent' : 'child'} has just written to its own memory.`;
  },
  marks({ k, w, g }) {
    const { wrongByte } = k.lending;
    let n = 0;
    for (let j = 0; j < w.ring.used(k); j++) {
      n += w.ring.slot(k, j).len;
      if (wrongByte < n && (g.lender[wrongByte] & LENT) !== 0) return [j];
    }
    return [];
  },
};
