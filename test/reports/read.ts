/** Reads reports as the programs do that they are for. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly state: 'passed' | 'failure' | 'error' | 'skipped';
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const plain = (text: string): string => text.replace(/&(\w+);/g, (all, name: string) => ENTITIES[name] ?? all);

/** A tag, its attributes, and whether it is closed at once; or character data. */
const TOKEN = /<\?xml[^?]*\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([a-z-]+)((?:\s+[a-z]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;

/** The tests of a JUnit file; throws where it is not well formed. */
export function testCases(xml: string): TestCase[] {
  const out: { suite: string; name: string; state: TestCase['state']; text: string }[] = [];
  const open: string[] = [];
  let suite = '';
  let end = 0;
  for (const match of xml.matchAll(TOKEN)) {
    end = match.index + match[0].length;
    const [, cdata, isEnd, tag, list = '', isClosed, data] = match;
    const at = Object.fromEntries([...list.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, k, v]) => [k, plain(v)]));
    const last = out.at(-1);
    if (cdata !== undefined || data !== undefined) {
      if (last !== undefined && open.includes('testcase')) last.text += cdata ?? plain(data);
      continue;
    }
    if (tag === undefined) continue;
    if (isEnd === '/') {
      if (open.pop() !== tag) throw new Error(`</${tag}> closes another element`);
      continue;
    }
    if (tag === 'testsuite') suite = at.name;
    if (tag === 'testcase') out.push({ suite, name: at.name, state: 'passed', text: '' });
    if (last !== undefined && (tag === 'failure' || tag === 'error' || tag === 'skipped')) last.state = tag;
    if (isClosed === '') open.push(tag);
  }
  if (end !== xml.length || open.length > 0) throw new Error(`not well formed at ${end}: ${xml.slice(end, end + 60)}`);
  return out;
}

const ARCHIVE = '/usr/src/linux-source-6.12.tar.xz';
const UNPACKED = fileURLToPath(new URL('../../.iovcheck/kunit', import.meta.url));

/** tools/testing/kunit of a kernel's source, where Debian's package is installed; unpacked once, which takes ten seconds. */
function kunit(): string | undefined {
  const path = 'linux-source-6.12/tools/testing/kunit';
  const program = join(UNPACKED, path, 'kunit.py');
  if (existsSync(program) || !existsSync(ARCHIVE)) return existsSync(program) ? program : undefined;
  mkdirSync(UNPACKED, { recursive: true });
  spawnSync('tar', ['-xJf', ARCHIVE, '-C', UNPACKED, path], { encoding: 'utf8' });
  return existsSync(program) ? program : undefined;
}

/** What `kunit.py parse` prints, without its clock; undefined where it is not here. */
export function kunitStates(ktap: string): string | undefined {
  const program = kunit();
  if (program === undefined) return undefined;
  const file = join(mkdtempSync(join(tmpdir(), 'ktap-')), 'a.ktap');
  writeFileSync(file, ktap);
  const { stdout, error } = spawnSync('python3', [program, 'parse', file], { encoding: 'utf8' });
  return error === undefined ? stdout.replace(/^\[[\d:]+\] /gm, '') : undefined;
}
