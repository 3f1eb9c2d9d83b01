/**
 * Quint's random simulator on bench/quint/packet.qnt. It is no dependency of ours: 43 MB for one row of a
 * table, with a package that has an install script. The bench fetches it once, scripts left out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { timed } from './pan.js';

export const QUINT_VERSION = '0.33.0';
const HOME = resolve('.iovcheck/quint');
const SPEC = fileURLToPath(new URL('../../../bench/quint/packet.qnt', import.meta.url));

/** Without the override npm resolves antlr4ts to 0.5.0-dev, and Quint fails as it loads. */
const PACKAGE = {
  private: true,
  dependencies: { '@informalsystems/quint': QUINT_VERSION },
  overrides: { antlr4ts: '0.5.0-alpha.4' },
};

/** Installs it unless it is there; '' or what went wrong. */
export function fetchQuint(): string {
  if (existsSync(join(HOME, 'node_modules/@informalsystems/quint/package.json'))) return '';
  mkdirSync(HOME, { recursive: true });
  writeFileSync(join(HOME, 'package.json'), JSON.stringify(PACKAGE));
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', args, { cwd: HOME, stdio: 'ignore', timeout: 300_000 });
  return status === 0
    ? ''
    : `Quint ${QUINT_VERSION} can not be installed; run npm install in ${HOME}, or leave it out with --no-quint`;
}

const STEPS = 40;
const TRACES = 1000;

function seconds(traces: number): { user: number; wall: number; rss: number } {
  const cli = join(HOME, 'node_modules/@informalsystems/quint/dist/src/cli.js');
  const run = ['run', '--backend', 'typescript', '--main', 'packet', '--invariant', 'holds', '--seed', '1'];
  const size = ['--max-samples', String(traces), '--max-steps', String(STEPS), '--verbosity', '1'];
  const { output, cost } = timed(process.execPath, [cli, ...run, ...size, SPEC], HOME);
  if (!output.includes('No violation found')) throw new Error(`bench: Quint says: ${output.slice(0, 500)}`);
  return cost;
}

export interface Rates {
  /** Steps a second of user time, and by the clock. */
  readonly user: number;
  readonly wall: number;
  /** Peak, in bytes. */
  readonly rss: number;
}

/** What loading and parsing take is left out: the difference between many traces and one. */
export function runQuint(): Rates {
  const one = seconds(1);
  const many = seconds(TRACES + 1);
  const steps = TRACES * STEPS;
  return { user: steps / (many.user - one.user), wall: steps / (many.wall - one.wall), rss: many.rss };
}
