import { CONTRACT_2016 } from '../contract.js';
import { defineDesign } from '../design.js';
import { pipe33 } from '../linux/3.3/pipe.js';
import { pipeRelease33 } from '../linux/3.3/pipe_release.js';

/** Linux 3.3: pipes before packets; the kernel that seed 002 patches. */
export const design = defineDesign({
  id: 'linux-3.3',
  keepsToSlots: true,
  title: 'Linux 3.3: pipes before packets',
  source: [{ tree: '3.3', file: 'fs/pipe.c', symbol: '' }],
  ring: 'curbuf',
  add: { functions: { ...pipe33, ...pipeRelease33 } },
  contract: CONTRACT_2016,
  scenarios: ['packet'],
});
