/** What a search finds is in the corpus at once: a run that is killed has kept it. */
import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { makeFolder } from '../harness/files.js';
import { identityOf } from '../campaign/corpus/identity.js';
import { addTrace } from '../campaign/corpus/save.js';
import type { Trace } from '../harness/trace.js';

export class Early {
  private readonly folder: string;
  /** Traces that were there before. */
  private readonly had: ReadonlySet<string>;
  /** Files of this run, by the identity of their trace. */
  private readonly files = new Map<string, string>();

  constructor(folder: string, there: readonly Trace[]) {
    this.folder = folder;
    this.had = new Set(there.map(identityOf));
  }

  /** Where it can not be written, that is said when everything is. */
  keep(trace: Trace): void {
    const identity = identityOf(trace);
    if (this.had.has(identity) || this.files.has(identity)) return;
    try {
      makeFolder(this.folder);
      const path = addTrace(this.folder, trace);
      if (path !== undefined) this.files.set(identity, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }

  /** Takes away what was only the first trace of its class, if the others could be written; the names of what stays. */
  settle(saved: readonly Trace[], isWritten: boolean): ReadonlySet<string> {
    const final = new Set(saved.map(identityOf));
    const stays = new Set<string>();
    for (const [identity, path] of this.files) {
      if (final.has(identity) || !isWritten) stays.add(basename(path));
      else rmSync(path, { force: true });
    }
    this.files.clear();
    return stays;
  }
}
