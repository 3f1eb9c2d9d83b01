/** Calls on two pipes of a design, one by one, at a page of 16 bytes; nothing is judged. */
import { parseBounds } from '#iov/harness/bounds-text.js';
import { Runner } from '#iov/harness/runner.js';
import { designOf } from '../search.js';

export const P = 16;
export const A = 0;
export const B = 1;

/** The calls of a row, on pipes of so many slots each. */
export class Rig {
  readonly runner: Runner;

  constructor(design: string, a = 4, b = 4) {
    const bounds = parseBounds(`page=${P},ring=8,files=4,oom=off,contents=off`);
    this.runner = new Runner(designOf(design), bounds, 'splice');
    this.size(A, a * P);
    this.size(B, b * P);
  }

  private on(pipe: number): Runner['k'] {
    const { k } = this.runner;
    k.beginOp();
    k.usePipe(pipe);
    return k;
  }

  /** The user's buffer faults at byte `fault`, never if negative. */
  write(pipe: number, bytes: number, fd = 0, fault = -1): number {
    const k = this.on(pipe);
    k.user.total = bytes;
    k.user.fault = fault;
    return k.fn.pipeWrite(k, bytes, fd);
  }

  packet(pipe: number, bytes: number): number {
    return this.write(pipe, bytes, 1);
  }

  read(pipe: number, bytes: number, fault = -1): number {
    const k = this.on(pipe);
    k.user.total = bytes;
    k.user.fault = fault;
    return k.fn.pipeRead(k, bytes);
  }

  fionread(pipe: number): number {
    const k = this.on(pipe);
    return k.fn.pipeIoctl(k);
  }

  size(pipe: number, bytes: number): number {
    const k = this.on(pipe);
    return k.fn.pipeSetSize(k, bytes);
  }

  file(pos: number, pipe: number, bytes: number): number {
    const k = this.on(pipe);
    return k.fn.spliceFileToPipe(k, pos, bytes);
  }

  splice(from: number, to: number, bytes: number): number {
    const k = this.on(to);
    return k.fn.doSplicePipes(k, from, to, bytes);
  }

  tee(from: number, to: number, bytes: number): number {
    const k = this.on(to);
    return k.fn.doTee(k, from, to, bytes);
  }

  slots(pipe: number): number {
    return this.runner.w.ring.used(this.on(pipe));
  }
}

/** The kernels whose rows these are. */
export const KERNELS = ['linux-6.1', 'linux-6.12', 'linux-6.18'];

export const rigOf =
  (id: string) =>
  (a?: number, b?: number): Rig =>
    new Rig(id, a, b);
