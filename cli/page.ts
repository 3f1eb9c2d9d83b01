/** Writes the reports that are a folder: `--reporter html:DIR`. */
import { join } from 'node:path';
import { ownPackage } from './doctor.js';
import type { Reporter } from './options.js';
import { writeFile } from './output.js';
import type { Report } from './protocol.js';

/** Each page that is asked for, of all reports; sentences about what could not be written. */
export async function writePages(
  reporters: readonly Reporter[],
  reports: readonly Report[],
  conclusion: string,
): Promise<string[]> {
  const folders = reporters.flatMap(({ kind, path }) => (kind === 'html' && path !== undefined ? [path] : []));
  if (folders.length === 0) return [];
  // What renders pages is loaded only where there is one.
  const { pageFiles } = await import('../reports/html/page.js');
  const results = reports.flatMap(({ page }) => page ?? []);
  const files = await pageFiles({ version: ownPackage().version, results, conclusion });
  return folders.flatMap((folder) => {
    for (const { file, text } of files) {
      const problem = writeFile(join(folder, file), text, '--reporter html:DIR');
      if (problem !== undefined) return [problem];
    }
    return [];
  });
}
