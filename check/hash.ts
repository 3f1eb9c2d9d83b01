/** A 32-bit mix of some words (murmur3's finaliser between words). */
export function hash(a: Int32Array, at: number, words: number): number {
  let h = words;
  for (let i = 0; i < words; i++) {
    let x = Math.imul(a[at + i], 0xcc9e2d51);
    x = (x << 15) | (x >>> 17);
    h ^= Math.imul(x, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
