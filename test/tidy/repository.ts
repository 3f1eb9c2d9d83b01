import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from './syntax.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Whether a line of .gitignore covers `name`: `folder/` or `*.ext`, which is all that it holds. */
function isIgnored(patterns: readonly string[], name: string): boolean {
  return (
    name === '.git' ||
    patterns.some((p) => (p.startsWith('*') ? name.endsWith(p.slice(1)) : name === p.replace(/\/$/, '')))
  );
}

function list(dir: string, patterns: readonly string[]): string[] {
  return readdirSync(join(ROOT, dir), { withFileTypes: true }).flatMap((entry) => {
    const path = dir === '' ? entry.name : `${dir}/${entry.name}`;
    if (isIgnored(patterns, entry.name)) return [];
    return entry.isDirectory() ? list(path, patterns) : [path];
  });
}

/** All text files that are not ignored by git, whether or not they are committed yet. */
export function readRepository(): SourceFile[] {
  const patterns = readFileSync(join(ROOT, '.gitignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return list('', patterns)
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}
