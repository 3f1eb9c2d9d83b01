/** struct iov_iter: between the model's form, a vector and an entry of it, and the tree's, a pointer. */
import type { IovIter } from '../../model/kernel.js';
import {
  ITER_BVEC,
  ITER_DISCARD,
  ITER_FOLIOQ,
  ITER_IOVEC,
  ITER_KVEC,
  ITER_PIPE,
  ITER_UBUF,
  ITER_XARRAY,
  READ,
  WRITE,
} from '../../model/kernel.js';
import type { Layout } from './layout.js';
import type { Machine } from './machine.js';

/** Flavours of the model, and their entries of enum iter_type. */
const TYPES: readonly (readonly [number, keyof Layout])[] = [
  [ITER_IOVEC, 'iovec'],
  [ITER_KVEC, 'kvec'],
  [ITER_BVEC, 'bvec'],
  [ITER_PIPE, 'pipeType'],
  [ITER_XARRAY, 'xarray'],
  [ITER_DISCARD, 'discard'],
  [ITER_UBUF, 'ubuf'],
  [ITER_FOLIOQ, 'folioq'],
];

export class IterForm {
  private readonly m: Machine;
  /** enum iter_type by flavour, and back. */
  private readonly typeOf = new Uint8Array(256).fill(255);
  private readonly flavourOf: number[] = [];

  constructor(m: Machine) {
    this.m = m;
    for (const [flavour, name] of TYPES) {
      const type = m.layout[name];
      if (type < 0) continue;
      this.typeOf[flavour] = type;
      this.flavourOf[type] = flavour;
    }
  }

  write(i: IovIter, p: number): void {
    const { m } = this;
    const { layout: L, i32, u8 } = m;
    const { flavour } = i;
    u8[p + L.iterType] = this.typeOf[flavour];
    u8[p + L.nofault] = i.nofault ? 1 : 0;
    u8[p + L.dataSource] = i.type & WRITE;
    if (L.userBacked >= 0) u8[p + L.userBacked] = flavour === ITER_IOVEC || flavour === ITER_UBUF ? 1 : 0;
    i32[(p + L.count) >> 2] = i.count;
    if (flavour === ITER_PIPE) {
      i32[(p + L.lastOffset) >> 2] = i.lastOffset;
      i32[(p + L.pointer) >> 2] = L.pipe;
      i32[(p + L.head) >> 2] = m.headOf(i.head);
      i32[(p + L.startHead) >> 2] = m.headOf(i.startHead);
      return;
    }
    i32[(p + L.iovOffset) >> 2] = i.iovOffset;
    i32[(p + L.pointer) >> 2] = i.vec === null ? 0 : m.vectors.at(i.vec, flavour, i.seg);
    if (flavour === ITER_XARRAY) {
      i32[(p + L.xarrayStart) >> 2] = i.vec?.xarrayStart ?? 0;
      i32[(p + L.xarrayStart + 4) >> 2] = 0;
    } else i32[(p + L.nrSegs) >> 2] = flavour === ITER_FOLIOQ ? i.folioqSlot : i.segs;
  }

  /** `i` keeps its vector, which no function exchanges. */
  read(i: IovIter, p: number): void {
    const { m } = this;
    const { layout: L, i32, u8 } = m;
    const flavour = this.flavourOf[u8[p + L.iterType]] ?? this.unheld(`iter_type ${u8[p + L.iterType]}`);
    i.type = flavour | (u8[p + L.dataSource] === 0 ? READ : WRITE);
    i.nofault = u8[p + L.nofault] !== 0;
    i.count = i32[(p + L.count) >> 2] >>> 0;
    const pointer = i32[(p + L.pointer) >> 2] >>> 0;
    if (flavour === ITER_PIPE) {
      if (pointer !== L.pipe) this.unheld('a pointer to another pipe');
      i.lastOffset = i32[(p + L.lastOffset) >> 2];
      i.head = i32[(p + L.head) >> 2] & m.k.headMask;
      i.startHead = i32[(p + L.startHead) >> 2] & m.k.headMask;
      return;
    }
    i.iovOffset = i32[(p + L.iovOffset) >> 2] >>> 0;
    if (i.vec !== null) i.seg = this.segOf(i, flavour, pointer);
    if (flavour === ITER_FOLIOQ) i.folioqSlot = u8[p + L.folioqSlot];
    else if (flavour === ITER_XARRAY) {
      if (i.vec !== null && i32[(p + L.xarrayStart) >> 2] !== i.vec.xarrayStart) this.unheld('another xarray_start');
    } else if (flavour !== ITER_DISCARD) i.segs = i32[(p + L.nrSegs) >> 2] | 0;
  }

  private segOf(i: IovIter, flavour: number, pointer: number): number {
    if (i.vec === null) return 0;
    const seg = this.m.vectors.segOf(i.vec, flavour, pointer);
    return Number.isInteger(seg) ? seg : this.unheld('a pointer that is not to an entry of the vector');
  }

  private unheld(what: string): never {
    const { by, k } = this.m;
    return k.die('value-out-of-range', by, `${by}() leaves the iterator with ${what}`);
  }
}
