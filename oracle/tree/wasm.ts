/** The part of the global `WebAssembly` that is used here: lib.dom.d.ts has its types, and Node's have not. */

/** A compiled module. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: string;
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

export interface WasmGlobal {
  value: number;
}

export type Imports = Record<string, (...args: number[]) => unknown>;

interface Wasm {
  readonly Module: {
    new (bytes: Uint8Array): WasmModule;
    exports(module: WasmModule): { readonly name: string; readonly kind: string }[];
  };
  readonly Instance: new (
    module: WasmModule,
    imports: Record<string, Imports>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  /** What a trap throws. */
  readonly RuntimeError: new () => Error;
}

export const WebAssembly = (globalThis as unknown as { readonly WebAssembly: Wasm }).WebAssembly;
