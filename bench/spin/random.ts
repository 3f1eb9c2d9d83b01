/** Random steps a second, every check after each: our loop, fast-check, Quint. */
import type { Case } from '../cases.js';
import { measureCase } from '../measure.js';
import { median } from './published.js';
import { fetchQuint, QUINT_VERSION, runQuint } from './quint.js';

export interface RandomRow {
  readonly name: string;
  /** Steps a second. */
  readonly user: number;
  readonly wall: number;
}

const WORLD = { design: 'packet-2012-repaired', scenario: 'packet', bounds: 'default', contents: 'off' } as const;
const OURS: readonly Case[] = [
  { name: 'iovcheck, its random loop', engine: 'tight loop', ...WORLD },
  { name: 'fast-check 4, `fc.commands`', engine: 'fast-check', ...WORLD },
];

export async function measureRandom(rounds: number, withQuint: boolean): Promise<readonly RandomRow[]> {
  const problem = withQuint ? fetchQuint() : '';
  if (problem !== '') throw new Error(`bench: ${problem}`);
  const quint = `Quint ${QUINT_VERSION}, \`run --backend typescript\``;
  const all = new Map<string, { user: number; wall: number }[]>(OURS.map(({ name }) => [name, []]));
  if (withQuint) all.set(quint, []);
  for (let round = 1; round <= rounds; round++) {
    for (const c of OURS) all.get(c.name)?.push(await measureCase(c));
    if (withQuint) all.get(quint)?.push(runQuint());
    process.stderr.write(`random steps: round ${round} of ${rounds} is done\n`);
  }
  return [...all].map(([name, rates]) => ({
    name,
    user: median(rates.map(({ user }) => user)),
    wall: median(rates.map(({ wall }) => wall)),
  }));
}
