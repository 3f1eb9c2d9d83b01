/** What iterators point at, laid out in linear memory: arrays that never change, made when they are first met. */
import type { IovIter, Vec } from '../../model/kernel.js';
import { ITER_BVEC, ITER_FOLIOQ, ITER_UBUF, ITER_XARRAY } from '../../model/kernel.js';
import type { Machine } from './machine.js';

/** Entries of poison on both sides of an array: what is read there is no address and no length. */
const MARGIN = 2;
const POISON = 0x5a5a5a5a;

/** Bytes of a copy that kmemdup() makes. */
const DUP_BYTES = 1024;

export class Vectors {
  private readonly m: Machine;
  private end: number;
  /** By Vec.index; others by identity, and how many words of those there is room for. */
  private readonly bases: number[] = [];
  private readonly others = new Map<Vec, number>();
  private readonly room = new Map<Vec, number>();
  private readonly dup: number;
  /** The last copy: of what, and how many bytes. */
  private dupOf = 0;
  private dupBytes = 0;

  constructor(m: Machine, heap: number) {
    this.m = m;
    this.dup = (heap + 15) & ~15;
    this.end = this.dup + DUP_BYTES;
    m.reserve(this.end);
  }

  /** The pointer of an iterator that stands at entry `seg`. */
  at(vec: Vec, flavour: number, seg: number): number {
    if (flavour === ITER_BVEC && !this.isOfBounds(vec)) this.renew(vec);
    return this.base(vec, flavour) + seg * this.size(flavour);
  }

  /** The entry that a pointer is to; no whole number where it is to none. */
  segOf(vec: Vec, flavour: number, pointer: number): number {
    if (pointer >= this.dup && pointer <= this.dup + this.dupBytes) pointer += this.dupOf - this.dup;
    const bytes = pointer - this.base(vec, flavour);
    const size = this.size(flavour);
    return size === 0 ? (bytes === 0 ? 0 : Number.NaN) : bytes / size;
  }

  private size(flavour: number): number {
    const { layout: L } = this.m;
    if (flavour === ITER_UBUF || flavour === ITER_XARRAY) return 0;
    if (flavour === ITER_FOLIOQ) return L.folioqBytes;
    return flavour === ITER_BVEC ? L.bvecBytes : L.iovecBytes;
  }

  private base(vec: Vec, flavour: number): number {
    if (flavour === ITER_UBUF) return vec.iov[0]?.base ?? 0;
    const isOfBounds = this.isOfBounds(vec);
    const known = isOfBounds ? this.bases[vec.index] : this.others.get(vec);
    if (known !== undefined) return known;
    const base = this.lay(vec);
    if (isOfBounds) this.bases[vec.index] = base;
    else this.others.set(vec, base);
    return base;
  }

  /** One of those that ops name; they never change. */
  private isOfBounds(vec: Vec): boolean {
    return this.m.k.vecs[vec.index] === vec;
  }

  /** The array of a splice into a file is filled anew by each call. */
  private renew(vec: Vec): void {
    const base = this.others.get(vec);
    if (base === undefined) return;
    const words = this.bvecWords(vec);
    const room = this.room.get(vec) ?? 0;
    if (words.length > room) this.others.set(vec, this.lay(vec));
    else {
      this.m.i32.set(words, base / 4);
      this.m.i32.fill(POISON, base / 4 + words.length, base / 4 + room);
    }
  }

  private bvecWords({ bvec }: Vec): number[] {
    return bvec.flatMap(({ page, offset, len }) => [this.m.pageAt(page), len, offset]);
  }

  private lay(vec: Vec): number {
    if (vec.xarray.length > 0)
      return this.write([vec.xarray.length, ...vec.xarray.map((page) => this.m.pageAt(page))], 0);
    if (vec.folioq.length > 0) return this.layFolioqs(vec);
    if (vec.bvec.length > 0) {
      const words = this.bvecWords(vec);
      this.room.set(vec, words.length);
      return this.write(words, MARGIN * (this.m.layout.bvecBytes / 4));
    }
    return this.write(
      vec.iov.flatMap(({ base, len }) => [base, len]),
      MARGIN * (this.m.layout.iovecBytes / 4),
    );
  }

  /** Segments one behind the other, so that a pointer is a number of one. */
  private layFolioqs({ folioq }: Vec): number {
    const { m } = this;
    const { folioqBytes } = m.layout;
    const max = (folioqBytes / 4 - 3) / 2;
    const base = this.write(
      folioq.flatMap(({ slots }) => {
        if (slots.length > max) throw new RangeError(`more than ${max} folios in a folio_queue`);
        const fill = (of: readonly number[]): number[] => [...of, ...Array<number>(max - of.length).fill(0)];
        const pages = slots.map(({ page }) => m.pageAt(page));
        return [0, 0, slots.length, ...fill(pages), ...fill(slots.map(({ size }) => size))];
      }),
      0,
    );
    folioq.forEach((_, n) => {
      const at = (base + n * folioqBytes) / 4;
      m.i32[at] = n + 1 < folioq.length ? base + (n + 1) * folioqBytes : 0;
      m.i32[at + 1] = n > 0 ? base + (n - 1) * folioqBytes : 0;
    });
    return base;
  }

  private write(words: readonly number[], margin: number): number {
    const { m } = this;
    const first = this.end / 4;
    this.end += 4 * (words.length + 2 * margin);
    m.reserve(this.end);
    m.i32.fill(POISON, first, this.end / 4);
    m.i32.set(words, first + margin);
    return 4 * (first + margin);
  }

  /** kmemdup() of a vector, or part of one. */
  duplicate(from: number, bytes: number): number {
    const { m } = this;
    if (bytes > DUP_BYTES) m.k.die('no-bug', m.by, `${m.by}() duplicates ${bytes} bytes of a vector`);
    m.u8.copyWithin(this.dup, from, from + bytes);
    this.dupOf = from;
    this.dupBytes = bytes;
    return this.dup;
  }

  /** Whether the last copy holds what is left of the vector of `i`: whoever uses it would read behind its end. */
  checkDuplicate({ segs, flavour }: IovIter): void {
    const want = segs * this.size(flavour);
    if (this.dupBytes >= want) return;
    const { k, by } = this.m;
    k.die('no-bug', by, `${by}() duplicates ${this.dupBytes} bytes of a vector of ${want}: an access past the end`);
  }
}
