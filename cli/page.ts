/** Writes the report that is a folder: `--reporter html:DIR`. */
import { writeFiles } from './output.js';
import { ownPackage } from './own-package.js';
import type { Report } from './protocol.js';

/** The page of all reports, and its pictures; a sentence where they can not be written. */
export async function writePage(
  folder: string,
  reports: readonly Report[],
  conclusion: string,
): Promise<string | undefined> {
  // What renders pages is loaded only where there is one.
  const { pageFiles } = await import('../reports/html/page.js');
  const results = reports.flatMap(({ page }) => page ?? []);
  const files = await pageFiles({ version: ownPackage().version, results, conclusion });
  return writeFiles(folder, files, '--reporter html:DIR');
}
