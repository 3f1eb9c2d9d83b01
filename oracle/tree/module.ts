/** What comes of compiling a tree: the module, and what the C itself keeps. */

import type { WasmModule } from './wasm.js';
import { WebAssembly } from './wasm.js';

/** A variable of the C that is written: in which file, and where it lies in linear memory, in bytes. */
export interface StaticVariable {
  readonly file: string;
  readonly name: string;
  readonly at: number;
  readonly size: number;
}

export interface TreeModule {
  readonly module: WasmModule;
  readonly statics: readonly StaticVariable[];
}

/** Names of the functions that it exports. */
export function exportedBy({ module }: TreeModule): ReadonlySet<string> {
  return new Set(WebAssembly.Module.exports(module).flatMap(({ name, kind }) => (kind === 'function' ? [name] : [])));
}
