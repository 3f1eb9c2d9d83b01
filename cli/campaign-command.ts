/** `iovcheck campaign`: many designs, many seeds, many machines. */
import type { Command } from 'commander';
import type { RawCampaignOptions } from './campaign-run.js';
import type { RawReportOptions, RawServeOptions } from './campaign-serve.js';
import type { RawWorkerOptions } from './campaign-worker.js';
import { QUEUE_HELP } from './queue-address.js';

const EXAMPLES = `Examples:
  iovcheck campaign run examples/first.campaign.json
  iovcheck campaign run ./my.campaign.ts --workers 8 --dir out/my
  iovcheck campaign run ./my.campaign.ts --queue redis://localhost
  iovcheck campaign worker --queue redis://localhost`;

const RUN_HELP = `A campaign that was ended goes on where it was: repeat the command line. One that was changed
goes on, too: jobs that are still the same are not run again.

Exit status, the first that applies: 70, 2, 1, 3 and 0 as for iovcheck check; 130 and 143 where it was ended.`;

export function addCampaign(program: Command, done: (status: number) => void): void {
  const campaign = program
    .command('campaign')
    .description('many designs, scenarios, bounds, engines and seeds, as jobs that can be ended at any time');
  campaign
    .command('run')
    .description('run the jobs of a campaign that are not done yet, and say what all of them came to')
    .argument('<file>', 'a campaign: .json, or .ts that exports one')
    .option('--dir <folder>', 'keeps the results; .iovcheck/NAME of the campaign where absent')
    .option('--workers <n>', 'jobs side by side, each in a thread; all cores where absent')
    .option('--queue <address>', 'hand the jobs out through this queue: redis://host:6379')
    .option('--queue-file <file>', 'a file that has the address of the queue, with its password')
    .option('--fresh', 'forget what is done, and begin anew')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', `\n${RUN_HELP}\n\n${QUEUE_HELP}\n\n${EXAMPLES}`)
    .action(async (file: string, raw: RawCampaignOptions) => {
      const { campaignRun } = await import('./campaign-run.js');
      done(await campaignRun(file, raw));
    });
  campaign
    .command('worker')
    .description('do jobs of the campaigns in a queue, on this machine, until Ctrl-C; join and leave at any time')
    .option('--workers <n>', 'jobs side by side, each in a thread; all cores where absent')
    .option('--queue <address>', 'redis://host:6379, without a password')
    .option('--queue-file <file>', 'a file that has the address, with its password')
    .option('--quiet', 'nothing on stderr but what is wrong')
    .addHelpText('after', `\n${QUEUE_HELP}`)
    .action(async (raw: RawWorkerOptions) => {
      const { campaignWorker } = await import('./campaign-worker.js');
      done(await campaignWorker(raw));
    });
  addViews(campaign, done);
}

function addViews(campaign: Command, done: (status: number) => void): void {
  campaign
    .command('serve')
    .description('show a campaign in a browser of this machine, live while it runs, until Ctrl-C')
    .argument('<folder>', 'where the campaign keeps its results, e.g. .iovcheck/first')
    .option('--port <n>', '0 for any', '7878')
    .action(async (dir: string, raw: RawServeOptions) => {
      const { campaignServe } = await import('./campaign-serve.js');
      done(await campaignServe(dir, raw));
    });
  campaign
    .command('report')
    .description('write the same as HTML files, for good')
    .argument('<folder>', 'where the campaign keeps its results')
    .option('--into <folder>', 'where they go; report in the same folder where absent')
    .action(async (dir: string, raw: RawReportOptions) => {
      const { campaignReport } = await import('./campaign-serve.js');
      done(await campaignReport(dir, raw));
    });
}
