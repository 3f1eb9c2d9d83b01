/**
 * The spec and the running kernel side by side: each op is taken by both, and what they return, and the bytes that they
 * deliver, have to be the same. Between two ops nothing of the kernel can be seen, so that a state that differs shows
 * when it is read.
 */
import { cName } from '../../model/functions.js';
import { formatReturn } from '../../model/errno.js';
import type { Bounds } from '../../model/bounds.js';
import { firstSlots, pipeCount } from '../../model/bounds.js';
import type { Design } from '../../model/design.js';
import type { ArgSpec, OpSpec, World } from '../../model/op.js';
import { formatOp } from '../../model/op.js';
import { SCENARIOS } from '../../model/scenario.js';
import type { ScenarioName } from '../../model/scenario.js';
import type { HostCall } from './calls.js';
import { callOf, reachable } from './calls.js';
import type { Libc } from './libc.js';
import { Files } from './files.js';
import { Machine } from './machine.js';
import { ZERO } from '../../model/inode.js';
import { CONTENTS, contentsOf, PAGE_SIZE } from './memory.js';
import { DIED, Reference } from './reference.js';

/** What an argument may be, as far as a program can have it: the values of its list, or any whole number from first to last. */
export interface Domain {
  readonly list: readonly number[];
  readonly min: number;
  readonly max: number;
  /** It is a number of bytes, or a place among them. */
  readonly isLength: boolean;
  /** A value that stands for nothing. */
  readonly omit: number | undefined;
}

/** An op that both sides can take. */
export interface HostOp {
  readonly spec: OpSpec;
  readonly call: HostCall;
  readonly args: readonly ArgSpec[];
  readonly domains: readonly Domain[];
}

/** Lists that are longer are ranges. */
const LIST_MAX = 16;

function domainOf(spec: OpSpec, arg: ArgSpec, w: World): Domain {
  const list = reachable(spec, arg.name, arg.values(w));
  const [min, max] = [list[0], list[list.length - 1]];
  return { list, min, max, isLength: list.length > LIST_MAX && list.length === max - min + 1, omit: arg.omit };
}

/** An op of `Lockstep.ops` by its index, and four arguments; those that it has not are 0. */
export type Row = readonly [op: number, a: number, b: number, c: number, d: number];

/** Calls after which files are looked at. */
const FILE_CALLS: ReadonlySet<string> = new Set(['sendfile', 'splice_file', 'splice_to_file']);

/** Ops that deliver bytes, and where they have the byte at which the buffer faults; -1: nowhere. */
const READS: Readonly<Record<string, number>> = { pread: 1, vmsplice_out: 2 };

/** As many bytes as are worth a call of memcmp(). */
const COMPARED_AT_ONCE = 64;

export class Lockstep {
  readonly reference: Reference;
  readonly machine: Machine;
  readonly ops: readonly HostOp[];
  readonly bounds: Bounds;
  readonly scenario: ScenarioName;
  /** Bytes of the machine for one of the spec. */
  readonly unit: number;
  /** What the last op returned; of the machine in its own bytes. */
  ofSpec = 0;
  ofKernel = 0;
  /** The first byte that the last op delivered otherwise; -1 for none. */
  wrongByte = -1;
  /** How the files differ after the last op; '' where they do not. */
  ofFiles = '';
  private readonly args = [0, 0, 0, 0];
  private readonly first: number;
  private readonly last: number;
  private start = 0;
  private readonly faultArgs: readonly number[];
  /** What reads deliver, on either side. */
  private readonly into: Buffer;
  private readonly wanted: Uint8Array;

  constructor(libc: Libc, design: Design, scenario: ScenarioName, bounds: Bounds, folder: string) {
    const { needs } = SCENARIOS[scenario];
    // Beside files the second pipe is the task's own.
    const pipes = needs.inodes === true ? 1 : pipeCount(needs);
    this.unit = PAGE_SIZE / bounds.page;
    this.bounds = bounds;
    this.scenario = scenario;
    this.reference = new Reference(design, bounds, scenario, contentsOf());
    this.machine = new Machine(libc, {
      pipes,
      ring: bounds.ring,
      slots: Array.from({ length: pipes }, (_, p) => firstSlots(bounds, p)),
      unit: this.unit,
      vpages: needs.lends === true ? bounds.vpages : 0,
      files: bounds.files,
      folder,
    });
    if (needs.inodes === true) this.machine.files = new Files(libc, folder, bounds, this.unit, 0);
    this.ops = this.reference.specs.flatMap((spec) => {
      const call = callOf(spec);
      if (call === undefined) return [];
      return [{ spec, call, args: spec.args, domains: spec.args.map((arg) => domainOf(spec, arg, this.reference.w)) }];
    });
    const { bytes } = this.machine.into;
    this.into = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.wanted = this.reference.k.user.data;
    this.faultArgs = this.ops.map(({ spec }) => {
      const at = READS[spec.name];
      if (at === undefined) return -2;
      return spec.args[at] === undefined || spec.args[at].name === 'size' ? -1 : at;
    });
    this.first = bounds.files * bounds.page;
    this.last = Math.floor(CONTENTS / this.unit) - (bounds.ring + 1) * bounds.page;
    this.reset();
  }

