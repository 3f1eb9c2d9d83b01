/**
 * The house rules, one function each: given files, it returns a sentence for each break.
 * tidy.test.ts feeds them the repository, and each one a bad snippet too.
 */
import { posix } from 'node:path';
import type { SourceFile } from './syntax.js';
import { functionsOf, importsOf, lineOf, namesUsed, parse, walk } from './syntax.js';

/** Imports point to lower numbers, or stay in their folder. Folders of one number do not see each other. */
const LAYER: Readonly<Record<string, number>> = {
  model: 0,
  invariants: 1,
  harness: 2,
  check: 3,
  fuzz: 3,
  oracle: 3,
  campaign: 4,
  reports: 5,
  cli: 6,
  'index.ts': 7,
  vitest: 8,
};

/** Folders that nothing imports from, and that may import what they like. */
const OUTSIDE = new Set(['test', 'bench', 'examples', 'scripts', 'vitest.config.ts']);

/** Folders whose code is pure: no clock, no chance, no I/O, nothing that is not ours. */
const PURE = new Set(['model', 'invariants']);

const IMPURE_NAMES = new Set([
  'Date',
  'performance',
  'process',
  'console',
  'crypto',
  'fetch',
  'globalThis',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
]);

/** A larger size that a file or a function is allowed, and why. */
export type Allowed = Readonly<Record<string, string>>;

export function folderOf(path: string): string {
  return path.split('/')[0];
}

/** The .ts file that a relative import names. */
export function targetOf(path: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(path), specifier)).replace(/\.js$/, '.ts');
}

function checkImport(path: string, specifier: string): string | undefined {
  const from = folderOf(path);
  if (specifier.startsWith('#iov/')) return `${path} imports '${specifier}'; inside the package write a relative path`;
  if (!specifier.startsWith('.')) {
    return PURE.has(from) ? `${path} imports '${specifier}'; ${from}/ imports nothing that is not ours` : undefined;
  }
  const to = folderOf(targetOf(path, specifier));
  if (to === from) return undefined;
  const rank = LAYER[to];
  if (rank === undefined) return `${path} imports '${specifier}'; nothing imports from ${to}`;
  return rank < LAYER[from] ? undefined : `${path} imports '${specifier}'; ${from} may not import ${to}`;
}

/** model <- invariants <- harness <- check, fuzz, oracle <- campaign <- reports <- cli <- index.ts <- vitest */
export function checkImports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const from = folderOf(file.path);
    if (OUTSIDE.has(from)) return [];
    if (LAYER[from] === undefined)
      return [`${file.path}: '${from}' has no place in the order of imports (test/tidy/checks.ts)`];
    return importsOf(file).flatMap(({ specifier }) => checkImport(file.path, specifier) ?? []);
  });
}

/** No file needs itself to be loaded. `import type` is not counted: structs and the functions on them name each other, as in C. */
export function checkCycles(files: readonly SourceFile[]): string[] {
  const edges = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .filter(({ specifier, isType }) => !isType && specifier.startsWith('.'))
        .map(({ specifier }) => targetOf(file.path, specifier)),
    ]),
  );
  const done = new Set<string>();
  const complaints: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path))
      complaints.push(`imports go round: ${[...way.slice(way.indexOf(path)), path].join(' -> ')}`);
    if (way.includes(path) || done.has(path)) return;
    // An import says .js of both.
    for (const next of edges.get(path) ?? edges.get(`${path}x`) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return complaints;
}

