/** The command `iovcheck overflow` and its options. */
import type { Command } from 'commander';
import type { RawOverflowOptions } from './overflow.js';

const HELP = `check --kernel-tree runs a build of 32 bits. This asks one of 64 bits what only such a one can tell: sizes, lengths and
counts around 2^31, 2^32, 2^43 (2^31 pages), 2^63 and 2^64. No memory is behind them: copies only count. What each
call has to answer is computed from its definition, without a width. Of an iterator, 'at' is how far it has moved from
the beginning of its vector, 'count' what it has left.

Exit status:
  0    each answer is right, or wrong in a way that docs/findings.md has; with --patch or --rev: the change makes none worse
  1    another answer is wrong; with --patch or --rev: one that was better before
  2    the command line, the tree or the change can not be used, or there is no clang
  70   iovcheck itself failed

Examples:
  iovcheck overflow --kernel-tree ~/src/linux
  iovcheck overflow --kernel-tree ~/src/linux --patch 0001-my-change.patch`;

export function addOverflow(program: Command, done: (status: number) => void): void {
  program
    .command('overflow')
    .description("whether the C of a kernel's tree, compiled for 64 bits, answers rightly where sizes are huge")
    .option('--kernel-tree <folder>', "the kernel's source, or an archive of it")
    .option('--patch <file>', 'put this patch on the tree, and tell which answers it changes')
    .option('--rev <A..B>', "the same of two revisions of the tree's repository")
    .option('--all', 'show each question that is not answered rightly, not one of a kind')
    .addHelpText('after', `\n${HELP}`)
    .action(async (raw: RawOverflowOptions) => {
      const { overflow } = await import('./overflow.js');
      done(overflow(raw));
    });
}
