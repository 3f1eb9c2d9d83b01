/** Each op as what a test inside the kernel does, and what it needs for that. */
import type { RealOp, RealRun } from '../../harness/real-size.js';
import type { BioVec, IoVec } from '../../model/kernel.js';
import { VMALLOC_START } from '../../model/vecs.js';
import type { Args } from './c-calls.js';
import type { Era } from './kunit-era.js';
import { sizeText } from './text.js';
import { Unreachable } from './unreachable.js';

/** What a test has to declare, and set up. */
export type Need =
  | 'mem'
  | 'file'
  | 'pipe'
  | 'user'
  | 'list'
  | 'buf'
  | 'copy'
  | 'state'
  | 'vmap'
  | 'xa'
  | 'fq'
  | 'csum'
  | VecNeed;
export type VecNeed = 'bvec' | 'kvec' | 'iov';

export interface KunitCall {
  /** Statements before the call. */
  readonly before?: readonly string[];
  /** An expression; its value is compared where `isVoid` is not set. */
  readonly call: string;
  readonly isVoid?: boolean;
  readonly needs: readonly Need[];
}

export interface Place {
  readonly run: RealRun;
  readonly era: Era;
  readonly op: RealOp;
  readonly a: Args;
  /** The op is the first on the copy of the iterator. */
  readonly isFirstCopy: boolean;
}

/** `PAGE_SIZE + 1` */
export const sizeK = (n: number): string =>
  sizeText(n)
    .replaceAll('page', 'PAGE_SIZE')
    .replace(/[*/+-]/g, ' $& ');

const iterOf = (a: Args): string => (a.of('iter') === 1 ? '&copy' : '&iter');

/** `with=` of extraction: what can be had inside the kernel, and what can not. */
function trouble({ a, op }: Place): string[] {
  const word = a.word('with');
  if (/^fault:/.test(word))
    return [`vm_munmap(user + ${sizeK(Number(word.slice(6)) * 4096)}, PAGE_SIZE);`.replace('user + 0,', 'user,')];
  if (/^(fail_alloc|xa_retry):/.test(word) || a.of('fail_alloc') >= 0)
    throw new Unreachable(`no test can make an allocation of ${op.spec.name}() fail`);
  return [];
}

/** The vector that an iterator is made of, as statements; and the arguments that name it. */
function vector({ run, era, a }: Place): { readonly before: string[]; readonly args: string; readonly needs: Need[] } {
  const vec = run.k.vecs[a.of('vec')];
  const [flavour] = vec.text.split(':');
  switch (flavour) {
    case 'bvec':
      return {
        before: vec.bvec.map((seg, n) => bvecLine(run, seg, n)),
        args: `bvec, ${vec.bvec.length}`,
        needs: ['mem', 'bvec'],
      };
    case 'kvec': {
      const isVmap = vec.iov[0].base >= VMALLOC_START;
      return {
        before: vec.iov.map((seg, n) => kvecLine(run, seg, n)),
        args: `kvec, ${vec.iov.length}`,
        needs: ['mem', 'kvec', ...(isVmap ? (['vmap'] as const) : [])],
      };
    }
    case 'iovec':
      checkUser(era);
      return { before: vec.iov.map(iovLine), args: `iov, ${vec.iov.length}`, needs: ['user', 'iov'] };
    case 'ubuf':
      checkUser(era);
      return { before: [], args: userC(vec.iov[0].base), needs: ['user'] };
    case 'xarray':
      return { before: xaLines(run, a), args: `&xa, ${sizeK(vec.xarrayStart)}`, needs: ['file', 'xa'] };
    default:
      return { before: fqLines(run, era, a), args: '&fq, 0, 0', needs: ['mem', 'fq'] };
  }
}

function checkUser(era: Era): void {
  if (!era.hasUserMemory)
    throw new Unreachable('a test has user memory since kunit_vm_mmap() of 6.11, and the design is older');
}

const plus = (base: string, n: number): string => (n === 0 ? base : `${base} + ${sizeK(n)}`);

function bvecLine({ k }: RealRun, { page, offset, len }: BioVec, n: number): string {
  return `bvec[${n}] = (struct bio_vec) { ${plus('mem', 0)}${k.driverPages.indexOf(page) > 0 ? ` + ${k.driverPages.indexOf(page)}` : ''}, ${sizeK(len)}, ${sizeK(offset)} };`;
}

