/**
 * Who took and who dropped each page, step by step: rebuilt from the states of a replay,
 * never recorded by the code under test. Shown where references and owners do not match.
 */
import type { Page } from '../model/kernel.js';
import { FOLL_PIN, pipeNames } from '../model/kernel.js';
import { isCounted, isRightWithoutPins, refcountOf } from '../model/owners.js';
import { tmpPagesOf } from '../model/ring.js';
import { replay } from './replay.js';
import type { Runner } from './runner.js';

/** `F0` for a page of the file, `p3` for one of the anonymous pool. */
export function pageName(_runner: Runner, page: Page): string {
  return page.name;
}

/** Owners of the folio, counted from the state: `page cache`, `slot 0`, `tmp_page`, `caller`; a name once a reference or pin. */
export function ownersOf(runner: Runner, page: Page): string[] {
  const { k, w } = runner;
  const { head } = page;
  const isIn = (other: Page | null): boolean => other !== null && other.head === head;
  const out: string[] = k.pages.filter((p) => p.owner !== '' && isIn(p)).map((p) => p.owner);
  if (k.needs.pipe) {
    for (let p = 0; p < k.pipes.length; p++) {
      k.usePipe(p);
      const of = k.pipes.length > 1 ? `${pipeNames(k)[p]}${k.needs.inodes === true && p === 1 ? '' : "'s"} ` : '';
      const used = Math.min(w.ring.used(k), w.ring.size(k));
      for (let j = 0; j < used; j++) if (isIn(w.ring.slot(k, j).page)) out.push(`${of}slot ${w.ring.index(k, j)}`);
      for (const kept of tmpPagesOf(k.pipe)) if (isIn(kept)) out.push(`${of}tmp_page`);
    }
    k.usePipe(0);
  }
  for (const { name, cache } of k.splice.inodes) {
    cache.forEach((cached, n) => {
      if (cached?.owner === '' && isIn(cached)) out.push(`page ${n} of ${name}`);
    });
  }
  if (k.needs.memory === 'paged') {
    for (const mm of k.mms) {
      mm.ptes.forEach((pte, v) => {
        if (isIn(pte.page) && !head.isZero) out.push(`${mm.id === 0 ? 'parent' : 'child'}'s page ${v}`);
      });
    }
  }
  const { request } = k;
  for (let e = 0; e < request.nr; e++) {
    if (!isIn(request.page[e]) || request.hold === 0) continue;
    out.push(request.hold === FOLL_PIN ? PIN : 'caller');
  }
  return out;
}

/** An owner that counts as many references as a pin. */
export const PIN = "caller's pin";

/** The references that these owners come to. */
export function referencesOf(runner: Runner, page: Page, owners: readonly string[]): number {
  const pins = owners.filter((owner) => owner === PIN).length;
  const refs = owners.length - pins;
  return isRightWithoutPins(page.head, refs) ? refs : refcountOf(runner.k, page.head, refs, pins);
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
  /** All owners after the step, and the count that they come to. */
  readonly owners: readonly string[];
  readonly expected: number;
}

/** A page after one step. */
export interface Account {
  readonly refcount: number;
  readonly owners: readonly string[];
  readonly expected: number;
}

/** Accounts of all pages whose references are counted, in the order of {@link countedNames}, as the state is. */
export function accounts(runner: Runner): Account[] {
  return runner.k.pages.filter(isCounted).map((page) => {
    const owners = ownersOf(runner, page);
    return { refcount: page.refcount, owners, expected: referencesOf(runner, page, owners) };
  });
}

export function countedNames(runner: Runner): string[] {
  return runner.k.pages.filter(isCounted).map((page) => pageName(runner, page));
}

/** What `b` has more than `a`, each name as often as it is more. */
export function more(a: readonly string[], b: readonly string[]): string[] {
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
  const names = countedNames(runner);
  return steps.flatMap(({ text, ret }, at) => {
    const after = states[at];
    const lines = after.flatMap(({ refcount, owners, expected }, p): LedgerLine[] => {
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
          expected,
        },
      ];
    });
    before = after;
    return lines;
  });
}

/** Whether the count is what its owners come to. */
export function isBalanced(line: LedgerLine): boolean {
  return line.refcount === line.expected;
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
      : `${cells}  <== ${lines[r - 1].refcount} for ${lines[r - 1].expected}`;
  });
}
