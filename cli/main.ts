#!/usr/bin/env node
/** The command line. One file a command; this one only names them and their options. A command is loaded when it is run. */
import { Argument, Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { UsageError } from '../harness/bounds-text.js';
import { Status } from '../harness/verdict.js';
import { addCampaign } from './campaign-command.js';
import { checkCommand, withConfig } from './check-command.js';
import type { RawAgainst } from './against.js';
import { addCorpus } from './corpus-command.js';
import { addDesignCommands } from './design-commands.js';
import { addDiff } from './diff-command.js';
import type { TreeOptions } from './designs.js';
import type { ListName } from './help.js';
import { LISTS, boundsHelp } from './help.js';
import { complain, print, statusAfterOutput, watchStdout } from './output.js';
import { ownPackage } from './own-package.js';
import { FUZZ_BUDGET, PROLOGUE_STEPS } from './plan.js';
import { reportersHelp } from './reporter-options.js';
import { addOverflow } from './overflow-command.js';
import { addRepro } from './repro-command.js';
import { addReport } from './report-command.js';
import type { RawVerifyOptions } from './verify.js';

const STATUSES = `Exit status, the first that applies:
  70   iovcheck itself failed
  2    the command line, a file or a design can not be used
  1    a violation was found
  4    something required was never reached
  3    an exhaustive search was cut short (the short one of fuzz does not count)
  0    none of these
  130, 143   ended by Ctrl-C, by SIGTERM`;

const EXAMPLES = `Examples:
  iovcheck check pipe-iter-2016 packet-2012
  iovcheck check ./my-design.ts --bounds tiny --traces out
  iovcheck check linux-6.1 --known --bounds ring=1,lengths=all
  iovcheck check ./my-design.ts --engine coverage --budget 60s --corpus my-corpus
  iovcheck check linux-6.1 --scenario pipe-iter --bounds deep --checkpoint my-search
  iovcheck check linux-3.3 --certificate proof.json
  iovcheck check ./my-design.ts --reporter junit:junit.xml --reporter sarif:iovcheck.sarif
  iovcheck check ./my-design.ts --bounds tiny --reporter email > reply.txt
  iovcheck verify proof.json
  iovcheck corpus replay my-corpus
  iovcheck check --kernel-tree ~/src/linux --scenario iov-iter
  iovcheck check --kernel-tree ~/src/linux --patch 0001-my-change.patch --scenario extract
  iovcheck replay out/my-design.pipe-iter.exhaustive.01.bytes-in-order.read.trace`;

const FUZZ_HELP = `In each scenario of a design, the first one first, the others side by side:
  exhaustive   a short search, at most ${PROLOGUE_STEPS} steps or a tenth of the budget; where it comes
               to its end, all is known, and nothing is left to fuzz
  random       walks by chance
  coverage     begins where the short search had to stop, and goes on from what was new
What the last two find goes to the exhaustive engine: a trace is called shortest where
every shorter run was tried. Ctrl-C ends the run, and what was found is shown.`;

const FUZZ_EXAMPLES = `Examples:
  iovcheck fuzz linux-6.1 --scenario pipe-iter --bounds deep --budget 10m
  iovcheck fuzz ./my-design.ts --budget 100000-runs --seed 7 --traces out --corpus corpus`;

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const hasColour =
  pc.isColorSupported && (process.stdout.isTTY || Boolean(process.env.FORCE_COLOR)) && !process.env.NO_COLOR;

type Done = (status: number) => void;

/** Options that `check` and `fuzz` share: what is searched, and what becomes of the results. */
function withPlace(command: Command): Command {
  return command
    .argument('[design...]', 'ids (see: iovcheck list designs), or files that export a design')
    .option(
      '--kernel-tree <folder>',
      "run lib/iov_iter.c and fs/pipe.c of this kernel's source in the place of the design's own; see README",
    )
    .option('--patch <file>', 'put this patch on the tree, and tell what it adds to what is broken, and takes away')
    .option('--rev <A..B>', "the same of two revisions of the tree's repository")
    .option('--scenario <name>', 'this scenario only, not each of the design')
    .option('--bounds <bounds>', 'tiny, default, deep and key=value, separated by commas')
    .option('--without <fix>', 'take a named fix out of a repaired design; may be repeated', collect);
}

function withResults(command: Command): Command {
  return withConfig(command)
    .option('--reporter <kind[:path]>', 'a format of the results, see below; may be repeated', collect)
    .option('--json', 'one JSON document on stdout')
    .option('--ndjson', 'one line of JSON a search on stdout')
    .option('--timing', 'times in the results, which then differ from run to run')
    .option('--memory <amount>', 'for all states together, e.g. 8G')
    .option('--traces <folder>', 'write each trace to a file there')
    .option('--corpus <folder>', 'take its traces again first, begin coverage with its seeds, and add what is found')
    .option('--quiet', 'no progress on stderr');
}

const BUDGET = 'of each search: 60s, 10m, 1000000-steps or 10000-runs';

function addCheck(program: Command, done: Done): void {
  const command = program
    .command('check')
    .description('search a design for violations of the rules; each design apart from the others');
  withPlace(command)
    .option('--engine <name>', 'exhaustive, random, coverage or all', 'exhaustive')
    .option('--budget <budget>', BUDGET)
    .option('--seed <n>', 'of the random and coverage engines', '1')
    .option('--workers <n>', 'threads: searches side by side, or several to one search; all cores where absent')
    .option('--checkpoint <folder>', 'keep the one search there, level by level, so that another run can go on with it')
    .option('--resume <folder>', 'go on with the search that is kept there')
    .option('--certificate <file>', 'write what exhaustive searches have proved; iovcheck verify takes it again')
    .option('--known', 'exit 0 only if exactly the known violations of the design are found')
    .option('--watch', 'check again at each save of a design file, or of what it imports')
    .option('--require-reached', 'exit 4 if an op or a situation was never reached');
  withResults(command)
    .addHelpText('after', () => `\n${reportersHelp()}\n\n${boundsHelp()}\n\n${STATUSES}\n\n${EXAMPLES}`)
    .action(async (names: string[], _raw: unknown, own: Command) => done(await checkCommand(names, own, hasColour)));
}

function addFuzz(program: Command, done: Done): void {
  const command = program
    .command('fuzz')
    .description('go where no search to the end can, by chance and led by what is new, until the budget is spent');
  withPlace(command)
    .option('--budget <budget>', `${BUDGET} (default: ${FUZZ_BUDGET}, a minute or two)`)
    .option('--seed <n>', 'another number, another run', '1')
    .option('--workers <n>', 'threads: searches side by side, or several to one search; all cores where absent')
    .option('--against <kernel>', 'compare the design with a running kernel instead: host or uml');
  withResults(command)
    .addHelpText(
      'after',
      () => `\n${FUZZ_HELP}\n\n${reportersHelp()}\n\n${boundsHelp()}\n\n${STATUSES}\n\n${FUZZ_EXAMPLES}`,
    )
    .action(async (names: string[], raw: Partial<RawAgainst>, own: Command) => {
      const { against: kernel } = raw;
      if (kernel === undefined) return done(await checkCommand(names, own, hasColour));
      const { against } = await import('./against.js');
      done(await against(names, { ...own.opts(), against: kernel }));
    });
}

function addOthers(program: Command, done: Done): void {
  const traced = (kind: 'replay' | 'minimize', what: string): void => {
    program
      .command(kind)
      .description(what)
      .argument('<trace>', 'a file that check --traces or --reporter itf:DIR has written')
      .option(
        '--on <design>',
        'another design than the one that the trace names, or a running kernel: host or uml',
        'design',
      )
      .option('--kernel-tree <folder>', "the tree that the trace is of, or another one's C on its calls")
      .option('--patch <file>', 'with this patch on the tree')
      .option('--rev <A..B>', "the tree's repository at revision B")
      .action(async (name: string, { on, ...tree }: { on: string } & TreeOptions) => {
        const { retrace } = await import('./retrace-command.js');
        done(await retrace(kind, name, on, hasColour, tree));
      });
  };
  traced('replay', 'take a trace step by step, with the state after each');
  traced('minimize', 'leave out of a trace what its violation does not need');
  program
    .command('list')
    .description('what there is')
    .addArgument(new Argument('<what>').choices(LISTS))
    .action(async (what: ListName) => {
      const { list } = await import('./list.js');
      print(list(what));
    });
  program
    .command('doctor')
    .description('whether this machine has what iovcheck needs')
    .option('--kernel-tree <folder>', "whether the C of this kernel's source can be run")
    .action(async ({ kernelTree }: { kernelTree?: string }) => {
      const { doctor } = await import('./doctor.js');
      const { text, isWell } = doctor(kernelTree);
      print(text);
      done(isWell ? Status.Ok : Status.Usage);
    });
}

const VERIFY_HELP = `Exit status:
  0    it holds: the same search, taken again, came to the same, level by level; or what it
       rests on has changed, and it is true of what is there now. With --hashes: nothing
       that it rests on has changed
  1    it no longer holds: another verdict, other violations, or other counts of the same search
  2    the file is no certificate, was edited, is of another version, or its design is gone
  3    only a part was taken again (--depth, --budget, --memory), or with --hashes:
       something has changed; nothing contradicts it
  70   iovcheck itself failed

Examples:
  iovcheck check linux-3.3 --certificate proof.json
  iovcheck check ./my-design.ts --reporter junit:junit.xml --reporter sarif:iovcheck.sarif
  iovcheck check ./my-design.ts --bounds tiny --reporter email > reply.txt
  iovcheck verify proof.json
  iovcheck verify proof.json --depth 3`;

function addVerify(program: Command, done: Done): void {
  program
    .command('verify')
    .description('whether what a certificate says is still so: compare what it rests on, and search again')
    .argument('<certificate>', 'a file that check --certificate has written')
    .option('--hashes', 'only whether something that it rests on has changed; search nothing')
    .option('--depth <n>', 'only runs of up to so many calls, compared level by level')
    .option('--budget <budget>', 'of each search: 60s, 10m or 1000000-steps; what was searched is compared')
    .option('--workers <n>', 'threads: searches side by side, or several to one search; all cores where absent')
    .option('--memory <amount>', 'for all states together, e.g. 8G')
    .option('--kernel-tree <folder>', 'the tree whose C it is about; --patch FILE and --rev A..B as for check')
    .option('--patch <file>', 'with this patch on the tree')
    .option('--rev <A..B>', "the tree's repository at revision B")
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', `\n${VERIFY_HELP}`)
    .action(async (name: string, raw: RawVerifyOptions) => {
      const { verify } = await import('./verify.js');
      done(await verify(name, raw));
    });
}

function makeProgram(done: Done): Command {
  const program = new Command('iovcheck')
    .description('Finds edge-case bugs in designs for Linux pipes and iov_iter before they are merged.')
    .version(ownPackage().version)
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => {} })
    .addHelpText('after', `\n${STATUSES}\n\n${EXAMPLES}`);
  addCheck(program, done);
  addFuzz(program, done);
  addOthers(program, done);
  addReport(program, done, hasColour);
  addRepro(program, done, hasColour);
  addDesignCommands(program, done);
  addVerify(program, done);
  addDiff(program, done, hasColour);
  addOverflow(program, done);
  addCorpus(program, done);
  addCampaign(program, done);
  return program;
}

/** Commander's own complaints, as one sentence like any other. */
function usageOf(error: CommanderError): string {
  const what = error.message
    .replace(/^error: /, '')
    .replace(/\.?\s*\n\(?Did you mean (.*?)\??\)?$/, '; did you mean $1?');
  return `${what.replaceAll('\n', ' ')}${/[.?]$/.test(what) ? '' : ';'} see iovcheck --help`;
}

function failed(error: unknown): number {
  if (error instanceof UsageError) {
    complain(error.message);
    return Status.Usage;
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return Status.Ok;
    complain(error.code === 'commander.help' ? 'name a command; see iovcheck --help' : usageOf(error));
    return Status.Usage;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  complain(`this is a bug of iovcheck; please report it with the command line:\n${text}`);
  return Status.Internal;
}

async function main(): Promise<void> {
  watchStdout();
  const done: Done = (status) => {
    process.exitCode = statusAfterOutput(status);
  };
  process.on('uncaughtException', (error) => done(failed(error)));
  try {
    await makeProgram(done).parseAsync();
  } catch (error) {
    done(failed(error));
  }
}

await main();
