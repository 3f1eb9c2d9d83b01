/** A reproducer in C: the calls of a trace with real names, and what this kernel returns beside what it has to. */
import type { World } from '../../model/op.js';
import { REAL_PAGE } from '../../harness/real-size.js';
import { sourceSize, targetSize } from '../../model/inode.js';
import { formatOp } from '../../model/op.js';
import type { CCall } from './c-calls.js';
import { callOf } from './c-calls.js';
import { sizeC } from './c-size.js';
import type { Part } from './c-parts.js';
import { PARTS } from './c-parts.js';
import { headOf } from './head.js';
import type { Subject } from './head.js';
import type { PlanStep } from './plan-step.js';
import type { Plan } from './plan.js';

const INCLUDES: readonly (readonly [header: string, uses: RegExp])[] = [
  ['ctype.h', /isprint\(/],
  ['errno.h', /errno/],
  ['fcntl.h', /./],
  ['pthread.h', /pthread_/],
  ['stdarg.h', /va_list/],
  ['stdatomic.h', /atomic_/],
  ['stdio.h', /./],
  ['stdlib.h', /exit\(/],
  ['string.h', /./],
  ['sys/ioctl.h', /ioctl\(/],
  ['sys/mman.h', /mmap\(|memfd_create\(/],
  ['sys/sendfile.h', /sendfile\(/],
  ['sys/uio.h', /iovec/],
  ['sys/utsname.h', /uname\(/],
  ['unistd.h', /./],
];

/** `STEP(...)`, broken before its last strings where it is too long. */
function stepLine({ call, data }: CCall, step: PlanStep): string[] {
  const { design, fork } = step;
  const rule = fork === undefined ? step.rule : `|${fork}`;
  const line = `\tSTEP(${call}, ${data}, "${design}", "${rule}");`;
  const wide = line.length + 7;
  if (wide <= 80) return [line];
  const first = `\tSTEP(${call}, ${data},`;
  return [first, `\t     "${design}", "${rule}");`];
}

function fatalLines(): string[] {
  return ['\tprintf("a kernel that has the bug does not come back from the next call\\n");', '\tfflush(stdout);'];
}

/** A comment with the op of the model, then the call. */
function bodyOf(plan: Plan, w: World, calls: readonly CCall[]): string[] {
  return plan.steps.flatMap((step, n) => {
    const { spec, args } = step.op;
    const words = step.isProbe ? 'a look at what is there' : formatOp(spec, args, w);
    const isFirstProbe = step.isProbe && !(n > 0 && plan.steps[n - 1].isProbe);
    const comment = step.isProbe ? (isFirstProbe ? ['\t/* What shows it. */'] : []) : [`\t/* ${words} */`];
    return [...comment, ...(step.isFatal ? fatalLines() : []), ...stepLine(calls[n], step)];
  });
}

/** The sizes that the files of the model have. */
function filesLine({ bounds }: World): string {
  const b = { ...bounds, page: REAL_PAGE };
  return `\topen_files(${sizeC(sourceSize(b))}, ${sizeC(targetSize(b))});`;
}

/** What every program begins with: the pipes, and the file. */
function setUp(w: World, calls: readonly CCall[]): string[] {
  const text = calls.map(({ call }) => call).join('\n');
  const pipes = ['p', 'a', 'b'].filter((name) => text.includes(`${name}.`));
  const { ring, files, slots } = w.bounds;
  const slotsOf = (name: string): number =>
    name === 'b' && slots !== 0 ? Math.min(ring, Math.max(1, slots - ring)) : ring;
  const hasFile = /splice_at\(|\(file,/.test(text);
  const mark = calls.find(({ fileMark }) => fileMark !== undefined)?.fileMark;
  return [
    ...(pipes.length === 0 ? [] : [`\tstruct pipe ${pipes.join(', ')};`]),
    '',
    '\tpage = sysconf(_SC_PAGESIZE);',
    `\tbuf = malloc(${ring + 1} * page);`,
    '\tif (!buf)',
    '\t\tskip("malloc");',
    ...pipes.map((name) => `\topen_pipe(&${name}, ${slotsOf(name)});`),
    ...(hasFile ? [`\topen_file(${files});`] : []),
    ...(w.scenario.needs.inodes === true && /\b[fg]\./.test(text) ? [filesLine(w)] : []),
    ...(/\bmemory\(|_page\(/.test(text) ? [`\treserve(${w.bounds.vpages + 1});`] : []),
    ...(mark === undefined ? [] : [`\tif (pwrite(file, "*", 1, ${sizeC(mark)}) != 1)`, '\t\tskip("memfd");']),
    '',
  ];
}

/** Parts that are in every program, and those that its calls ask for. */
function partsOf(calls: readonly CCall[], main: string): string[] {
  const wanted = new Set<Part>(['page', 'buf', 'number', 'skip', 'size', 'bytes', 'error', 'step']);
  for (const { parts } of calls) for (const part of parts) wanted.add(part);
  const ofPipe = wanted.has('task') ? (['taskPipe', 'openTaskPipe'] as const) : (['pipe', 'openPipe'] as const);
  if (main.includes('struct pipe ')) for (const part of ofPipe) wanted.add(part);
  const names = (Object.keys(PARTS) as Part[]).filter((part) => wanted.has(part));
  // Declarations of one line stand together.
  return names.flatMap((part, n) => {
    const isShort = !PARTS[part].includes('\n');
    const next = names[n + 1];
    return isShort && next !== undefined && !PARTS[next].includes('\n') ? [PARTS[part]] : [PARTS[part], ''];
  });
}

const EXITS =
  'Exit status: 1 reproduced, 0 not reproduced (this kernel keeps the rule), 2 the run went another way, 4 it can not run here.';

export function cProgram(subject: Subject, plan: Plan): string {
  const { w } = plan;
  const calls = plan.steps.map((step) => callOf(step, w));
  const main = ['int main(void)', '{', ...setUp(w, calls), ...bodyOf(plan, w, calls), '\treturn 2;', '}'].join('\n');
  const code = [...partsOf(calls, main), main].join('\n');
  const includes = INCLUDES.filter(([, uses]) => uses.test(code)).map(([header]) => `#include <${header}>`);
  const head = headOf(subject, [
    scalingText(plan, subject),
    '',
    ...raceText(plan),
    'Build: gcc -Wall -Wextra -pthread -o repro FILE.c',
    EXITS,
  ]);
  return `${[...head, '#define _GNU_SOURCE', ...includes, '', code].join('\n')}\n`;
}

/** A task that is woken runs at once, or when its waker is done: in a program that is chance. */
function raceText({ steps }: Plan): string[] {
  const isRace = steps.some(({ op }) => op.spec.args.some(({ name }, a) => name === 'woken' && op.args[a] !== 0));
  return isRace
    ? [
        'It breaks where a task that is woken runs before its waker is done: one run that does not reproduce it says little.',
        '',
      ]
    : [];
}

function scalingText({ scaling }: Plan, { trace }: Subject): string {
  const how =
    scaling === 'edges' ? 'a length keeps its distance from the nearest page boundary' : 'all lengths grow alike';
  return `A page of the trace is ${trace.bounds.page} bytes; here it is PAGE_SIZE, and ${how}. The model breaks the same rule at the same call with pages of 4096 bytes.`;
}
