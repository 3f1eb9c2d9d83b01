/** `iovcheck repro` and `iovcheck explain`: what a trace shows, as a program, as a kernel test, and in words. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { KINDS } from '../reports/repro/kinds.js';
import type { TreeOptions } from './designs.js';
import type { ReproOptions } from './repro.js';

const REPRO_HELP = `What the program exits with:
  0   not reproduced: this kernel keeps the rule
  1   reproduced
  2   the run went another way, and nothing follows from it
  4   it can not run here (KSFT_SKIP of the kernel's selftests)

Examples:
  iovcheck repro out/my.trace --as c -o repro.c && gcc -Wall -Wextra -o repro repro.c && ./repro
  iovcheck repro out/my.trace --as kunit -o iovcheck_kunit.c`;

export function addRepro(program: Command, done: (status: number) => void, hasColour: boolean): void {
  const on = ['--on <design>', 'another design than the one that the trace names', 'design'] as const;
  const trace = ['<trace>', 'a file that check --traces has written'] as const;
  const command = (name: string): Command =>
    program
      .command(name)
      .argument(...trace)
      .option(...on)
      .option('--kernel-tree <folder>', "the tree that the trace is of, or another one's C on its calls")
      .option('--patch <file>', 'with this patch on the tree')
      .option('--rev <A..B>', "the tree's repository at revision B");
  command('repro')
    .description('make of a trace what runs on a kernel: a program with real system calls, or a KUnit test')
    .addOption(
      new Option('--as <kind>', 'c: a program for user space; kunit: a test inside the kernel')
        .choices(KINDS)
        .makeOptionMandatory(),
    )
    .option('-o, --output <file>', 'write it there, not to stdout')
    .addHelpText('after', `\n${REPRO_HELP}`)
    .action(async (name: string, options: ReproOptions) => {
      const { repro } = await import('./repro.js');
      done(await repro(name, options));
    });
  command('explain')
    .description(
      'what of a trace matters: which calls and arguments, which facts of the last state, who made them true',
    )
    .action(async (name: string, { on: design, ...tree }: { on: string } & TreeOptions) => {
      const { retrace } = await import('./retrace-command.js');
      done(await retrace('reasons', name, design, hasColour, tree));
    });
}
