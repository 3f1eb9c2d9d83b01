/** Sizes and bytes as a program prints them: the C of it is in c-parts.ts, and has to print the same. */
import { FILE_BYTE, FIRST_BYTE, MARKED_BYTE, REAL_PAGE } from '../../harness/real-size.js';

export type Bytes = Uint8Array;

/** A fraction of a page in lowest terms: sixteenths are all that a model page is cut into. */
function sixteenths(n: number): [number, number] {
  let [over, under] = [(n * 16) / REAL_PAGE, 16];
  while (over % 2 === 0 && under > 1) [over, under] = [over / 2, under / 2];
  return [over, under];
}

/** `1`, `page`, `2*page`, `page-1`, `page+1`, `3*page/4`: whatever a page is. */
export function sizeText(n: number): string {
  if (n < REAL_PAGE / 16) return String(n);
  if (n % (REAL_PAGE / 16) === 0) {
    const [over, under] = sixteenths(n);
    return `${over === 1 ? '' : `${over}*`}page${under === 1 ? '' : `/${under}`}`;
  }
  const pages = Math.round(n / REAL_PAGE);
  const rest = n - pages * REAL_PAGE;
  return `${pages === 1 ? '' : `${pages}*`}page${rest < 0 ? '-' : '+'}${Math.abs(rest)}`;
}

/** What a byte is printed as: a letter for each call that wrote some. */
export function letterOf(value: number): string {
  if (value === 0) return '?';
  if (value === FILE_BYTE) return 'F';
  if (value === MARKED_BYTE) return '*';
  return String.fromCharCode('a'.charCodeAt(0) + value - FIRST_BYTE);
}

/** Runs of one letter: `ab`, `aaa`, `a{page}b`. */
export function bytesText(bytes: Bytes): string {
  let out = '';
  for (let n = 0; n < bytes.length; ) {
    let end = n;
    while (end < bytes.length && bytes[end] === bytes[n]) end++;
    const letter = letterOf(bytes[n]);
    out += end - n <= 3 ? letter.repeat(end - n) : `${letter}{${sizeText(end - n)}}`;
    n = end;
  }
  return out;
}
