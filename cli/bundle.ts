/** A design file of a user's, bundled in memory: TypeScript is stripped, what it imports is put in. */
import { existsSync, statSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { RolldownLog } from 'rolldown';
import { UsageError } from '../harness/bounds-text.js';

/** The library of the running package: a design and iovcheck must share one Kernel. */
const LIBRARY = new URL('../index.js', import.meta.url).href;

const FILE = /(^|[\\/])[^\\/]*\.(ts|mts|js|mjs)$/;

/** Whether an argument names a file, not a design of ours. */
export function isFileName(name: string): boolean {
  return FILE.test(name) || /[\\/]/.test(name);
}

/** `file:line:column: what` of the first thing that rolldown complains of. */
function sentence(log: Partial<RolldownLog>, name: string): string {
  const text = (log.message ?? 'it can not be bundled')
    .split('\n')[0]
    .replace(/^\[\w+\]\s*/, '')
    .replace(/\.$/, '');
  const { loc } = log;
  if (loc === undefined) return `${name}: ${text}`;
  const file = loc.file === undefined ? name : relative(process.cwd(), resolve(loc.file)) || name;
  return `${file}:${loc.line}:${loc.column + 1}: ${text}`;
}

/** `see` is told each file that goes into it. */
async function bundle(path: string, name: string, see: (file: string) => void = () => {}): Promise<string> {
  const unresolved: RolldownLog[] = [];
  // It takes as long to load as all the rest of a small command.
  const { build } = await import('rolldown');
  const output = await build({
    input: path,
    write: false,
    platform: 'node',
    logLevel: 'warn',
    onLog: (_level, log) => {
      if (log.code === 'UNRESOLVED_IMPORT') unresolved.push(log);
    },
    plugins: [
      {
        name: 'iovcheck',
        resolveId: (id) => (id === 'iovcheck' ? { id: LIBRARY, external: true } : undefined),
        load(id) {
          if (existsSync(id)) see(id);
        },
      },
    ],
    // Neither says where the file lies, nor what its comments are: the same design, the same code, anywhere.
    experimental: { attachDebugInfo: 'none' },
    output: { format: 'esm', codeSplitting: false, comments: false },
  });
  if (unresolved.length > 0) throw new UsageError(sentence(unresolved[0], name));
  return output.output[0].code;
}

/** Files that a design file is made of, absolute: as many as are met before one can not be read. */
export async function filesOf(name: string): Promise<ReadonlySet<string>> {
  const files = new Set([resolve(name)]);
  // What is wrong with one is told by whoever wants its code.
  await bundle(resolve(name), name, (file) => files.add(file)).catch(() => {});
  return files;
}

/** Code as a URL that threads can import without a file. */
export function moduleUrl(code: string): string {
  return `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
}

/** The file as a URL that both main thread and workers can import; a design, or what else it `exports`. */
export async function bundleFile(name: string, exports = 'design'): Promise<string> {
  const path = resolve(name);
  if (!existsSync(path))
    throw new UsageError(`${name}: there is no such file; name a .ts or .js file that exports '${exports}'`);
  if (!statSync(path).isFile())
    throw new UsageError(`${name}: this is no file; name a .ts or .js file that exports '${exports}'`);
  let code: string;
  try {
    code = await bundle(path, name);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const first = (error as { errors?: readonly Partial<RolldownLog>[] }).errors?.[0];
    throw new UsageError(`${sentence(first ?? { message: String(error) }, name)}; correct it and try again`, {
      cause: error,
    });
  }
  return moduleUrl(code);
}

/** The other way: a URL to import here, of code that {@link bundleCode} has made. */
export function urlOfCode(code: string): string {
  return moduleUrl(
    code.replaceAll(
      /(from\s*|import\s*|import\()(["'])iovcheck\2/g,
      (_all, word: string) => `${word}${JSON.stringify(LIBRARY)}`,
    ),
  );
}

/** The code behind such a URL, with nothing in it of the place where iovcheck lies. */
export function bundleCode(url: string): string {
  const code = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64').toString('utf8');
  return code.replaceAll(LIBRARY, 'iovcheck');
}