/** Below harness/ there is no clock, no chance and no I/O: the same op on the same state does the same. */
export function checkPurity(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => PURE.has(folderOf(file.path)))
    .flatMap((file) => {
      const complaints = namesUsed(file)
        .filter(({ name }) => IMPURE_NAMES.has(name))
        .map(({ name, line }) => `${file.path}:${line} uses ${name}; ${folderOf(file.path)}/ is pure`);
      walk(parse(file), (node) => {
        if (
          node.type !== 'MemberExpression' ||
          !/^Math\s*(\?\.|\.|\[)\s*['"]?random\b/.test(file.text.slice(node.start, node.end))
        )
          return;
        complaints.push(`${file.path}:${lineOf(file, node.start)} uses Math.random; ${folderOf(file.path)}/ is pure`);
      });
      return complaints;
    });
}

function withAllowed(found: Map<string, string>, allowed: Allowed): string[] {
  const needless = Object.keys(allowed).filter((key) => !found.has(key));
  return [
    ...[...found].filter(([key]) => allowed[key] === undefined).map(([, complaint]) => complaint),
    ...needless.map((key) => `${key} is allowed to be long and is not; take it off the list`),
  ];
}

/** Files stay under `max` lines. */
export function checkFileLength(files: readonly SourceFile[], max: number, allowed: Allowed): string[] {
  const found = new Map<string, string>();
  for (const { path, text } of files) {
    const lines = text.replace(/\n$/, '').split('\n').length;
    if (lines >= max) found.set(path, `${path} has ${lines} lines; files stay under ${max}`);
  }
  return withAllowed(found, allowed);
}

/** Functions stay under `max` lines. A key of `allowed` reads `path name`. */
export function checkFunctionLength(files: readonly SourceFile[], max: number, allowed: Allowed): string[] {
  const found = new Map<string, string>();
  for (const file of files) {
    for (const { name, line, lines } of functionsOf(file)) {
      if (lines >= max)
        found.set(
          `${file.path} ${name}`,
          `${file.path}:${line} ${name} has ${lines} lines; functions stay under ${max}`,
        );
    }
  }
  return withAllowed(found, allowed);
}

function grep(files: readonly SourceFile[], pattern: RegExp, what: string): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, i) => {
      const match = pattern.exec(line);
      return match === null ? [] : [`${path}:${i + 1} ${what}: ${match[0].trim()}`];
    }),
  );
}

/** No test is left out, and none is the only one that runs. */
export function checkTestsRun(files: readonly SourceFile[]): string[] {
  return grep(
    files,
    /\b(test|it|describe|suite)(\.\w+)*\.(only|skip|todo|fails)\b|\bx(it|test|describe)\(/,
    'leaves tests out',
  );
}

/** Nothing is put off to a comment. (The brackets keep this line from finding itself.) */
export function checkMarks(files: readonly SourceFile[]): string[] {
  return grep(files, /\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/, 'puts work off');
}

/** Nothing in the repository names a machine's folders or where packages came from. */
export function checkPlaces(files: readonly SourceFile[]): string[] {
  return [
    ...grep(
      files,
      /(^|[^\w.)\]}*-])\/(work|root|home|Users|tmp\/bash_jobs)\/[^\s'"`]*|\.\.\/share[d]\//,
      'names a folder of a machine',
    ),
    ...grep(
      files,
      /https?:\/\/(registry\.|localhost|127\.|10\.|192\.168\.)[^\s'"`]*|\bregistry\.[a-z]+[a-z]js\.|\bregistry\s*=|"resolved"\s*:/,
      'names a registry',
    ),
  ];
}

/** Names lead to their file: no default exports, no drawer of odds and ends. */
export function checkExports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const complaints = /(^|\/)(utils?|helpers?|misc|common)\.ts$/.test(file.path)
      ? [`${file.path}: name a file after what is in it`]
      : [];
    if (/\.config\.ts$/.test(file.path)) return complaints;
    walk(parse(file), (node) => {
      if (node.type === 'ExportDefaultDeclaration') complaints.push(`${file.path}: give the default export its name`);
    });
    return complaints;
  });
}

/** What restates the kernel says which lines of it: a `@kernel` tag, or a KernelRef. designs.ts is a list of the others. */
export function checkCitations(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => /^model\/(linux|designs)\//.test(path) && path !== 'model/designs/designs.ts')
    .filter(({ text }) => !/@kernel \S/.test(text) && !/\btree: '[^']+'/.test(text))
    .map(({ path }) => `${path} cites no kernel source: write a '@kernel' tag or a KernelRef`);
}

/** `name` exported from `path` has the file's name as its id. */
export function checkIdentity(path: string, module: Readonly<Record<string, unknown>>, name: string): string[] {
  const thing = module[name] as { readonly id?: unknown } | undefined;
  if (thing === undefined) return [`${path} does not export '${name}'`];
  const id = posix.basename(path, '.ts');
  return thing.id === id ? [] : [`${path} exports a ${name} with id '${String(thing.id)}'; its file says '${id}'`];
}
