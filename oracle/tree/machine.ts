/**
 * The C of a tree beside one Kernel: an instance of the module, whose linear memory is scratch.
 * begin() writes what the C may see of the Kernel, end() reads it back; what the C calls is
 * answered by the model (imports.ts), on the Kernel itself. Pages, references, contents, page
 * tables and allocations are never copied: a struct page here is a name for one there.
 *
 * head and tail wrap at the width of the bounds, and in C at 32 bits: the C sees them so that
 * both come to the same (headOf).
 */
import type { IovIter, Kernel, Page, PipeBuffer } from '../../model/kernel.js';
import { ITER_PIPE, PipeBufOps } from '../../model/kernel.js';
import { edgesIn } from './edges.js';
import { FUEL, importsFor } from './imports.js';
import { IterForm } from './iter-form.js';
import type { Layout } from './layout.js';
import { readLayout } from './layout.js';
import type { TreeModule } from './module.js';
import { checkStatics, trapText } from './trouble.js';
import { Vectors } from './vectors.js';
import type { WasmGlobal, WasmMemory } from './wasm.js';
import { WebAssembly } from './wasm.js';

/** What a struct holds before a function fills it, so that a field that is left out shows. */
const POISON = 0xaa;

/** `pages[n]` that the C has not written. */
const UNWRITTEN = 0x5eed5eed;

/** Entries behind the caller's array that have to stay as they are. */
const GUARD = 4;

/** Words at address 0 that nobody may write: a NULL pointer and a field of it. */
const NULL_WORDS = 16;

export type CFunction = (...args: number[]) => number;

export class Machine {
  readonly k: Kernel;
  readonly layout: Layout;
  readonly c: Readonly<Record<string, CFunction>>;
  readonly vectors: Vectors;
  /** Where the counts of its edges lie. */
  readonly edges: ReturnType<typeof edgesIn>;
  i32 = new Int32Array(0);
  u8 = new Uint8Array(0);
  /** The function of the C that runs, for messages. */
  by = '';
  /** The iterator that it works on is one over a pipe. */
  isPipe = false;
  private readonly form: IterForm;
  private readonly memory: WasmMemory;
  private readonly stackPointer: WasmGlobal;
  private readonly stackTop: number;
  private readonly opsAt: number[];
  private readonly statics: TreeModule['statics'];
  private readonly pristine: readonly Uint8Array[];

  constructor(k: Kernel, module: TreeModule) {
    this.k = k;
    const { exports } = new WebAssembly.Instance(module.module, { iov: importsFor(this) });
    this.memory = exports.memory as WasmMemory;
    this.stackPointer = exports.__stack_pointer as WasmGlobal;
    this.stackTop = this.stackPointer.value;
    this.edges = edgesIn(exports);
    this.look();
    this.layout = readLayout(this.i32, (exports.iov_layout as WasmGlobal).value);
    this.c = Object.fromEntries(Object.entries(exports).filter(([, value]) => typeof value === 'function')) as Record<
      string,
      CFunction
    >;
    this.opsAt = Array.from({ length: 6 }, (_, n) => this.i32[this.layout.ops / 4 + n]);
    // Where fs/pipe.c is compiled, it installs ops of its own.
    this.enter('pipe_write');
    if (this.c.iov_anon_ops !== undefined) this.opsAt[PipeBufOps.Anon] = this.c.iov_anon_ops();
    this.vectors = new Vectors(this, (exports.__heap_base as WasmGlobal).value);
    this.form = new IterForm(this);
    this.writePages();
    this.statics = module.statics;
    this.pristine = this.statics.map(({ at, size }) => this.u8.slice(at, at + size));
  }

  private look(): void {
    this.i32 = new Int32Array(this.memory.buffer);
    this.u8 = new Uint8Array(this.memory.buffer);
  }

  /** Linear memory up to `end`. */
  reserve(end: number): void {
    const pages = Math.ceil((end - this.memory.buffer.byteLength) / 65536);
    if (pages > 0) this.memory.grow(pages);
    this.look();
  }

  /** mem_map: which folio a page belongs to, which never changes. */
  private writePages(): void {
    const { layout: L, k } = this;
    if (k.pages.length > L.pagesMax) throw new RangeError(`more than ${L.pagesMax} pages`);
    for (const page of k.pages) {
      const at = this.pageAt(page) / 4;
      this.i32[at] = this.pageAt(page.head);
      this.i32[at + 1] = page.head.hasTail ? 2 : 1;
    }
  }

