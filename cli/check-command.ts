/** `check` and `fuzz`: what a config file says is put under the command line, then once, or at each save. */
import type { Command } from 'commander';
import { Status } from '../harness/verdict.js';
import type { RawOptions } from './options.js';
import { print } from './output.js';

interface OwnOptions {
  readonly config?: string;
  readonly printConfig?: boolean;
  readonly watch?: boolean;
}

export function withConfig(command: Command): Command {
  return command
    .option('--config <file>', 'take this config file, not the nearest iovcheck.config.{ts,mts,js,mjs,json}')
    .option('--print-config', 'print what the config file and the command line come to, and check nothing');
}

export async function checkCommand(names: readonly string[], command: Command, hasColour: boolean): Promise<number> {
  const { config, printConfig, watch } = command.opts<OwnOptions>();
  const { applyConfig, configText, findConfig, needDesigns } = await import('./config.js');
  const found = await findConfig(config);
  const designs = applyConfig(command, names, found);
  if (printConfig === true) {
    print(configText(command, designs, found));
    return Status.Ok;
  }
  const raw = command.opts<RawOptions>();
  // The version of a tree picks a design.
  if (raw.kernelTree === undefined) needDesigns(designs, found);
  const { parseOptions } = await import('./options.js');
  const options = parseOptions(raw);
  if (watch === true) {
    const { watchCheck } = await import('./watch-check.js');
    return watchCheck(designs, options, hasColour);
  }
  const { check } = await import('./check.js');
  return check(designs, options, hasColour);
}
