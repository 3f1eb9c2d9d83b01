/** Loads, saves and undoes, and knows what the state is an image of: an undo, or a question, need not save it again. */
import type { Ghost } from '../model/ghost.js';
import type { Codec } from '../model/image.js';
import type { Kernel } from '../model/kernel.js';

export class Images {
  private readonly codec: Codec;
  private readonly k: Kernel;
  private readonly g: Ghost;
  /** Where the image lies that was loaded last. */
  private from: Int32Array;
  private at = 0;
  /** The state is that one. */
  isLoaded = false;
  /** Where the state was saved since; null if it was not, or is another one now. */
  private saved: Int32Array | null = null;
  private to = 0;
  private readonly before: Int32Array;
  private readonly after: Int32Array;

  constructor(codec: Codec, k: Kernel, g: Ghost) {
    this.codec = codec;
    this.k = k;
    this.g = g;
    this.before = new Int32Array(codec.words);
    this.after = new Int32Array(codec.words);
    this.from = this.before;
  }

  load(from: Int32Array, at: number): void {
    this.codec.load(this.k, this.g, from, at);
    this.from = from;
    this.at = at;
    this.isLoaded = true;
    this.saved = null;
  }

  save(to: Int32Array, at: number): boolean {
    const fits = this.codec.save(this.k, this.g, to, at);
    this.saved = fits ? to : null;
    this.to = at;
    return fits;
  }

  /** load() of what was loaded last, for less if the state was saved since. */
  undo(): void {
    if (this.isLoaded) return;
    const { k, g, from, at, saved } = this;
    if (saved === null) this.codec.load(k, g, from, at);
    else this.codec.undo(k, g, from, at, saved, this.to);
    this.isLoaded = true;
    this.saved = null;
  }

  /** The state becomes another one. */
  forget(): void {
    this.isLoaded = false;
    this.saved = null;
  }

  /** Before a question: what it must leave is the image that was loaded, or one that is made here. */
  ask(): void {
    this.saved = null;
    if (!this.isLoaded) this.codec.save(this.k, this.g, this.before, 0);
  }

  /** Whether the question has left another state than it found. */
  hasChanged(): boolean {
    const { codec, after, isLoaded } = this;
    const from = isLoaded ? this.from : this.before;
    const at = isLoaded ? this.at : 0;
    codec.save(this.k, this.g, after, 0);
    for (let i = 0; i < after.length; i++) if (from[at + i] !== after[i]) return true;
    return false;
  }
}
