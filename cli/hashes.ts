/**
 * What a certificate rests on, as hashes: the compiled files of the spec, of the engine, of each
 * rule, and of a design with all that it stands on.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCode } from './bundle.js';
import type { DesignRef } from './load.js';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** What belongs to single designs: kernel functions by version, and the designs themselves. */
const OF_DESIGNS = /^model\/(designs|linux)\//;

/** One hash of several texts, each under its name. */
function hashOf(parts: readonly (readonly [name: string, text: string | Buffer])[]): string {
  const hash = createHash('sha256');
  for (const [name, text] of parts) {
    const of = createHash('sha256').update(text).digest('hex');
    hash.update(`${name}\n${of}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** Compiled files of a folder of ours, by their path from the root. */
function filesOf(folder: string): string[] {
  return readdirSync(resolve(ROOT, folder), { recursive: true })
    .map((name) => `${folder}/${String(name).split(sep).join('/')}`)
    .filter((path) => path.endsWith('.js'))
    .sort();
}

function hashFiles(paths: readonly string[]): string {
  return hashOf(paths.map((path) => [path, readFileSync(resolve(ROOT, path))]));
}

function ruleOf(path: string): string {
  return path.slice('invariants/'.length, -'.js'.length);
}

/** The list of the rules is no rule; the hashes of the rules say what is on it. */
const RULE_LIST = 'invariants/invariants.js';

export interface SpecHashes {
  readonly spec: string;
  readonly engine: string;
  /** Hash of each rule of ours, by its id. */
  readonly invariants: ReadonlyMap<string, string>;
}

/** `ids`: the rules; what else is in their folder they share. */
export function specHashes(ids: ReadonlySet<string>): SpecHashes {
  const rules = filesOf('invariants').filter((path) => path !== RULE_LIST);
  const model = filesOf('model').filter((path) => !OF_DESIGNS.test(path));
  const shared = rules.filter((path) => !ids.has(ruleOf(path)));
  return {
    spec: hashFiles([...model, ...filesOf('harness'), ...shared]),
    engine: hashFiles(filesOf('check')),
    invariants: new Map(rules.filter((path) => ids.has(ruleOf(path))).map((path) => [ruleOf(path), hashFiles([path])])),
  };
}

/** Files of designs that `entry` reaches by imports. */
async function chainOf(entry: string): Promise<string[]> {
  const paths = new Set<string>();
  const { build } = await import('rolldown');
  await build({
    input: resolve(ROOT, entry),
    write: false,
    platform: 'neutral',
    logLevel: 'silent',
    plugins: [
      {
        name: 'iovcheck-chain',
        load(id) {
          const path = relative(ROOT, id).split(sep).join('/');
          if (OF_DESIGNS.test(path)) paths.add(path);
        },
      },
    ],
    output: { format: 'esm', codeSplitting: false },
  });
  return [...paths].sort();
}

/** The file of a design of ours. */
function fileOf(id: string): string {
  const [first, ...others] = filesOf('model/designs').filter((path) => path.endsWith(`/${id}.js`));
  if (first === undefined || others.length > 0) throw new Error(`the design ${id} is not in one file of its name`);
  return first;
}

export interface DesignHashes {
  /** Of one of ours: its file and those it stands on. Of a file of a user's: all of its own code. */
  readonly hash: string;
  /** Of a file of a user's: the kernels that it may stand on. */
  readonly library?: string;
}

/** What is compiled of a kernel's tree, and our own part of it. */
async function treeParts({ tree }: DesignRef): Promise<[name: string, text: string][]> {
  if (tree === undefined) return [];
  const { treeHash } = await import('../oracle/tree/compile.js');
  const { openTree } = await import('../oracle/tree/source.js');
  const glue = hashFiles(filesOf('oracle/tree'));
  return [
    ['tree', treeHash(openTree(tree.name, tree.ours, tree.changed))],
    ['what it is run by', glue],
  ];
}

export async function designHashes(ref: DesignRef): Promise<DesignHashes> {
  const tree = await treeParts(ref);
  if (ref.url === null) {
    const hash = hashFiles(await chainOf(fileOf(ref.name)));
    return { hash: tree.length === 0 ? hash : hashOf([['design', hash], ...tree]) };
  }
  return { hash: hashOf([['design', bundleCode(ref.url)], ...tree]), library: hashFiles(await chainOf('index.js')) };
}

/** Of all that bears on what a job comes to, designs aside. */
export function toolHash(): string {
  const engines = [...filesOf('fuzz'), ...filesOf('check'), ...filesOf('campaign/corpus')];
  const model = filesOf('model').filter((path) => !OF_DESIGNS.test(path));
  const between = ['campaign/frontier.js', 'campaign/handover.js'];
  return hashFiles([...model, ...filesOf('harness'), ...filesOf('invariants'), ...engines, ...between]);
}
