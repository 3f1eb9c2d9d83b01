/** `iovcheck doctor`: whether this machine has what the commands need. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { table } from './list.js';

interface Package {
  readonly version: string;
  readonly engines: { readonly node: string };
}

export function ownPackage(): Package {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Package;
}

/** `^20.19 || ^22.12 || >=24` against a version; the two forms that package.json uses. */
export function isNodeSupported(version: string, range: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return range.split('||').some((part) => {
    const [, sign, m, n] = /^\s*(\^|>=)(\d+)(?:\.(\d+))?/.exec(part) ?? [];
    const least = Number(n ?? 0);
    if (sign === '^') return major === Number(m) && minor >= least;
    return major > Number(m) || (major === Number(m) && minor >= least);
  });
}

function has(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} G`;

export function doctor(): { readonly text: string; readonly isWell: boolean } {
  const { version, engines } = ownPackage();
  const isNode = isNodeSupported(process.versions.node, engines.node);
  const hasBundler = has('rolldown');
  const rows = [
    ['ok', 'iovcheck', version],
    [
      isNode ? 'ok' : 'BAD',
      'Node.js',
      `${process.versions.node}; ${isNode ? 'supported' : `install one of ${engines.node}`}`,
    ],
    ['ok', 'memory', `${gigabytes(totalmem())}, ${gigabytes(freemem())} free; a search takes at most --memory`],
    ['ok', 'cores', `${availableParallelism()}; one search each, see --workers`],
    [
      hasBundler ? 'ok' : 'BAD',
      'rolldown',
      hasBundler
        ? 'present: designs can be named by path'
        : 'missing: designs can not be named by path; run npm install',
    ],
    ['ok', 'other parts', 'none is needed'],
  ];
  return { text: table(rows), isWell: isNode && hasBundler };
}
