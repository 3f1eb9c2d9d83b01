/** A kernel with memory that never changes, and iterators over spans of it, for the tests of the old kernels. */
import { DEFAULT_BOUNDS } from '#iov/model/bounds.js';
import type { Design } from '#iov/model/design.js';
import { design as linux410 } from '#iov/model/designs/linux-4.10.js';
import { design as linux48 } from '#iov/model/designs/linux-4.8.js';
import { design as linux58 } from '#iov/model/designs/linux-5.8.js';
import type { Vec } from '#iov/model/kernel.js';
import { ITER_BVEC, ITER_IOVEC, ITER_KVEC, Kernel, OOPS, READ } from '#iov/model/kernel.js';

export const PAGE = 4;
export const BOUNDS = { ...DEFAULT_BOUNDS, page: PAGE, vpages: 4, segs: 3 };
export const KERNELS: readonly Design[] = [linux48, linux410, linux58];
export const FLAVOURS: readonly number[] = [ITER_IOVEC, ITER_KVEC, ITER_BVEC];
export const BY_NAME = [
  { name: 'iovec', flavour: ITER_IOVEC },
  { name: 'kvec', flavour: ITER_KVEC },
  { name: 'bvec', flavour: ITER_BVEC },
];

/** The kernel, with 1, 2, 3 ... in k.kbuf. Its table is its own: a test may replace a function. */
export function boot(design: Design, order = 0): Kernel {
  const k = new Kernel({ ...BOUNDS, order }, { ...design.functions }, { pipe: true, memory: 'fixed', mms: 1 });
  k.kbuf.forEach((_, n) => (k.kbuf[n] = n + 1));
  return k;
}

/** `3+2 8+4`: byte in the memory of the flavour, and bytes. Kernel addresses begin with the driver's pages, or at `base`. */
export function vecOf(k: Kernel, flavour: number, text: string, base = -1): Vec {
  const spans = text.split(' ').flatMap((span) => (span === '' ? [] : [span.split('+').map(Number)]));
  const isBvec = flavour === ITER_BVEC;
  const first = flavour !== ITER_KVEC ? 0 : base >= 0 ? base : k.driverPages[0].pfn * PAGE;
  return {
    index: -1,
    flavour,
    text,
    iov: isBvec ? [] : spans.map(([from, len]) => ({ base: first + from, len })),
    bvec: isBvec
      ? spans.map(([from, len]) => ({ page: k.driverPages[Math.floor(from / PAGE)], offset: from % PAGE, len }))
      : [],
    xarray: [],
    xarrayStart: 0,
    folioq: [],
    bytes: spans.reduce((sum, [, len]) => sum + len, 0),
  };
}

/** k.iter over the spans; a destination, and all of their bytes, unless told. */
export function over(k: Kernel, flavour: number, text: string, direction = READ, count = -1): void {
  const vec = vecOf(k, flavour, text);
  const bytes = count < 0 ? vec.bytes : count;
  if (flavour === ITER_IOVEC) k.fn.iovIterInit(k, k.iter, direction, vec, bytes);
  else if (flavour === ITER_KVEC) k.fn.iovIterKvec(k, k.iter, direction, vec, bytes);
  else k.fn.iovIterBvec(k, k.iter, direction, vec, bytes);
}

/** All bytes of the memory that the flavour walks over. */
export function memory(k: Kernel, flavour: number): number[] {
  return (flavour === ITER_IOVEC ? k.userPages : k.driverPages).flatMap(({ data }) => [...data]);
}

/** Memory in which each byte is 100 plus its place. */
export function numberMemory(k: Kernel): void {
  for (const pages of [k.userPages, k.driverPages])
    pages.forEach(({ data }, n) => data.forEach((_, at) => (data[at] = 100 + n * PAGE + at)));
}

/** Memory of zeros, but for the bytes given by place. */
export function bytesAt(places: Readonly<Record<number, number>>): number[] {
  const bytes = Array.from({ length: BOUNDS.vpages * PAGE }, () => 0);
  for (const [place, value] of Object.entries(places)) bytes[Number(place)] = value;
  return bytes;
}

/** `segment+offset count/segments left` */
export function where({ iter }: Kernel): string {
  return `${iter.seg}+${iter.iovOffset} ${iter.count}/${iter.nrSegs}`;
}

/** Which rule broke in which function, where C can not go on. */
export function oops(k: Kernel, run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error === OOPS) return `${k.fatal} ${k.fatalFunction}`;
    throw error;
  }
  return 'went on';
}