  reset(): void {
    this.reference.reset();
    this.machine.reset();
    this.machine.files?.reset(this.reference.k);
    this.start = this.first;
  }

  free(): void {
    this.machine.free();
  }

  /** Whether the op may be asked for now; one that is not guarded always may. */
  isAllowed(n: number, a: number, b: number, c: number, d: number): boolean {
    const { call, spec } = this.ops[n];
    if (call.fits?.(this.machine, this.reference.k, a, b, c) === false) return false;
    return call.isGuarded !== true || this.reference.isAllowed(spec, a, b, c, d);
  }

  /** Both take the op: whether they agree. */
  take(n: number, a: number, b: number, c: number, d: number): boolean {
    const { args, machine, ops, reference, start, unit } = this;
    const { spec, call } = ops[n];
    args[0] = a;
    args[1] = b;
    args[2] = c;
    args[3] = d;
    this.wrongByte = -1;
    this.ofFiles = '';
    const ofSpec = (this.ofSpec = reference.apply(spec, args, start));
    const ofKernel = (this.ofKernel = call.make(machine, reference.k, start, a, b, c, d));
    // What was written is what the next write takes its bytes behind.
    if (spec.name === 'pwrite') this.start += spec.args[0].name === 'size' ? a : b;
    else if (spec.name === 'store') this.start += this.bounds.page;
    if (this.start > this.last) this.start = this.first;
    if (ofKernel !== (ofSpec > 0 ? ofSpec * unit : ofSpec)) return false;
    if (machine.files !== undefined && FILE_CALLS.has(spec.name) && !this.areFilesAlike()) return false;
    return ofSpec <= 0 || this.faultArgs[n] === -2 || this.isDelivered(n, ofSpec);
  }

  /** After a call on files: their positions, the offset that was given, and what is in g. */
  private areFilesAlike(): boolean {
    const { machine, reference } = this;
    const { k } = reference;
    const { offsetAfter } = machine;
    this.ofFiles = machine.files?.difference(k) ?? '';
    if (this.ofFiles === '' && offsetAfter >= 0 && offsetAfter !== k.splice.given.pos)
      this.ofFiles = `the offset that was given is ${offsetAfter} now, and ${k.splice.given.pos} in the spec`;
    return this.ofFiles === '';
  }

  /** The bytes that a read delivered are those of the spec. */
  private isDelivered(n: number, bytes: number): boolean {
    const at = this.faultArgs[n];
    const from = this.machine.delivered(at < 0 ? -1 : this.args[at]);
    const { into, unit, wanted } = this;
    const hasFiles = this.machine.files !== undefined;
    if (unit === 1 && bytes >= COMPARED_AT_ONCE && into.compare(wanted, 0, bytes, from, from + bytes) === 0)
      return true;
    for (let i = 0; i < bytes * unit; i++) {
      const want = wanted[unit === 1 ? i : Math.floor(i / unit)];
      // Beside files the spec has 1 for a byte that nobody wrote.
      if (into[from + i] === (hasFiles && want === ZERO ? 0 : want)) continue;
      this.wrongByte = i;
      return false;
    }
    return true;
  }

  text([n, ...args]: Row): string {
    const { spec } = this.ops[n];
    return formatOp(spec, args.slice(0, spec.args.length), this.reference.w);
  }

  /** What the two sides of the last op returned: in the spec's bytes, as a trace has them. */
  get returns(): { readonly spec: string; readonly kernel: string } {
    const { ofKernel, ofSpec, unit } = this;
    const isWhole = ofKernel <= 0 || ofKernel % unit === 0;
    return {
      spec: ofSpec === DIED ? 'does not return' : formatErrno(ofSpec),
      kernel: formatErrno(ofKernel <= 0 || !isWhole ? ofKernel : ofKernel / unit) + (isWhole ? '' : ` of ${unit}`),
    };
  }

  /** In one sentence, how the two sides of the last op differ. */
  explain(n: number): string {
    const { spec } = this.ops[n];
    const { spec: ours, kernel } = this.returns;
    const fn = spec.fn === null ? spec.name : `${cName(spec.fn)}()`;
    if (this.ofSpec === DIED) return `${fn} of the spec does not come back: ${this.reference.death}.`;
    if (this.ofFiles !== '') return `Both return ${ours}, and ${this.ofFiles}.`;
    if (this.wrongByte < 0) return `The kernel returns ${kernel}, and the spec's ${fn} ${ours}.`;
    const of = this.unit === 1 ? '' : ` (${this.unit} bytes of the machine are one of the spec)`;
    return `Both return ${ours}, and byte ${this.wrongByte} of what the kernel delivers is another one than in the spec${of}.`;
  }
}

/** -EPERM has no name in the spec, where -1 is also how ~0U reads. */
function formatErrno(ret: number): string {
  return ret === -1 ? '-EPERM' : formatReturn(ret);
}