function kvecLine({ k }: RealRun, { base, len }: IoVec, n: number): string {
  const at =
    base >= VMALLOC_START
      ? plus('mapped', base - VMALLOC_START)
      : plus('page_address(mem)', base - k.driverPages[0].pfn * k.pageSize);
  return `kvec[${n}] = (struct kvec) { ${at}, ${sizeK(len)} };`;
}

const userC = (at: number): string => `(void __user *)${at === 0 ? 'user' : `(${plus('user', at)})`}`;

const iovLine = ({ base, len }: IoVec, n: number): string =>
  `iov[${n}] = (struct iovec) { ${userC(base)}, ${sizeK(len)} };`;

function xaLines({ k }: RealRun, a: Args): string[] {
  const { xarray } = k.vecs[a.of('vec')];
  return xarray.flatMap((page, n) =>
    page === null ? [] : [`xa_store(&xa, ${n}, file${n > 0 ? ` + ${n}` : ''}, GFP_KERNEL);`],
  );
}

function fqLines({ k }: RealRun, era: Era, a: Args): string[] {
  const { folioq } = k.vecs[a.of('vec')];
  if (folioq.length > 1) throw new Unreachable('a chain of several folio_queues has no words in C yet');
  const pages = folioq[0].slots.map(({ page, size }) => {
    if (size !== k.pageSize) throw new Unreachable('folios of several pages have no words in C yet');
    return k.driverPages.indexOf(page);
  });
  return [
    `folioq_init(&fq${era.folioqInit});`,
    ...pages.map((n) => `folioq_append(&fq, page_folio(mem${n > 0 ? ` + ${n}` : ''}));`),
  ];
}

function maker(name: string, type: string): (p: Place) => KunitCall {
  return (p) => {
    const { before, args, needs } = vector(p);
    const vec = p.run.k.vecs[p.a.of('vec')];
    const count = vec.bytes - p.a.of('count');
    const dir = p.era.direction(p.a.word('direction') === 'WRITE', type);
    return { before, call: `${name}(&iter, ${dir}, ${args}, ${sizeK(count)})`, isVoid: true, needs };
  };
}

/** A copy between the iterator and kernel memory. */
const copier =
  (name: string, extra = ''): ((p: Place) => KunitCall) =>
  ({ a }) => ({
    call: `${name}(buf, ${sizeK(a.of('bytes'))}, ${extra}&iter)`,
    needs: ['buf'],
  });

const pageCopier =
  (name: string): ((p: Place) => KunitCall) =>
  ({ a }) => {
    const n = Math.max(0, a.of('page'));
    return {
      call: `${name}(file${n > 0 ? ` + ${n}` : ''}, ${sizeK(a.of('offset'))}, ${sizeK(a.of('bytes'))}, &iter)`,
      needs: ['file'],
    };
  };

function getPages(p: Place): KunitCall {
  const { a, era } = p;
  const name = `iov_iter_get_pages${era.getPages}`;
  if (p.op.spec.name === 'iov_iter_get_pages2' && a.word('array') === 'alloc')
    return {
      before: ['list = NULL;', ...trouble(p)],
      call: `iov_iter_get_pages_alloc2(&iter, &list, ${sizeK(a.of('maxsize'))}, &start)`,
      needs: ['list'],
    };
  const before = p.isFirstCopy ? ['copy = iter;'] : [];
  return {
    before: [...before, ...trouble(p)],
    call: `${name}(${iterOf(a)}, list, ${sizeK(a.of('maxsize'))}, ${a.of('maxpages')}, &start)`,
    needs: ['list', ...(a.of('iter') === 1 ? (['copy'] as const) : [])],
  };
}

function extract(p: Place): KunitCall {
  const { a, era } = p;
  return {
    before: [...(a.word('array') === 'alloc' ? ['list = NULL;'] : []), ...trouble(p)],
    call: `iov_iter_extract_pages(&iter, &list, ${sizeK(a.of('maxsize'))}, ${a.of('maxpages')}${era.extractFlags}, &start)`,
    needs: ['list'],
  };
}

const query =
  (name: string, args: (a: Args) => string): ((p: Place) => KunitCall) =>
  ({ a }) => ({
    call: `${name}(${iterOf(a)}${args(a)})`,
    needs: [],
  });

const nothing =
  (call: string, needs: readonly Need[] = []): (() => KunitCall) =>
  () => ({ call, isVoid: true, needs });

const rw =
  (name: string, n: number): ((p: Place) => KunitCall) =>
  ({ a }) => {
    const isPacket = a.word('fd').endsWith('wd');
    const flag = isPacket ? 'files[1]->f_flags |= O_DIRECT;' : 'files[1]->f_flags &= ~O_DIRECT;';
    if (a.of('fault_at') >= 0 || a.of('fail_alloc') >= 0)
      throw new Unreachable('a write() inside the kernel does not fault');
    return {
      before: n === 1 ? [flag] : [],
      call: `${name}(files[${n}], buf, ${sizeK(a.of('size'))}, NULL)`,
      needs: ['pipe', 'buf'],
    };
  };

