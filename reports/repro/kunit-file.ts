/** A reproducer as a KUnit test: the calls of a trace inside the kernel, and what has to hold after each. */
import type { RealRun } from '../../harness/real-size.js';
import { formatReturn } from '../../model/errno.js';
import { formatOp } from '../../model/op.js';
import { Args } from './c-calls.js';
import type { Subject } from './head.js';
import { headOf } from './head.js';
import type { KunitCall, Need } from './kunit-calls.js';
import { KUNIT_CALLS, sizeK } from './kunit-calls.js';
import type { Check } from './kunit-checks.js';
import type { Era } from './kunit-era.js';
import { eraOf } from './kunit-era.js';
import type { KunitPart } from './kunit-parts.js';
import { KUNIT_PARTS } from './kunit-parts.js';
import type { KunitPlan, KunitStep } from './kunit-plan.js';
import { Unreachable } from './unreachable.js';

const INCLUDES: readonly (readonly [header: string, uses: RegExp])[] = [
  ['linux/bvec.h', /struct bio_vec/],
  ['linux/fcntl.h', /O_DIRECT|F_SETPIPE_SZ/],
  ['linux/folio_queue.h', /struct folio_queue/],
  ['linux/fs.h', /struct file\b/],
  ['linux/mm.h', /struct page\b/],
  ['linux/mman.h', /vm_mmap|vm_munmap/],
  ['linux/module.h', /./],
  ['linux/pipe_fs_i.h', /struct pipe_inode_info/],
  ['linux/slab.h', /kunit_kzalloc/],
  ['linux/string.h', /mem(set|chr_inv)\(/],
  ['linux/uio.h', /./],
  ['linux/vmalloc.h', /vmap\(/],
  ['linux/xarray.h', /struct xarray/],
];

/** Columns that a line may have behind its first tab. */
const WIDE = 72;

/** The column behind the innermost bracket that `text` leaves open. */
function bracket(text: string): number {
  const open: number[] = [];
  for (let n = 0; n < text.length; n++) {
    const c = text[n];
    if (c === '(') open.push(n + 1);
    else if (c === '{') open.push(n + 2);
    else if (c === ')' || c === '}') open.pop();
  }
  return open.at(-1) ?? 0;
}

/** A line of the body, broken behind commas where it is too long. */
function fold(line: string): string[] {
  const out: string[] = [];
  let rest = line;
  let column = 0;
  for (let cut = 0; column + rest.length > WIDE && cut >= 0; ) {
    cut = rest.lastIndexOf(', ', WIDE - column - 1);
    if (cut < 0) break;
    out.push(indent(column) + rest.slice(0, cut + 1));
    column = out.length === 1 ? bracket(rest.slice(0, cut)) : column;
    rest = rest.slice(cut + 2);
  }
  return [...out, indent(column) + rest];
}

/** To a column behind the first tab, in tabs and blanks. */
const indent = (column: number): string => '\t'.repeat(1 + Math.floor(column / 8)) + ' '.repeat(column % 8);

const isSize = (c: string): boolean => /^(iov_iter_count|readable)\(|iov_offset$/.test(c);

/** `-EFAULT`, `PAGE_SIZE + 1` */
const valueC = (n: number): string => (n < 0 ? formatReturn(n) : sizeK(n));

function checkLine({ c, wants, isPointer, isTruth }: Check): string {
  if (isPointer === true)
    return wants === 'NULL' ? `KUNIT_EXPECT_NULL(test, ${c});` : `KUNIT_EXPECT_PTR_EQ(test, ${c}, ${wants});`;
  if (isTruth === true) return `KUNIT_EXPECT_${wants === '1' ? 'TRUE' : 'FALSE'}(test, ${c});`;
  return `KUNIT_EXPECT_EQ(test, ${c}, ${isSize(c) ? sizeK(Number(wants)) : wants});`;
}

/** The call, and what is asked after it. */
function stepLines(run: RealRun, step: KunitStep, { before = [], call, isVoid }: KunitCall): string[] {
  const { spec, args } = step.op;
  const hasReturn = isVoid !== true && step.ret !== undefined;
  const lines = [...before, hasReturn ? `ret = ${call};` : `${call};`];
  if (step.ret !== undefined && hasReturn) lines.push(`KUNIT_EXPECT_EQ(test, ret, ${valueC(step.ret)});`);
  const asks = step.checks.map(checkLine);
  const fatal = step.isFatal ? ['\t/* A kernel that has the bug does not come back from this. */'] : [];
  return ['', `\t/* ${formatOp(spec, args, run.w)} */`, ...fatal, ...[...lines, ...asks].flatMap(fold)];
}

interface Body {
  readonly needs: ReadonlySet<Need>;
  readonly text: string;
  readonly hasRet: boolean;
}

/** Declarations in the kernel's order: the longest lines first. */
function declarations({ k }: RealRun, { needs, text, hasRet }: Body): string[] {
  const most = (of: string): number =>
    Math.max(1, ...[...text.matchAll(new RegExp(`${of}\\[(\\d+)\\] =`, 'g'))].map(([, n]) => Number(n) + 1));
  const entries = Math.max(4, k.request.page.length);
  const all: (readonly [boolean, string])[] = [
    [needs.has('pipe'), 'struct pipe_inode_info *pipe;'],
    [needs.has('list'), `struct page *pages[${entries}] = { };`],
    [needs.has('list'), 'struct page **list = pages;'],
    [needs.has('pipe'), 'struct file *files[2];'],
    [needs.has('bvec'), `struct bio_vec bvec[${most('bvec')}];`],
    [needs.has('kvec'), `struct kvec kvec[${most('kvec')}];`],
    [needs.has('iov'), `struct iovec iov[${most('iov')}];`],
    [needs.has('state'), 'struct iov_iter_state state;'],
    [needs.has('csum'), 'struct csum_state csum = { };'],
    [needs.has('fq'), 'struct folio_queue fq;'],
    [needs.has('mem'), 'struct page *mem;'],
    [needs.has('file'), 'struct page *file;'],
    [needs.has('copy'), 'struct iov_iter copy;'],
    [text.includes('&iter'), 'struct iov_iter iter;'],
    [needs.has('user'), 'unsigned long user;'],
    [needs.has('xa'), 'struct xarray xa;'],
    [needs.has('vmap'), 'char *mapped;'],
    [needs.has('list'), 'size_t start;'],
    [needs.has('buf'), 'char *buf;'],
    [hasRet, 'ssize_t ret;'],
  ];
  return all.flatMap(([is, line]) => (is ? [line] : [])).toSorted((a, b) => b.length - a.length);
}

/** What the test makes before the first call. */
function setUp({ k, w }: RealRun, needs: ReadonlySet<Need>): string[] {
  const { ring, vpages, files } = w.bounds;
  return [
    ...(needs.has('mem') ? [`mem = pages_of(test, ${vpages});`] : []),
    ...(needs.has('file') ? [`file = pages_of(test, ${files});`] : []),
    ...(needs.has('vmap') ? [`mapped = vmap_of(test, mem, ${vpages});`] : []),
    ...(needs.has('xa') ? ['xa_init(&xa);'] : []),
    ...(needs.has('buf')
      ? [
          `buf = kunit_kzalloc(test, ${sizeK(k.kbuf.length - 1)}, GFP_KERNEL);`,
          'KUNIT_ASSERT_NOT_NULL(test, buf);',
          `memset(buf, 'x', ${sizeK(k.kbuf.length - 1)});`,
        ]
      : []),
    ...(needs.has('user')
      ? [
          `user = kunit_vm_mmap(test, NULL, 0, ${sizeK(vpages * k.pageSize)}, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, 0);`,
          'KUNIT_ASSERT_NE(test, user, 0);',
        ]
      : []),
    ...(needs.has('pipe') ? [`pipe = pipe_of(test, files, ${ring});`] : []),
  ];
}

/** What it gives back; what the calls have taken is left to them. */
function tearDown({ w }: RealRun, needs: ReadonlySet<Need>, isLocked: boolean): string[] {
  const { vpages, files } = w.bounds;
  return [
    ...(isLocked ? ['pipe_unlock(pipe);'] : []),
    ...(needs.has('pipe') ? ['fput(files[0]);', 'fput(files[1]);'] : []),
    ...(needs.has('xa') ? ['xa_destroy(&xa);'] : []),
    ...(needs.has('vmap') ? ['vunmap(mapped);'] : []),
    ...(needs.has('file') ? [`free_pages_of(file, ${files});`] : []),
    ...(needs.has('mem') ? [`free_pages_of(mem, ${vpages});`] : []),
  ];
}

function partsOf(run: RealRun, era: Era, needs: ReadonlySet<Need>, text: string): string[] {
  const wanted = new Set<KunitPart>();
  if (needs.has('mem') || needs.has('file')) wanted.add('pages');
  if (needs.has('vmap')) wanted.add('vmap');
  if (needs.has('pipe')) wanted.add('pipe');
  if (text.includes('readable(')) wanted.add('readable');
  if (text.includes('is_packet(')) wanted.add('isPacket');
  if (wanted.has('readable') || wanted.has('isPacket')) wanted.add(era.isOldRing ? 'oldBufs' : 'bufs');
  return (Object.keys(KUNIT_PARTS) as KunitPart[])
    .filter((part) => wanted.has(part))
    .flatMap((part) => [KUNIT_PARTS[part].replaceAll('VM_PAGES', String(run.w.bounds.vpages)), '']);
}

/** `packet_boundaries` */
const cIdentifier = (id: string): string => id.replaceAll(/[^a-z0-9]/g, '_');

/** A suite with the one test. */
function suite(name: string): string[] {
  return [
    '',
    'static struct kunit_case iovcheck_cases[] = {',
    `\tKUNIT_CASE(${name}),`,
    '\t{ }',
    '};',
    '',
    'static struct kunit_suite iovcheck_suite = {',
    '\t.name = "iovcheck",',
    '\t.test_cases = iovcheck_cases,',
    '};',
    '',
    'kunit_test_suites(&iovcheck_suite);',
    '',
    `MODULE_DESCRIPTION("Reproducer made by iovcheck");`,
    'MODULE_LICENSE("GPL");',
  ];
}

export function kunitFile(subject: Subject, { run, scaling, steps }: KunitPlan): string {
  const era = eraOf(subject.design);
  const onCopy = ({ op }: KunitStep): boolean => new Args(op, run.w).of('iter') === 1;
  const calls = steps.map((step, n) => {
    const { op } = step;
    const make = KUNIT_CALLS[op.spec.name];
    if (make === undefined) throw new Unreachable(`there are no words in C for ${op.spec.name} yet`);
    return make({ run, era, op, a: new Args(op, run.w), isFirstCopy: steps.findIndex(onCopy) === n });
  });
  const needs = new Set(calls.flatMap((call) => call.needs));
  const body = steps.flatMap((step, n) => stepLines(run, step, calls[n]));
  const text = body.join('\n');
  for (const name of ['file', 'mem'] as const) if (new RegExp(`\\b${name}\\b`).test(text)) needs.add(name);
  const isLocked = text.split('pipe_lock(').length > text.split('pipe_unlock(').length;
  const hasRet = text.includes('\tret = ');
  const name = `iovcheck_${cIdentifier(subject.rule.id)}`;
  const end = tearDown(run, needs, isLocked);
  const code = [
    `static void ${name}(struct kunit *test)`,
    '{',
    ...declarations(run, { needs, text, hasRet }).map((line) => `\t${line}`),
    '',
    ...setUp(run, needs).flatMap(fold),
    ...body,
    ...(end.length === 0 ? [] : ['', ...end.flatMap(fold)]),
    '}',
    ...suite(name),
  ].join('\n');
  const parts = partsOf(run, era, needs, text)
    .map((line) => `${line}\n`)
    .join('');
  const includes = INCLUDES.filter(([, uses]) => uses.test(parts + code)).map(([header]) => `#include <${header}>`);
  const head = headOf(subject, [
    `The functions are called as those of ${era.kernel} are. ${scaling === 'edges' ? '' : 'All lengths grow alike. '}The test asks for what the rule says, and fails where it is broken.`,
  ]);
  return `${[...head, '#include <kunit/test.h>', ...includes, '', parts + code].join('\n')}\n`;
}
