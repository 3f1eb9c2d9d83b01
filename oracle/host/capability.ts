/** The one right that a superuser has over an ordinary user in what is compared. */
import type { Libc } from './libc.js';
import { PAGE_SIZE, Region } from './memory.js';

const CAP_SYS_RESOURCE = 24;
const CAPABILITY_VERSION_3 = 0x20080522;

/** The thread gives up CAP_SYS_RESOURCE, with which F_SETPIPE_SZ knows no limit. */
export function dropResourceCapability(libc: Libc): void {
  const words = new Region(libc, PAGE_SIZE);
  const ints = new Uint32Array(words.bytes.buffer, words.bytes.byteOffset, 16);
  ints[0] = CAPABILITY_VERSION_3;
  const data = words.at + 8;
  if (libc.capget(words.at, data) === 0) {
    ints[2] &= ~(1 << CAP_SYS_RESOURCE); // effective
    libc.capset(words.at, data);
  }
  words.free();
}