const begin =
  (arg: string): ((p: Place) => KunitCall) =>
  ({ a, era }) => ({
    before: ['pipe_lock(pipe);'],
    call: `iov_iter_pipe(&iter, ${era.direction(false, 'ITER_PIPE')}, pipe, ${sizeK(a.of(arg))})`,
    isVoid: true,
    needs: ['pipe'],
  });

export const KUNIT_CALLS: Readonly<Record<string, (p: Place) => KunitCall>> = {
  pwrite: rw('kernel_write', 1),
  pread: rw('kernel_read', 0),
  iov_iter_pipe: begin('count'),
  generic_file_splice_read: begin('len'),
  pipe_unlock: nothing('pipe_unlock(pipe)', ['pipe']),
  iov_iter_init: maker('iov_iter_init', ''),
  iov_iter_kvec: maker('iov_iter_kvec', 'ITER_KVEC'),
  iov_iter_bvec: maker('iov_iter_bvec', 'ITER_BVEC'),
  iov_iter_ubuf: maker('iov_iter_ubuf', ''),
  iov_iter_xarray: maker('iov_iter_xarray', ''),
  iov_iter_folio_queue: maker('iov_iter_folio_queue', ''),
  iov_iter_discard: ({ a, era }) => ({
    call: `iov_iter_discard(&iter, ${era.direction(false, '')}, ${sizeK(a.of('count'))})`,
    isVoid: true,
    needs: [],
  }),
  copy_to_iter: copier('copy_to_iter'),
  copy_to_iter_full: copier('copy_to_iter_full'),
  copy_from_iter: copier('copy_from_iter'),
  copy_from_iter_full: copier('copy_from_iter_full'),
  copy_from_iter_nocache: copier('copy_from_iter_nocache'),
  copy_page_to_iter: pageCopier('copy_page_to_iter'),
  copy_page_from_iter: pageCopier('copy_page_from_iter'),
  csum_and_copy_to_iter: (p) => {
    if (!p.era.hasCsum) throw new Unreachable('csum_and_copy_to_iter() is static to net/core/datagram.c since 6.8');
    return { ...copier('csum_and_copy_to_iter', '&csum, ')(p), needs: ['buf', 'csum'] };
  },
  iov_iter_zero: ({ a }) => ({ call: `iov_iter_zero(${sizeK(a.of('bytes'))}, &iter)`, needs: [] }),
  iov_iter_get_pages: getPages,
  iov_iter_get_pages2: getPages,
  iov_iter_get_pages_alloc: (p) => ({
    before: ['list = NULL;', ...trouble(p)],
    call: `iov_iter_get_pages_alloc${p.era.getPages}(${iterOf(p.a)}, &list, ${sizeK(p.a.of('maxsize'))}, &start)`,
    needs: ['list'],
  }),
  iov_iter_extract_pages: extract,
  iov_iter_advance: ({ a }) => ({
    call: `iov_iter_advance(${iterOf(a)}, ${sizeK(a.of('size'))})`,
    isVoid: true,
    needs: [],
  }),
  iov_iter_revert: ({ a }) => ({ call: `iov_iter_revert(&iter, ${sizeK(a.of('unroll'))})`, isVoid: true, needs: [] }),
  iov_iter_restore: ({ a }) => ({
    before: ['iov_iter_save_state(&iter, &state);', `iov_iter_advance(&iter, ${sizeK(a.of('after'))});`],
    call: 'iov_iter_restore(&iter, &state)',
    isVoid: true,
    needs: ['state'],
  }),
  device_write: ({ a }) => ({
    call: `memset(page_address(list[0]) + start, 'D', ${sizeK(a.of('bytes'))})`,
    isVoid: true,
    needs: ['list'],
  }),
  iov_iter_npages: query('iov_iter_npages', (a) => `, ${a.of('maxpages')}`),
  iov_iter_alignment: query('iov_iter_alignment', () => ''),
  iov_iter_gap_alignment: query('iov_iter_gap_alignment', () => ''),
  iov_iter_single_seg_count: query('iov_iter_single_seg_count', () => ''),
  iov_iter_is_aligned: query('iov_iter_is_aligned', (a) => `, ${a.of('addr_mask')}, ${a.of('len_mask')}`),
};
