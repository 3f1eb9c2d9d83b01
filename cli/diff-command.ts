/** The command `iovcheck diff` and its options. */
import type { Command } from 'commander';
import type { RawDiffOptions } from './diff-options.js';
import { boundsHelp } from './help.js';
import { DIFF_REPORTERS, reportersHelp } from './reporter-options.js';

const HELP = `What is compared after each call: what it returned, whether it warned or came back at all;
bytes delivered, and bytes and packets that a reader finds; the iterator as its caller has it
(count, position); the pages that a caller was handed, with their references and pins; what
processes, devices and files hold; which tasks sleep; which rules broke. Not compared is how a
design keeps it: slots, indices, names of pages. With --lockstep all of that is, bit by bit.

Exit status:
  0    no difference; all was searched (exhaustive), or the budget is spent (random)
  1    they differ
  2    the command line, a file or a design can not be used
  3    an exhaustive search was cut short, and had found no difference
  70   iovcheck itself failed

Examples:
  iovcheck diff linux-5.8 linux-6.1 --scenario pipe-iter --bounds tiny
  iovcheck diff linux-6.12 ./my-design.ts
  iovcheck diff linux-6.12 ./my-design.ts --bounds tiny --reporter markdown:comment.md
  iovcheck diff packet-2012-repaired packet-2012-repaired --without no-merge-into-stream
  iovcheck diff linux-6.1 --kernel-tree ~/src/linux-6.1 --scenario pipe-iter --bounds tiny
  iovcheck diff linux-6.1 ./my-design.ts --lockstep --engine random --budget 60s`;

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function addDiff(program: Command, done: (status: number) => void, hasColour: boolean): void {
  program
    .command('diff')
    .description('the shortest runs on which two designs differ in anything that a caller can see')
    .argument('[a]', 'id of a design (see: iovcheck list designs), or a file that exports one')
    .argument('[b]', 'the other one')
    .option('--scenario <name>', 'this scenario only, not each that both designs are checked in')
    .option('--bounds <bounds>', 'tiny, default, deep and key=value, separated by commas')
    .option('--engine <name>', 'exhaustive, or random for what is beyond it', 'exhaustive')
    .option('--budget <budget>', 'of each scenario: 60s, 10m or 1000000-steps')
    .option('--seed <n>', 'of the random engine', '1')
    .option('--without <fix>', 'take a named fix out of the second design; may be repeated', collect, [])
    .option('--kernel-tree <folder>', "the C of this kernel's source in the place of B's functions, in lockstep with A")
    .option('--lockstep', 'compare each field of the state; the two have to keep the same ones')
    .option('--first', 'end with the first difference, which is a shortest one')
    .option('--workers <n>', 'scenarios side by side, each in a thread; all cores where absent')
    .option('--memory <amount>', 'for all states together, e.g. 8G')
    .option('--reporter <kind[:path]>', 'a format of the results, see below; may be repeated', collect, [])
    .option('--traces <folder>', 'write each run to a file there, for iovcheck replay')
    .option('--json', 'one JSON document on stdout')
    .option('--timing', 'times in the results, which then differ from run to run')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', () => `\n${reportersHelp(DIFF_REPORTERS)}\n\n${boundsHelp()}\n\n${HELP}`)
    .action(async (a: string | undefined, b: string | undefined, raw: RawDiffOptions) => {
      const { diff } = await import('./diff.js');
      done(await diff([a, b], raw, hasColour));
    });
}
