/**
 * A small model of a pipe and an iterator over it, in the manner of model/: objects with the kernel's names. It is there
 * to measure what that manner costs: flat.ts makes the same functions over one typed array out of this text. Hence a few
 * habits: an element of an array of objects has a name before it is used, and what a function needs it is given.
 */
export const PAGE_SIZE = 4;
export const RING = 4;
export const FILES = 2;
export const POOL = 4;
export const COUNT = 12;

export const ANON = 1;
export const PACKET = 2;
export const CACHE = 3;
export const DEFAULT = 4;

export class Page {
  refcount = 0;
  readonly pfn: number;

  constructor(pfn: number) {
    this.pfn = pfn;
  }
}

export class PipeBuffer {
  page: Page | null = null;
  offset = 0;
  len = 0;
  ops = 0;
  flags = 0;
}

export class Pipe {
  curbuf = 0;
  nrbufs = 0;
  readonly bufs = Array.from({ length: RING }, () => new PipeBuffer());
}

export class IovIter {
  active = 0;
  idx = 0;
  iovOffset = 0;
  count = 0;
  /** Pages were asked for, and not yet advanced over. */
  pend = 0;
}

/** A page that somebody doing I/O holds. */
export class Held {
  page: Page | null = null;
}

export class World {
  readonly pages = Array.from({ length: FILES + POOL }, (_, pfn) => new Page(pfn));
  readonly pipe = new Pipe();
  readonly i = new IovIter();
  readonly held = [new Held(), new Held()];
}
