/** The command `iovcheck report` and its options. */
import type { Command } from 'commander';
import type { RawReportOptions } from './report.js';
import { reportersHelp } from './reporter-options.js';

const EXAMPLES = `Exit status: 0 where all could be shown, whatever it says; 2 where a file can not be used.

Examples:
  iovcheck report result.json --reporter html:report
  iovcheck report out/*.trace --reporter html:report`;

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function addReport(program: Command, done: (status: number) => void, hasColour: boolean): void {
  program
    .command('report')
    .description('show what was found before, without searching again: of a file of check --json, or of traces')
    .argument('<file...>', 'files of check --json, traces')
    .option('--on <design>', 'another design than the files name: the file of one that JSON only has the id of')
    .option('--kernel-tree <folder>', 'the tree whose C the files are of')
    .option('--patch <file>', 'with this patch on the tree')
    .option('--rev <A..B>', "the tree's repository at revision B")
    .option('--reporter <kind[:path]>', 'a format, to stdout or to a path; may be repeated', collect, [])
    .option('--json', 'one JSON document on stdout')
    .option('--ndjson', 'one line of JSON a report on stdout')
    .addHelpText('after', () => `\n${reportersHelp()}\n\n${EXAMPLES}`)
    .action(async (names: string[], raw: RawReportOptions) => {
      const { report } = await import('./report.js');
      done(await report(names, raw, hasColour));
    });
}
