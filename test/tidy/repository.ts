import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFile } from './syntax.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Whether a line of .gitignore covers `path`: `folder/`, `/folder/` of the root, or `*.ext`, which is all that it holds. */
function isIgnored(patterns: readonly string[], path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const covers = (p: string): boolean => {
    if (p.startsWith('*')) return name.endsWith(p.slice(1));
    return p.startsWith('/') ? `${path}/` === p.slice(1) : name === p.replace(/\/$/, '');
  };
  return path === '.git' || patterns.some(covers);
}

function list(dir: string, patterns: readonly string[]): string[] {
  return readdirSync(join(ROOT, dir), { withFileTypes: true }).flatMap((entry) => {
    const path = dir === '' ? entry.name : `${dir}/${entry.name}`;
    if (isIgnored(patterns, path)) return [];
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
