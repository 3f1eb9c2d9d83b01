/**
 * `npm run jsfuzz`: the CLI of jsfuzz with what it lacks: a limit of time, a replay, crash
 * files as traces, and a status that says when a target died without one.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { UsageError } from '../harness/bounds-text.js';
import { Status } from '../harness/verdict.js';
import { onInterrupt } from './interrupt.js';
import { inputsOf, prepareCorpus } from './jsfuzz-corpus.js';
import { Replayer } from './jsfuzz-replay.js';
import { Reports, worldOf } from './jsfuzz-report.js';
import type { Ran } from './jsfuzz-run.js';
import { JsfuzzRun } from './jsfuzz-run.js';
import type { TargetOptions } from './jsfuzz-target.js';
import { makeTarget } from './jsfuzz-target.js';
import { parseBudget } from './options.js';
import { complain, print, watchStdout } from './output.js';

interface RawOptions {
  readonly scenario?: string;
  readonly bounds: string;
  readonly without: readonly string[];
  readonly known?: boolean;
  readonly out: string;
}

interface RunOptions extends RawOptions {
  readonly budget?: string;
  readonly timeout: string;
  readonly regression?: boolean;
  readonly versifier?: boolean;
  readonly quiet?: boolean;
}

function targetOptions(raw: RawOptions, scenario: string | undefined): TargetOptions {
  const { bounds, without, known } = raw;
  return { bounds, without, known: known === true, ...(scenario === undefined ? {} : { scenario }) };
}

/** A file that jsfuzz could be given; anything else is a design. */
function isTarget(name: string): boolean {
  return /\.[cm]?js$/.test(name);
}

async function targetOf(name: string, options: RunOptions): Promise<string> {
  if (!isTarget(name))
    return resolve((await makeTarget(name, targetOptions(options, options.scenario), options.out)).path);
  if (!existsSync(name)) throw new UsageError(`${name}: there is no such target; npm run jsfuzz:target makes one`);
  return resolve(name);
}

function secondsOf({ budget }: RunOptions): number {
  const { seconds, steps } = parseBudget(budget);
  if (Number.isFinite(steps))
    throw new UsageError(`--budget ${budget}: jsfuzz counts no steps; write a time, e.g. 60s`);
  return seconds;
}

function timeoutOf({ timeout }: RunOptions): number {
  const n = Number(timeout);
  if (/^\d+(\.\d+)?$/.test(timeout) && n > 0) return n;
  throw new UsageError(`--timeout ${timeout}: write a number of seconds, e.g. --timeout 30`);
}

/** Runs each input once. */
async function regression(replayer: Replayer, files: readonly string[], reports: Reports): Promise<number> {
  let bad = 0;
  for (const file of files) {
    const why = await replayer.run(file);
    if (why === undefined) continue;
    bad++;
    print(`${file}: ${why.split('\n')[0]}\n`);
    await reports.tell(readFileSync(file));
  }
  print(`${files.length} inputs, ${bad} of them break something.\n`);
  return bad > 0 ? Status.Violated : Status.Ok;
}

/** jsfuzz counts loading with the first input, and takes a target for hung that it still instruments. */
async function isLoadingMistaken(ran: Ran, replayer: Replayer, reports: Reports): Promise<boolean> {
  if (!ran.hasTimedOut || ran.executions > 0 || ran.bytes === undefined) return false;
  return (await replayer.run(reports.keep(ran.bytes))) === undefined;
}

async function sentenceOf(ran: Ran, replayer: Replayer, reports: Reports): Promise<number> {
  if (await isLoadingMistaken(ran, replayer, reports))
    throw new UsageError('jsfuzz took longer to load the target than an input may take; give it more with --timeout');
  const { kind, executions, bytes, code } = ran;
  if (kind === 'stopped' && executions > 0) {
    print(`Nothing broke in ${executions} executions${reports.subject}; nothing is proved.\n`);
    return Status.Ok;
  }
  if (kind === 'stopped') throw new UsageError('it was ended before the first execution');
  if (kind === 'failed') throw new UsageError(`jsfuzz itself ended (${code}); the lines above say why`);
  if (kind === 'died') {
    complain(
      'the worker of jsfuzz died without a crash file: the target exits, or throws when it has returned; a target throws, synchronously',
    );
  }
  const where = bytes === undefined ? 'its input is lost' : `its input is ${reports.keep(bytes)}`;
  const which = kind === 'died' && bytes !== undefined ? ', or one shortly before it' : '';
  print(`The target broke after ${executions} executions or a few more; ${where}${which}\n`);
  if (bytes !== undefined) await reports.tell(bytes);
  return Status.Violated;
}

