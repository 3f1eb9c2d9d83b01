/** Fails when the package would carry what its users do not need, or lack what they do. */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const WANTED = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^docs\/[^/]+\.(md|json|svg)$/,
  /^corpus\/(README\.md|(regressions|seeds)\/[^/]+)$/,
  /^oracle\/tree\/c\/((runtime|pipe|wide|wide_main)\.c|include\/iov\/\w+\.h)$/,
  /^examples\/([\w-]+\.campaign\.json|[\w-]+\/(README\.md|[\w-]+\.ts))$/,
  /^dist\/index\.(js|d\.ts)$/,
  /^dist\/(model|invariants|harness|check|fuzz|oracle|campaign|reports|cli|vitest)\/.*\.(js|d\.ts)$/,
];
const NEEDED = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/cli/main.js',
  'oracle/tree/c/runtime.c',
  'oracle/tree/c/pipe.c',
  'oracle/tree/c/wide.c',
  'oracle/tree/c/include/iov/kernel.h',
  'dist/vitest/index.js',
  'dist/vitest/index.d.ts',
];

/** @param {readonly string[]} files @returns {string[]} */
export function checkPackedFiles(files) {
  const isWanted = (/** @type {string} */ path) => WANTED.some((pattern) => pattern.test(path));
  return [
    ...files.filter((path) => !isWanted(path)).map((path) => `${path}: users do not need it`),
    ...NEEDED.filter((path) => !files.includes(path)).map((path) => `${path}: is missing`),
  ];
}

/** @returns {string[]} */
function packedFiles() {
  const out = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [entry] = JSON.parse(out);
  return entry.files.map((/** @type {{ path: string }} */ file) => file.path);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = packedFiles();
  const complaints = checkPackedFiles(files);
  for (const complaint of complaints) process.stderr.write(`npm pack: ${complaint}\n`);
  process.stdout.write(`npm pack: ${files.length} files\n`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}
