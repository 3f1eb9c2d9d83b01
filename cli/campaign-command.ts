/** `iovcheck campaign`: many designs, many seeds, many machines. */
import type { Command } from 'commander';
import type { RawCampaignOptions } from './campaign-run.js';
import { campaignRun } from './campaign-run.js';

const EXAMPLES = `Examples:
  iovcheck campaign run examples/first.campaign.json
  iovcheck campaign run ./my.campaign.ts --workers 8 --dir out/my`;

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
    .option('--fresh', 'forget what is done, and begin anew')
    .option('--quiet', 'no progress on stderr')
    .addHelpText('after', `\n${RUN_HELP}\n\n${EXAMPLES}`)
    .action(async (file: string, raw: RawCampaignOptions) => done(await campaignRun(file, raw)));
}
