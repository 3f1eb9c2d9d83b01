/** All cases of the suite. */
import type { Case } from './case.js';
import { COPIES } from './copies.js';
import { EXTRACTION } from './extraction.js';
import { FAULTY } from './faults.js';
import { QUERIES } from './queries.js';
import { REFERENCES } from './references.js';
import { SCATTER } from './scatter.js';
import { STEPWISE } from './steps.js';

export const CASES: readonly Case[] = [
  ...COPIES,
  ...EXTRACTION,
  ...SCATTER,
  ...REFERENCES,
  ...STEPWISE,
  ...QUERIES,
  ...FAULTY,
];

export function caseNamed(name: string): Case {
  const found = CASES.find((c) => c.name === name);
  if (found === undefined) throw new Error(`the suite has no case '${name}'`);
  return found;
}
