/** What ends a call of the C, in words. */
import { UsageError } from '../../harness/bounds-text.js';
import type { StaticVariable } from './module.js';

/** What a trap of WebAssembly means in C. */
export function trapText(message: string): string {
  if (/out of bounds/.test(message)) return 'touches an address where nothing is: an oops';
  if (/null function|table index|signature/.test(message))
    return 'calls through a pointer that is no function: an oops';
  if (/divide|remainder/.test(message)) return 'divides by zero';
  if (/stack/i.test(message)) return 'recurses until the stack is full';
  return `ends in a trap (${message})`;
}

/** The C keeps something that is no part of the Kernel, so that a state is more than what is saved of it. */
class StaticKept extends UsageError {
  constructor({ file, name, size }: StaticVariable, by: string) {
    super(
      `--kernel-tree: ${file} keeps '${name}' (${size} bytes) from call to call, and ${by}() has changed it: what is neither in the iterator nor in the pipe is no part of a state; take it out, or put it into a struct that is passed`,
    );
  }
}

/** Dies where a variable of the C is no more what it was when the module was made. */
export function checkStatics(
  u8: Uint8Array,
  statics: readonly StaticVariable[],
  pristine: readonly Uint8Array[],
  by: string,
): void {
  statics.forEach((variable, n) => {
    for (let b = 0; b < variable.size; b++) {
      if (u8[variable.at + b] !== pristine[n][b]) throw new StaticKept(variable, by);
    }
  });
}
