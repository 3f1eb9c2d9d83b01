/** Byte counts in C. */
import { sizeText } from './text.js';

/** `2 * page - 1` */
export function sizeC(n: number): string {
  return sizeText(n).replace(/[*/+-]/g, ' $& ');
}