  /** `struct page *` of a page. */
  pageAt(page: Page | null): number {
    return page === null ? 0 : this.layout.memMap + page.pfn * this.layout.pageBytes;
  }

  /** The page of a `struct page *`; one that is not there is a bug of the C. */
  pageOf(at: number): Page | null {
    if (at === 0) return null;
    const n = (at - this.layout.memMap) / this.layout.pageBytes;
    return this.k.pages[n] ?? this.k.die('no-bug', this.by, `${this.by}() names page ${n}, which does not exist`);
  }

  /** Before a call on `i`, as the first iterator. */
  begin(i: IovIter, by: string): void {
    this.enter(by);
    this.isPipe = i.flavour === ITER_PIPE;
    this.form.write(i, this.layout.iter0);
    if (this.isPipe) this.writePipe();
  }

  /** Before a call that fills the first iterator. */
  beginFresh(by: string, isPipe: boolean): void {
    this.enter(by);
    this.isPipe = isPipe;
    this.poison(this.layout.iter0);
    if (isPipe) this.writePipe();
  }

  /** Before a call on the pipe itself, with no iterator of the model's. */
  beginPipe(by: string): void {
    this.enter(by);
    this.isPipe = false;
    this.writePipe();
  }

  endPipe(): void {
    this.readPipe();
    this.checkLeft();
  }

  /** A struct iov_iter that nobody has filled. */
  poison(at: number): void {
    const { iter0, iter1 } = this.layout;
    this.u8.fill(POISON, at, at + iter1 - iter0);
  }

  private enter(by: string): void {
    this.by = by;
    this.i32[this.layout.fuel >> 2] = FUEL;
    this.i32[this.layout.faultsOff >> 2] = 0;
  }

  /** After a call on `i`. */
  end(i: IovIter): void {
    this.form.read(i, this.layout.iter0);
    if (this.isPipe) this.readPipe();
    this.checkLeft();
  }

  /** A duplicate, as dup_iter() left it; its vector is one that kmemdup() made, where it has an array. */
  readDuplicate(i: IovIter, at: number, hasArray: boolean): void {
    if (hasArray) this.vectors.checkDuplicate(i);
    this.form.read(i, at);
  }

  /** A head or tail as the C sees it: what lies before the model's wrap lies before 2^32. */
  headOf(n: number): number {
    const { tail } = this.k.pipe;
    return n >= tail ? (n - this.k.headMask - 1) | 0 : n;
  }

  private writePipe(): void {
    const { i32, layout: L, k } = this;
    const { pipe } = k;
    const p = L.pipe;
    i32[(p + L.pipeHead) >> 2] = this.headOf(pipe.head);
    i32[(p + L.pipeTail) >> 2] = this.headOf(pipe.tail);
    i32[(p + L.maxUsage) >> 2] = pipe.maxUsage;
    i32[(p + L.ringSize) >> 2] = pipe.ringSize;
    i32[(p + L.tmpPage) >> 2] = this.pageAt(pipe.tmpPage);
    i32[(p + L.pipeBufs) >> 2] = L.bufs;
    for (let n = 0, at = L.bufs; n < pipe.ringSize; n++, at += L.bufBytes) {
      const buf = pipe.bufs[n];
      i32[(at + L.bufPage) >> 2] = this.pageAt(buf.page);
      i32[(at + L.bufOffset) >> 2] = buf.offset;
      i32[(at + L.bufLen) >> 2] = buf.len;
      i32[(at + L.bufOps) >> 2] = this.opsAt[buf.ops];
      i32[(at + L.bufFlags) >> 2] = buf.flags;
    }
  }

  private readPipe(): void {
    const { i32, layout: L, k } = this;
    const { pipe } = k;
    const p = L.pipe;
    pipe.head = i32[(p + L.pipeHead) >> 2] & k.headMask;
    pipe.tail = i32[(p + L.pipeTail) >> 2] & k.headMask;
    pipe.maxUsage = i32[(p + L.maxUsage) >> 2] >>> 0;
    pipe.ringSize = i32[(p + L.ringSize) >> 2] >>> 0;
    this.readTmpPage();
    const slots = Math.min(pipe.bufs.length, pipe.ringSize);
    for (let n = 0, at = L.bufs; n < slots; n++, at += L.bufBytes) this.readBuf(pipe.bufs[n], at);
  }

