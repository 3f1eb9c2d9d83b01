/**
 * A design's functions as the object that `k.fn` is. An object of so many properties, added one by one, is a hash table
 * to the engine that runs it, and each call through it a search; made by one constructor it is a struct.
 */
import { ALL_FUNCTION_NAMES } from './function-names.js';
import type { FunctionName, KernelFunctions } from './functions.js';

type Functions = Readonly<Record<FunctionName, unknown>>;

const Table = new Function(
  `return class KernelFunctions { constructor(f) { ${ALL_FUNCTION_NAMES.map((name) => `this.${name} = f.${name};`).join(' ')} } }`,
)() as new (
  functions: Functions,
) => KernelFunctions;

export function functionTable(functions: Functions): KernelFunctions {
  return new Table(functions);
}
