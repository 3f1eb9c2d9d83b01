/**
 * C's integers on top of JavaScript's numbers: `size_t` and `unsigned` are 32-bit
 * unsigned here, `ssize_t` and `int` 32-bit signed, so that a negative errno stored
 * in a `size_t` is huge, as in C (seed 000: `size_t n; ... if (n > 0)`).
 */

/** Converts to `size_t` / `unsigned int` (32 bits in the model). */
export function sizeT(value: number): number {
  return value >>> 0;
}

/** Converts to `ssize_t` / `int` (32 bits in the model). */
export function ssizeT(value: number): number {
  return value | 0;
}

/** Bits that hold every value of 0..max. */
export function bitsFor(max: number): number {
  return max <= 0 ? 0 : 32 - Math.clz32(max);
}

/** DIV_ROUND_UP for non-negative operands. */
export function divRoundUp(n: number, d: number): number {
  return Math.floor((n + d - 1) / d);
}
