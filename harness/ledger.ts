/**
 * Who took and who dropped each page, step by step: rebuilt from the states of a replay,
 * never recorded by the code under test. Shown where references and owners do not match.
 */
import type { Page } from '../model/kernel.js';
import { replay } from './replay.js';
import type { Runner } from './runner.js';

/** `F0` for a page of the file, `p3` for one of the anonymous pool. */
export function pageName(_runner: Runner, page: Page): string {
  return page.name;
}

/** Owners of the page, counted from the state: `page cache`, `slot 0`, `tmp_page`, `caller`; a name once a reference. */
export function ownersOf(runner: Runner, page: Page): string[] {
  const { k, w } = runner;
  const out: string[] = page.isFile ? ['page cache'] : [];
  const used = Math.min(w.ring.used(k), k.bounds.ring);
  for (let j = 0; j < used; j++) if (w.ring.slot(k, j).page === page) out.push(`slot ${w.ring.index(k, j)}`);
  if (k.pipe.tmpPage === page) out.push('tmp_page');
  for (let e = 0; e < k.request.nr; e++) if (k.request.page[e] === page) out.push('caller');
  return out;
}

export interface LedgerLine {
  /** Number of the step, from 1; 0 is the initial state. */
  readonly step: number;
  readonly op: string;
  readonly ret: number;
  readonly page: string;
  readonly refcountBefore: number;
  readonly refcount: number;
  /** Owners that the page has since this step, and those it has no more. */
  readonly took: readonly string[];
  readonly dropped: readonly string[];
  /** All owners after the step; the count has to be their number. */
  readonly owners: readonly string[];
}

interface Account {
  readonly refcount: number;
  readonly owners: readonly string[];
}

function accounts(runner: Runner): Account[] {
  return runner.k.pages.map((page) => ({ refcount: page.refcount, owners: ownersOf(runner, page) }));
}

/** What `b` has more than `a`, each name as often as it is more. */
function more(a: readonly string[], b: readonly string[]): string[] {
  const rest = [...a];
  return b.filter((name) => {
    const at = rest.indexOf(name);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** One line for each page that an op changed the count or the owners of. */
export function ledger(runner: Runner, ops: readonly number[]): LedgerLine[] {
  const states: Account[][] = [];
  const { steps } = replay(runner, ops, () => {
    states.push(accounts(runner));
    return [];
  });
  runner.reset();
  let before = accounts(runner);
  const names = runner.k.pages.map((page) => pageName(runner, page));
  return steps.flatMap(({ text, ret }, at) => {
    const after = states[at];
    const lines = after.flatMap(({ refcount, owners }, p): LedgerLine[] => {
      const took = more(before[p].owners, owners);
      const dropped = more(owners, before[p].owners);
      if (refcount === before[p].refcount && took.length === 0 && dropped.length === 0) return [];
      return [
        {
          step: at + 1,
          op: text,
          ret,
          page: names[p],
          refcountBefore: before[p].refcount,
          refcount,
          took,
          dropped,
          owners,
        },
      ];
    });
    before = after;
    return lines;
  });
}

/** Whether the count is the number of owners. */
export function isBalanced(line: LedgerLine): boolean {
  return line.refcount === line.owners.length;
}

function change(line: LedgerLine): string {
  const parts = [...line.took.map((name) => `+${name}`), ...line.dropped.map((name) => `-${name}`)];
  return parts.join(' ') || 'nobody';
}

/** A table, one line a change, and a mark where the count is not the number of owners. */
export function formatLedger(lines: readonly LedgerLine[]): string[] {
  const rows = lines.map((line) => [
    String(line.step),
    line.page,
    `${line.refcountBefore} -> ${line.refcount}`,
    change(line),
    line.owners.join(', ') || 'none',
  ]);
  const table = [['step', 'page', 'refcount', 'who', 'owners now'], ...rows];
  const widths = table[0].map((_, c) => Math.max(...table.map((row) => row[c].length)));
  return table.map((row, r) => {
    const cells = row
      .map((cell, c) => (c === 0 ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
      .join('  ')
      .trimEnd();
    return r === 0 || isBalanced(lines[r - 1])
      ? cells
      : `${cells}  <== ${lines[r - 1].refcount} for ${lines[r - 1].owners.length}`;
  });
}
