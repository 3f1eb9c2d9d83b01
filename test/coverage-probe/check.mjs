/**
 * Fails when c8 lies: the uncovered lines of probe.ts, as c8's JSON report gives them, are
 * exactly those below. Run by `npm run coverage`, after c8.
 */
import { readFileSync } from 'node:fs';

const PROBE = 'test/coverage-probe/probe.ts';
const REPORT = 'coverage/probe/coverage-final.json';

/**
 * The lines of probe.ts that never run. c8 counts a line as such when all of it lies in a
 * block that never ran: `default:` and `export function` lines begin outside of theirs.
 */
const NEVER_RUN = [14, 15, 22, 30, 31, 32, 43, 44];

/** @param {Record<string, { path: string, s: Record<string, number>, statementMap: Record<string, { start: { line: number } }> }>} report */
function uncoveredLines(report) {
  const entry = Object.values(report).find((file) => file.path.endsWith(PROBE));
  if (entry === undefined) throw new Error(`${REPORT} has no entry for ${PROBE}`);
  return Object.keys(entry.s)
    .filter((id) => entry.s[id] === 0)
    .map((id) => entry.statementMap[id].start.line);
}

const expected = NEVER_RUN.join(' ');
const reported = uncoveredLines(JSON.parse(readFileSync(REPORT, 'utf8'))).join(' ');
if (expected !== reported) {
  process.stderr.write(`c8 is wrong about ${PROBE}:\n  never run: ${expected}\n  c8 says:   ${reported}\n`);
  process.exit(1);
}
process.stdout.write(`c8 is right about ${PROBE}: lines ${expected} never run\n`);
