/** A tree that asks for more than the shims have: what is missing, and which shim to extend. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shimFor } from './headers.js';
import type { Tree } from './source.js';

/** Things that are named in one message, at most. */
const NAMED = 8;

/** What clang, wasm-ld and ld say of a name that they do not know. */
const MISSING: readonly RegExp[] = [
  /call to undeclared (?:library )?function '([^']+)'/,
  /use of undeclared identifier '([^']+)'/,
  /unknown type name '([^']+)'/,
  /undefined symbol: (\S+)/,
  /undefined reference to `([^']+)'/,
  /no member named '([^']+)' in/,
  /(?:incomplete definition of type|field has incomplete type|variable has incomplete type) '(?:struct )?([^']+)'/,
];

const FOLDER = 'oracle/tree/c/include/iov';

/** The header of the tree that defines or declares a name; only when something is wrong already. */
function headerOf(tree: Tree, name: string): string | undefined {
  const folder = join(tree.dir, 'include/linux');
  if (!existsSync(folder)) return undefined;
  const word = name.replace(/\W/g, '');
  const pattern = new RegExp(
    `^(#define\\s+${word}\\b|(struct|union|enum)\\s+${word}\\s*\\{|[^#\\s].*\\b${word}\\s*\\()`,
    'm',
  );
  const files = readdirSync(folder).filter((file) => file.endsWith('.h'));
  return files
    .map((file) => `linux/${file}`)
    .find((header) => pattern.test(readFileSync(join(tree.dir, 'include', header), 'utf8')));
}

function adviceFor(tree: Tree, name: string): string {
  const header = headerOf(tree, name);
  if (header === undefined) return `'${name}': ${FOLDER}/kernel.h`;
  return `'${name}' of ${header}: ${FOLDER}/${shimFor(header) ?? 'kernel'}.h`;
}

/** One sentence, from what the compiler and the linker had to complain of. */
export function outgrown(tree: Tree, file: string, complaints: string): string {
  const start = `--kernel-tree ${tree.name}: ${file} of Linux ${tree.version}`;
  const headers = [...complaints.matchAll(/fatal error: '([^']+)' file not found/g)].map(([, header]) => header);
  if (headers.length > 0) {
    const list = [...new Set(headers)].map((header) => `<${header}>`).join(', ');
    return `${start} includes ${list}, for which there is no shim; add it to SHIMS of oracle/tree/headers.ts, and what is needed of it to a file of ${FOLDER}`;
  }
  const lines = complaints.split('\n').filter((line) => /error:/.test(line));
  const names = new Set(lines.flatMap((line) => MISSING.flatMap((pattern) => pattern.exec(line)?.[1] ?? [])));
  if (names.size === 0) {
    const first = (lines[0] ?? complaints.trim().split('\n')[0]).replace(/^(\.\/)?tree\//, '');
    return `${start} does not compile: ${first.replace(/\.$/, '')}; correct it, or where the kernel's own build takes it, extend a file of ${FOLDER}`;
  }
  const told = [...names].slice(0, NAMED).map((name) => adviceFor(tree, name));
  const rest = names.size - told.length;
  return `${start} needs what the shims do not have; add each to the file behind it: ${told.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}`;
}
