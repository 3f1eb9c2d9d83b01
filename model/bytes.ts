/** Bytes of pages and buffers. */

/** As many as are worth a call of the engine's own loop: pages of a real machine are, those of a search are not. */
const AT_ONCE = 64;

/** memcpy(to + at, from + start, len); nothing is past the end of either. */
export function copyBytes(to: Uint8Array, at: number, from: Uint8Array, start: number, len: number): void {
  if (len < AT_ONCE) for (let i = 0; i < len; i++) to[at + i] = from[start + i];
  else to.set(from.subarray(start, start + len), at);
}

/** memset(to, value, sizeof(to)) */
export function fillBytes(to: Uint8Array, value: number): void {
  if (to.length < AT_ONCE) for (let i = 0; i < to.length; i++) to[i] = value;
  else to.fill(value);
}
