/** What no run has met before: for each counter, how often in one run, in eight steps from once to 128 times. */

/** Bit of the step that a count falls into. */
const BUCKET = new Uint8Array(256);
for (let n = 1; n < 256; n++) {
  BUCKET[n] = n < 4 ? 1 << (n - 1) : n < 8 ? 8 : n < 16 ? 16 : n < 32 ? 32 : n < 128 ? 64 : 128;
}

export class Novelty {
  private readonly seen: Uint8Array;
  /** Counters that were ever met. */
  size = 0;

  constructor(counters: number) {
    this.seen = new Uint8Array(counters);
  }

  /** The counter stands at `count`, above 0: 2 if it was never met, 1 if never so often, else 0. */
  note(counter: number, count: number): number {
    const was = this.seen[counter];
    const bit = BUCKET[count];
    if ((was & bit) !== 0) return 0;
    this.seen[counter] = was | bit;
    if (was !== 0) return 1;
    this.size++;
    return 2;
  }
}
