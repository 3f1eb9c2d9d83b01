/** Takes files of a corpus in threads that can be ended: one that hangs does not keep the others back. */
import { loadingHangs } from './jobs.js';
import type { CorpusItem, CorpusRow } from './protocol.js';
import { Thread } from './thread.js';

/** The design that a file names may be one of a user's: it has a thread of its own. */
function groups(items: readonly CorpusItem[]): number[][] {
  const out = new Map<string, number[]>();
  items.forEach(({ ref }, n) => {
    const key = ref.url ?? '';
    out.set(key, [...(out.get(key) ?? []), n]);
  });
  return [...out.values()];
}

const failed = (problem: string): CorpusRow => ({
  problem,
  kind: 'holds',
  steps: 0,
  broken: [],
  bins: [],
  imported: [],
});

/** What hangs breaks every-loop-ends; the op is the last of the path. */
function hung(path: readonly number[]): CorpusRow {
  return { ...failed(''), kind: 'hangs', steps: path.length - 1, hung: path };
}

/** A row for each item, in their order. */
export async function runItems(items: readonly CorpusItem[]): Promise<CorpusRow[]> {
  const rows: CorpusRow[] = [];
  for (const group of groups(items)) {
    for (let done = 0; done < group.length; ) {
      const left = group.slice(done);
      const { ref } = items[left[0]];
      const thread = new Thread<'corpus'>({ kind: 'corpus', ref, items: left.map((n) => items[n]) });
      const outcome = await thread.run();
      thread.rows.forEach((row, n) => (rows[left[n]] = row));
      done += thread.rows.length;
      if (outcome.kind === 'done') break;
      // It is the next file that ended it.
      if (outcome.kind === 'failed' && !outcome.isUsage) throw new Error(outcome.message);
      const at = group[done] ?? left[0];
      if (outcome.kind === 'failed') rows[at] = failed(`${items[at].path}: ${outcome.message}`);
      else if (outcome.path !== undefined) rows[at] = hung(outcome.path);
      else {
        // It will not load for the others either.
        const sentence = loadingHangs(ref.name, thread.seconds);
        for (const n of group.slice(done)) rows[n] = failed(`${items[n].path}: ${sentence}`);
        break;
      }
      done++;
    }
  }
  return rows;
}
