/** Which edges of the C were taken: bytes in linear memory that clang has put there, one an edge, and its code counts up. */
import type { Machine } from './machine.js';
import type { WasmGlobal } from './wasm.js';

/** First byte of linear memory, and the one behind the last. */
export interface EdgePlace {
  readonly from: number;
  readonly to: number;
}

/** By the symbols that the linker makes for the section; of a module without it there are none. */
export function edgesIn(exports: Readonly<Record<string, unknown>>): EdgePlace {
  const at = (name: string): number => (exports[name] as WasmGlobal | undefined)?.value ?? 0;
  return { from: at('__start___sancov_cntrs'), to: at('__stop___sancov_cntrs') };
}

/** The edges of one machine, by number from 0 on. */
export class Edges {
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  get length(): number {
    const { from, to } = this.machine.edges;
    return to - from;
  }

  /** Tells each edge that was taken since this was last asked. */
  drain(tell: (edge: number) => void): void {
    const { edges, i32, u8 } = this.machine;
    const { from, to } = edges;
    // A call takes few of them: four at a time are passed over.
    for (let word = from >> 2; word << 2 < to; word++) {
      if (i32[word] === 0) continue;
      for (let at = Math.max(from, word << 2); at < Math.min(to, (word + 1) << 2); at++) {
        if (u8[at] !== 0) tell(at - from);
      }
    }
    u8.fill(0, from, to);
  }
}
