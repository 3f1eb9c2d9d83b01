/** Most ops of a state lead to where another op of the same state has led already: which images of a batch are the same. */

/** A power of two, above the successors of most states. */
const SLOTS = 256;

export class Twins {
  /** Places in the batch, by image; those before `first` are of another state. */
  private readonly places = new Int32Array(SLOTS).fill(-1);
  private first = 0;

  /** From here on another state is expanded, and the next image has this place. */
  begin(place: number): void {
    this.first = place;
  }

  /** Another batch: nothing that was met lies where it lay. */
  forget(): void {
    this.first = 0;
    this.places.fill(-1);
  }

  /** The place of the first image of this state that is the one at `place`; its own where there is none. Rows are as begun. */
  of(images: Int32Array, words: number, rows: Int32Array, width: number, place: number): number {
    const { places } = this;
    const row = place * width;
    let h = 0;
    for (let p = 0; p < width; p++) h = Math.imul(h, 31) + rows[row + p];
    const slot = (h ^ (h >>> 15)) & (SLOTS - 1);
    const other = places[slot];
    if (other >= this.first && isSame(rows, other * width, row, width)) {
      if (isSame(images, other * words, place * words, words)) return other;
    }
    places[slot] = place;
    return place;
  }
}

function isSame(of: Int32Array, a: number, b: number, count: number): boolean {
  for (let n = 0; n < count; n++) if (of[a + n] !== of[b + n]) return false;
  return true;
}
