/** The options of the commands that begin a design, and take one apart. */
import type { Command } from 'commander';
import type { RawBisectOptions } from './bisect.js';
import type { RawInitOptions } from './init.js';
import { print } from './output.js';

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function addDesignCommands(program: Command, done: (status: number) => void): void {
  program
    .command('bisect')
    .description('which of the functions that a design overrides bring what its base does not have')
    .argument('<design>', 'an id, or a file that exports a design')
    .option('--scenario <name>', 'this scenario only, not each of the design')
    .option('--bounds <bounds>', 'tiny, default, deep and key=value, separated by commas', 'tiny')
    .option('--class <name>', 'only what breaks this rule, or breaks at this op')
    .option('--budget <budget>', 'of each search: 60s or 1000000-steps', '1000000-steps')
    .option('--without <fix>', 'take a named fix out of a repaired design; may be repeated', collect, [])
    .option('--workers <n>', 'threads: searches side by side; all cores where absent')
    .option('--memory <amount>', 'for all states together, e.g. 8G')
    .option('--quiet', 'no progress on stderr')
    .action(async (name: string, raw: RawBisectOptions) => {
      const { bisect } = await import('./bisect.js');
      done(await bisect(name, raw));
    });
  program
    .command('init')
    .description('make a new design, and its test, in this folder')
    .argument('<name>', 'small letters, digits and hyphens: my-design')
    .option('--base <kernel>', 'the kernel that it changes', 'linux-6.12')
    .option('--override <function>', 'a function to begin with, by its C name; may be repeated', collect, [])
    .option('--js', 'JavaScript, not TypeScript')
    .option('--test <runner>', 'vitest or node: what runs the test (default: vitest where it is installed)')
    .action(async (name: string, raw: RawInitOptions) => {
      const { init } = await import('./init.js');
      print(await init(name, raw));
    });
}
