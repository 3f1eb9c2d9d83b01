/** `iovcheck corpus`: the upkeep of a folder of traces. */
import type { Command } from 'commander';
import type { ImportOptions } from './corpus-merge.js';
import type { MinimizeOptions } from './corpus-minimize.js';
import type { ReplayOptions } from './corpus-replay.js';

export function addCorpus(program: Command, done: (status: number) => void): void {
  const corpus = program.command('corpus').description('look after a folder of traces, such as check --corpus keeps');
  corpus
    .command('merge')
    .description('add the traces of folders or files to a folder; what is there already is told by its content')
    .argument('<from...>', 'folders of traces, or traces')
    .requiredOption('--into <folder>', 'the folder that they are added to')
    .action(async (from: string[], { into }: { into: string }) => {
      const { mergeCorpora } = await import('./corpus-merge.js');
      done(mergeCorpora(from, into));
    });
  corpus
    .command('minimize')
    .description('find the fewest seeds that meet what all of them meet; what violates is kept')
    .argument('<folder>', 'a folder of traces')
    .option('--write', 'remove the others')
    .option('--into <folder>', 'write those that are kept to another folder')
    .option('--most <n>', 'seeds of each design, scenario and bounds; those first that meet most')
    .option('--seeds', 'with --into: seeds alone')
    .action(async (folder: string, options: MinimizeOptions) => {
      const { minimizeCorpus } = await import('./corpus-minimize.js');
      done(await minimizeCorpus(folder, options));
    });
  corpus
    .command('replay')
    .description('take each trace of a folder; exit 1 where one violates something, 2 where one can not be used')
    .argument('<folder>', 'a folder of traces')
    .option('--on <design>', 'another design than those that the traces name; what it can not take is no error')
    .option('--json', 'one JSON document on stdout')
    .action(async (folder: string, options: ReplayOptions) => {
      const { replayCorpus } = await import('./corpus-replay.js');
      done(await replayCorpus(folder, options));
    });
  corpus
    .command('import')
    .description('turn inputs and crashes of jsfuzz into traces; their bytes mean ops of one world')
    .argument('<path>', 'a file, or a folder of them')
    .requiredOption('--design <design>', 'the design that they were found on')
    .option('--scenario <name>', 'the scenario; needed where the design has several')
    .option('--bounds <bounds>', 'the bounds, as of check')
    .requiredOption('--into <folder>', 'the folder that the traces are added to')
    .action(async (path: string, options: ImportOptions) => {
      const { importInputs } = await import('./corpus-merge.js');
      done(await importInputs(path, options));
    });
}