async function run(name: string, corpus: readonly string[], options: RunOptions): Promise<number> {
  const [seconds, timeout] = [secondsOf(options), timeoutOf(options)];
  const target = await targetOf(name, options);
  const replayer = new Replayer(target, timeout);
  try {
    const reports = new Reports(options.out, worldOf(await replayer.load()));
    let status: number;
    if (options.regression === true) status = await regression(replayer, inputsOf(corpus), reports);
    else {
      replayer.close();
      prepareCorpus(corpus);
      const onLine = (line: string): void => void (options.quiet !== true && process.stderr.write(`${line}\n`));
      const paths = corpus.map((path) => resolve(path));
      const running = new JsfuzzRun(target, {
        corpus: paths,
        seconds,
        timeout,
        versifier: options.versifier === true,
        onLine,
      });
      const interrupt = onInterrupt(() => running.stop());
      const ran = await running.done();
      const signal = interrupt.done();
      status =
        signal !== undefined && ran.kind === 'stopped' ? Status[signal] : await sentenceOf(ran, replayer, reports);
    }
    return reports.hasFailed ? Status.Usage : status;
  } finally {
    replayer.close();
  }
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, ...value.split(',')];

function withWorld(command: Command): Command {
  return command
    .option('--bounds <bounds>', 'as of iovcheck check', 'default')
    .option('--without <fix>', 'take a named fix out of a repaired design', collect, [])
    .option('--known', 'go on from what the design is known to have wrong')
    .option('--out <folder>', 'for targets, crash files and traces', join('.iovcheck', 'jsfuzz'));
}

function makeProgram(done: (status: number) => void): Command {
  const program = new Command('jsfuzz')
    .description('The CLI of jsfuzz, on a target of its own kind or on a design, and what it lacks.')
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => {} });
  withWorld(
    program
      .command('run', { isDefault: true })
      .description('run it, on a target or on a design; what is meant where no command is named')
      .argument('<target>', 'a .cjs or .js file that exports fuzz, or a design'),
  )
    .argument('[corpus...]', 'folders and files; what is kept goes to the first folder')
    .option('--scenario <name>', 'of a design; its first where absent')
    .option('--budget <time>', 'stop so long after the first execution, e.g. 60s')
    .option('--timeout <seconds>', 'after which an input is taken to hang', '30')
    .option('--regression', 'run each input of the corpus once, and make none')
    .option('--versifier', 'guess a grammar of text')
    .option('--quiet', 'nothing of what jsfuzz prints')
    .action(async (name: string, corpus: string[], raw: RunOptions) => done(await run(name, corpus, raw)));
  const target = program.command('target').description('write a design as a target, one file for npx jsfuzz');
  withWorld(
    target
      .argument('<design>', 'an id, or a file that exports a design')
      .argument('[scenario]', 'its first where absent'),
  ).action(async (name: string, scenario: string | undefined, raw: RawOptions) => {
    const { path } = await makeTarget(name, targetOptions(raw, scenario), raw.out);
    print(`${path}\n`);
  });
  return program;
}

/** Commander's own complaints take two lines. */
function sentenceFor({ message }: Error): string {
  return message.replace(/^error: /, '').replace(/\n\(Did you mean (.*?)\?\)/, '; did you mean $1?');
}

async function main(): Promise<void> {
  watchStdout();
  try {
    await makeProgram((status) => (process.exitCode = status)).parseAsync();
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const isUsage = error instanceof UsageError || error instanceof CommanderError;
    const more = error instanceof CommanderError ? '; see npm run jsfuzz -- --help' : '';
    complain(isUsage ? `${sentenceFor(error)}${more}` : String((error as Error).stack));
    process.exitCode = isUsage ? Status.Usage : Status.Internal;
  }
}

await main();
