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

  /** The place of the first image of this state that is the one at `place`; its own where there is none. */
  of(images: Int32Array, words: number, place: number): number {
    const { places } = this;
    const at = place * words;
    let h = 0;
    for (let w = 0; w < words; w++) h = Math.imul(h, 31) + images[at + w];
    const slot = (h ^ (h >>> 15)) & (SLOTS - 1);
    const other = places[slot];
    if (other >= this.first && isSame(images, other * words, at, words)) return other;
    places[slot] = place;
    return place;
  }
}

function isSame(images: Int32Array, a: number, b: number, words: number): boolean {
  for (let w = 0; w < words; w++) if (images[a + w] !== images[b + w]) return false;
  return true;
}
