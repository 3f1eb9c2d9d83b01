/**
 * A 32-bit hash of some words: each times an odd constant of its own, added up, and mixed.
 * One multiplication a word that depends on no other: about half of what a mix between the
 * words costs. rows.ts writes the same out for rows of known width.
 */

/** An odd constant for each word; images have no more than a few dozen. */
export const FACTORS: readonly number[] = Array.from(
  { length: 256 },
  (_, n) => (Math.imul(n + 1, 0x9e3779b1) ^ (Math.imul(n + 7, 0x85ebca6b) >>> 13)) | 1,
);

/** The last step of a hash. */
export function mix(sum: number): number {
  let h = sum ^ (sum >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

export function hash(a: Int32Array, at: number, words: number): number {
  let sum = words;
  for (let i = 0; i < words; i++) sum = (sum + Math.imul(a[at + i], FACTORS[i & 255])) | 0;
  return mix(sum);
}
