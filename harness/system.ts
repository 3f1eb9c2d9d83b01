/** What an engine sees of a design under test: choose an op, save, load. It never judges. */
export interface System {
  /** 32-bit words of an image. */
  readonly words: number;
  /** Ops that may ever be taken; an op is its index here. */
  readonly opCount: number;
  /** Back to the initial state. */
  reset(): void;
  load(from: Int32Array, at: number): void;
  /** False where a value fits no field; the step that led there was judged already. */
  save(to: Int32Array, at: number): boolean;
}
