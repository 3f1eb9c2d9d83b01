/** What a design of the history says of itself as data is what its head says. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { DESIGNS } from '#iov/model/designs/designs.js';

const FOLDER = 'model/designs/history';

/** Commits of the lines of the head that name the origin, or the fix. */
function commits(head: string, what: RegExp): string[] {
  const lines = head.split('\n').filter((line) => line.includes('@kernel') && what.test(line));
  return lines.flatMap((line) => line.match(/\b[0-9a-f]{12}\b/g) ?? []);
}

test.each(readdirSync(FOLDER))('%s', (file) => {
  const design = DESIGNS.find(({ id }) => id === basename(file, '.ts'));
  const [head] = readFileSync(`${FOLDER}/${file}`, 'utf8').split('*/');
  const { origins, fix } = design?.history ?? {};
  expect(origins).toEqual(commits(head, /: the origin|: the ring that can/));
  expect(fix).toBe(commits(head, /: the fix|: the merge of the fix/)[0]);
});