  private readTmpPage(): void {
    const { k, layout: L } = this;
    const page = this.pageOf(this.i32[(L.pipe + L.tmpPage) >> 2]);
    // As in anonPipeBufRelease(): whoever takes it next has not written it.
    if (page !== k.pipe.tmpPage) page?.data.fill(0);
    k.pipe.tmpPage = page;
  }

  private readBuf(buf: PipeBuffer, at: number): void {
    const { i32, layout: L } = this;
    buf.page = this.pageOf(i32[(at + L.bufPage) >> 2]);
    buf.offset = i32[(at + L.bufOffset) >> 2] >>> 0;
    buf.len = i32[(at + L.bufLen) >> 2] >>> 0;
    const ops = i32[(at + L.bufOps) >> 2];
    if (ops !== this.opsAt[buf.ops]) buf.ops = this.opsOf(ops);
    buf.flags = i32[(at + L.bufFlags) >> 2] >>> 0;
  }

  private opsOf(at: number): number {
    const ops = this.opsAt.indexOf(at);
    return ops >= 0 ? ops : this.k.die('no-bug', this.by, `${this.by}() leaves a slot with ops that do not exist`);
  }

  /** The slot at an address of the C, as it stands there; `ops` is what was called through. */
  bufOf(at: number): PipeBuffer {
    const { layout: L, k } = this;
    const n = (at - L.bufs) / L.bufBytes;
    const buf = k.pipe.bufs[n];
    if (buf === undefined || !Number.isInteger(n)) {
      k.die('no-bug', this.by, `${this.by}() releases a slot that the ring does not have`);
    }
    this.readBuf(buf, at);
    this.readTmpPage();
    return buf;
  }

  /** What a release has changed of the slot, and of tmp_page. */
  writeBack(buf: PipeBuffer, at: number): void {
    const { i32, layout: L } = this;
    i32[(at + L.bufPage) >> 2] = this.pageAt(buf.page);
    i32[(at + L.bufFlags) >> 2] = buf.flags;
    i32[(L.pipe + L.tmpPage) >> 2] = this.pageAt(this.k.pipe.tmpPage);
  }

  /** The caller's array of pages, none of it written; its address, or NULL where it has no entries. */
  writeArray(): number {
    const { pagesArrayMax: max } = this.k;
    const { pages } = this.layout;
    if (max === 0) return 0;
    this.i32.fill(UNWRITTEN, pages >> 2, (pages >> 2) + max + GUARD);
    return pages;
  }

  /** What the C has written to the array. */
  readArray(): void {
    const { k, i32 } = this;
    const first = this.layout.pages >> 2;
    const max = k.pagesArrayMax;
    if (max === 0) return;
    for (let n = max; n < max + GUARD; n++) {
      if (i32[first + n] === UNWRITTEN) continue;
      k.die('no-bug', this.by, `${this.by}() writes entry ${n} of a page array of ${max}`);
    }
    for (let n = 0; n < max && n < k.pagesArray.length; n++) {
      const isWritten = i32[first + n] !== UNWRITTEN;
      k.isEntryWritten[n] = isWritten;
      if (isWritten) k.pagesArray[n] = this.pageOf(i32[first + n]);
    }
  }

  /** What the C may not leave behind. */
  private checkLeft(): void {
    for (let n = 0; n < NULL_WORDS; n++) {
      if (this.i32[n] === 0) continue;
      // Or every call from here on has done it.
      this.i32.fill(0, 0, NULL_WORDS);
      this.k.die('no-bug', this.by, `${this.by}() writes through a NULL pointer`);
    }
    if (this.statics.length > 0) checkStatics(this.u8, this.statics, this.pristine, this.by);
  }

  /** Whatever was thrown while the C ran, as what it is. */
  caught(error: unknown): never {
    this.stackPointer.value = this.stackTop;
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
      this.i32.fill(0, 0, NULL_WORDS);
      this.k.die('no-bug', this.by, `${this.by}() ${trapText(error.message)}`);
    }
    throw error;
  }
}
