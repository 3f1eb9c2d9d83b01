/**
 * A process of its own that loads a target as the CLI of jsfuzz would, and runs the inputs
 * that it is sent, one at a time: whoever sent one that is never answered knows which it was.
 */
import { createRequire } from 'node:module';
import { types } from 'node:util';

/** What it is sent, and what it answers. */
export interface Input {
  readonly bytes: string;
}
export type Answer =
  | { readonly kind: 'loaded'; readonly world?: unknown }
  | { readonly kind: 'unloadable'; readonly why: string }
  | { readonly kind: 'fine' }
  | { readonly kind: 'crash'; readonly why: string };

type Fuzz = (bytes: Buffer) => unknown;

const ESM = 'it is an ES module, which jsfuzz can not load; bundle it as CommonJS';

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function load(path: string): { fuzz: Fuzz; world?: unknown } | string {
  let module: { fuzz?: unknown; world?: unknown };
  try {
    module = createRequire(import.meta.url)(path) as typeof module;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_REQUIRE_ESM') return ESM;
    return `loading it threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
  // Newer Node can require what jsfuzz can not.
  if (types.isModuleNamespaceObject(module)) return ESM;
  const { fuzz, world } = module;
  if (typeof fuzz !== 'function') return 'it exports no function fuzz; write: exports.fuzz = (buf) => { ... }';
  return { fuzz: fuzz as Fuzz, world };
}

/** A turn of the event loop, in which what was thrown too late is thrown. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

async function run(fuzz: Fuzz, bytes: Buffer): Promise<Answer> {
  try {
    await fuzz(bytes);
  } catch (error) {
    return { kind: 'crash', why: wordsOf(error) };
  }
  await turn();
  return { kind: 'fine' };
}

function main(): void {
  const answer = (message: Answer): void => void process.send?.(message);
  const loaded = load(process.argv[2]);
  if (typeof loaded === 'string') {
    answer({ kind: 'unloadable', why: loaded });
    return;
  }
  const { fuzz, world } = loaded;
  process.on('message', ({ bytes }: Input) => void run(fuzz, Buffer.from(bytes, 'base64')).then(answer));
  answer({ kind: 'loaded', world });
}

main();
