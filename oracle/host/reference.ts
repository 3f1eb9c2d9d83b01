/**
 * The spec as the running kernel is compared with it: the functions of a design, called through the op table, over pages
 * of the machine's size that hold real contents. Nothing is judged here, and nothing is a state of a search: what counts
 * is what a call returns and which bytes it delivers.
 */
import { scenarioOf } from '../../model/scenario.js';
import type { ScenarioName } from '../../model/scenario.js';
import type { Bounds } from '../../model/bounds.js';
import type { Design } from '../../model/design.js';
import { Ghost } from '../../model/ghost.js';
import { Kernel, OOPS, UserBuffer } from '../../model/kernel.js';
import type { OpSpec, World } from '../../model/op.js';
import { OPS } from '../../model/ops/ops.js';
import { ringView } from '../../model/ring.js';
import { fillSpecFile } from './files.js';
import { makeVecs, vecTexts } from '../../model/vecs.js';

/** Where a read goes; a search clears it first, here only what is returned is looked at. */
class PlainBuffer extends UserBuffer {
  override empty(total: number): void {
    this.total = total;
  }
}

/** What a call of the spec returned that did not come back: beyond each errno. */
export const DIED = -5000;

export class Reference {
  readonly k: Kernel;
  readonly w: World;
  readonly design: Design;
  /** Ops of the scenario, in the order of the op table. */
  readonly specs: readonly OpSpec[];
  private readonly g: Ghost;
  private readonly contents: Uint8Array;

  /** `contents`: what byte n of all that is ever written is. */
  constructor(design: Design, bounds: Bounds, name: ScenarioName, contents: Uint8Array) {
    const scenario = scenarioOf(name, design.tmpPages);
    this.design = design;
    this.contents = contents;
    this.k = new Kernel(bounds, { ...design.functions }, scenario.needs);
    this.k.vecs = makeVecs(this.k);
    this.k.user = new PlainBuffer(this.k.readMax);
    this.g = new Ghost(bounds, scenario.needs);
    this.w = { design, bounds, scenario, ring: ringView(design.ring), vecTexts: vecTexts(bounds, scenario.needs) };
    this.specs = OPS.filter((spec) => spec.exists(this.w));
    this.reset();
  }

  /** Empty pipes, and a file that holds the first of the contents. */
  reset(): void {
    const { contents, k } = this;
    k.reset();
    if (k.needs.inodes === true) {
      fillSpecFile(k, 'f');
      return;
    }
    k.filePages.forEach((page, n) => page.data.set(contents.subarray(n * k.pageSize, (n + 1) * k.pageSize)));
  }

  /** Whether an op that asks may be taken now. */
  isAllowed(spec: OpSpec, a: number, b: number, c: number, d: number): boolean {
    return spec.ready(this.k, this.g, this.w) && spec.allowed?.(this.k, this.g, this.w, a, b, c, d) !== false;
  }

  /** What the spec returns. A write takes its bytes from byte `start` of the contents on; no byte is marked. */
  apply(spec: OpSpec, args: readonly number[], start: number): number {
    const { k, w } = this;
    k.beginOp();
    if (k.needs.inodes === true) fillSpecFile(k, 'g');
    const [a, b, c, d] = args;
    try {
      if (spec.name === 'pwrite') {
        // memcpy_to_page() takes byte n of a write from k.src[n - mark].
        k.src = k.needs.inodes === true ? this.contents.subarray(start) : this.contents;
        return spec.apply(k, w, a, b, -start, d);
      }
      const ret = spec.apply(k, w, a, b, c, d);
      if (spec.name === 'store' && ret === 0) this.store(a, b, start);
      return ret;
    } catch (thrown) {
      if (thrown === OOPS) return DIED;
      throw thrown;
    } finally {
      k.usePipe(0);
    }
  }

  /** A process has faulted a page in, and writes it: as a whole, from byte `start` of the contents on. */
  private store(pid: number, vpage: number, start: number): void {
    const { contents, k } = this;
    k.mms[pid].ptes[vpage].page?.data.set(contents.subarray(start, start + k.pageSize));
  }

  /** Why the last call did not come back. */
  get death(): string {
    return this.k.fatalWhy;
  }
}
