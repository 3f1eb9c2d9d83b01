/** One run that writes every format, for the tests of each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended, Folder } from '../cli/run.js';
import { iovcheck } from '../cli/run.js';

export const FORMATS = ['json', 'junit', 'ktap', 'sarif', 'github', 'markdown', 'email'] as const;
export type Format = (typeof FORMATS)[number];

export interface Written extends Ended {
  /** What one format says. */
  of(format: Format): string;
}

/** A busy machine is no reason to take a thread for one that hangs. */
export const PATIENT = { IOVCHECK_LOAD_SECONDS: '90', IOVCHECK_HANG_SECONDS: '90' };

/** `check` with every format in a file, and the text on stdout. */
export async function written(folder: Folder, name: string, args: readonly string[]): Promise<Written> {
  const path = (format: Format): string => join(folder.path, `${name}.${format}`);
  const reporters = FORMATS.flatMap((format) => ['--reporter', `${format}:${path(format)}`]);
  const ended = await iovcheck(['check', '--quiet', ...args, ...reporters], { cwd: folder.path, env: PATIENT });
  return { ...ended, of: (format) => readFileSync(path(format), 'utf8') };
}

/** A design of a user's whose every word is meant to break a format. */
export const HOSTILE = `import { defineDesign, linux33 } from 'iovcheck';
const { functions } = linux33;
const words = 'a ]]> <b> & "c" | % %0A # SKIP \\u0007 \\u001b[31m \\ud800 \`\`\` </details> ::error::no\\n::warning::no\\nok 1 no\\n';
export const design = defineDesign({
  id: 'hostile', title: words, source: [], base: linux33, scenarios: ['packet'],
  override: {
    pipeWrite(k, ...rest) {
      k.added[0] = 1;
      return functions.pipeWrite(k, ...rest);
    },
  },
  add: {
    fields: [['hostile', 1]],
    invariants: [{ id: 'a]]>%::<b>', statement: words, why: words, holds: (k) => k.added[0] === 0 }],
  },
});
`;
