/** `iovcheck doctor`: whether this machine has what the commands need. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { whyNoHost } from '../oracle/host/host.js';
import { whyNoUml } from '../oracle/uml/boot.js';
import { table } from './list.js';
import { whyNotWide } from '../oracle/tree/toolchain.js';
import { toolchainRow, treeRow, wideRow } from './oracles.js';
import { ownPackage } from './own-package.js';

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

/** Programs that only `npm run bench:spin`, and the tests beside Spin, ask for: package and program have one name. */
const SPIN = ['spin', 'gcc', 'time'];

/** A row on the optional programs, of which those are absent that no folder of `path` has. */
export function spinRow(path: string): readonly [state: string, name: string, what: string] {
  const dirs = path.split(delimiter).filter((dir) => dir !== '');
  const absent = SPIN.filter((name) => !dirs.some((dir) => existsSync(join(dir, name))));
  const what =
    absent.length === 0
      ? 'present: npm run bench:spin can search beside Spin'
      : `optional, for npm run bench:spin: ${absent.join(', ')} missing; apt-get install -y ${absent.join(' ')}`;
  return [absent.length === 0 ? 'ok' : '-', SPIN.join(', '), what];
}

/** A row on the running kernel as an oracle; `why`: it can not be asked. */
export function hostRow(why: string): readonly [state: string, name: string, what: string] {
  const how = 'iovcheck replay and fuzz can ask the running kernel (--on host, --against host)';
  return why === '' ? ['ok', 'koffi', `present: ${how}`] : ['-', 'koffi', `optional: ${why}; with it ${how}`];
}

/** A row on user-mode Linux, likewise. */
export function umlRow(why: string): readonly [state: string, name: string, what: string] {
  const how = 'iovcheck replay and fuzz can ask a kernel of 6.1 (--on uml, --against uml)';
  return why === '' ? ['ok', 'linux.uml', `present: ${how}`] : ['-', 'linux.uml', `optional: ${why}; with it ${how}`];
}

/** A row on the queue of campaigns: packages of npm, and a server that may be elsewhere. */
export function queueRow(
  path: string,
  hasPackages = has('bullmq') && has('ioredis'),
): readonly [string, string, string] {
  const how = 'campaigns can go through a queue to other machines';
  const isServer = path.split(delimiter).some((dir) => dir !== '' && existsSync(join(dir, 'redis-server')));
  const name = 'bullmq, ioredis, redis';
  if (!hasPackages) return ['-', name, `optional: npm install bullmq ioredis; with them ${how}`];
  if (isServer) return ['ok', name, `present: ${how}`];
  return [
    '-',
    name,
    `optional: no Redis on this machine (apt-get install -y redis-server), name one elsewhere; then ${how}`,
  ];
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} G`;

/** `kernelTree`: a tree that is to be compiled, where one was named. */
export function doctor(kernelTree?: string): { readonly text: string; readonly isWell: boolean } {
  const { version, engines } = ownPackage();
  const isNode = isNodeSupported(process.versions.node, engines.node);
  const hasBundler = has('rolldown');
  const tree = kernelTree === undefined ? undefined : treeRow(kernelTree);
  const rows = [
    ['ok', 'iovcheck', version],
    [
      isNode ? 'ok' : 'BAD',
      'Node.js',
      `${process.versions.node}; ${isNode ? 'supported' : `install one of ${engines.node}`}`,
    ],
    ['ok', 'memory', `${gigabytes(totalmem())}, ${gigabytes(freemem())} free; a search takes at most --memory`],
    ['ok', 'cores', `${availableParallelism()}; searches side by side, or several to one search: --workers`],
    [
      hasBundler ? 'ok' : 'BAD',
      'rolldown',
      hasBundler
        ? 'present: designs can be named by path'
        : 'missing: designs can not be named by path; run npm install',
    ],
    spinRow(process.env['PATH'] ?? ''),
    toolchainRow(),
    wideRow(whyNotWide()),
    ...(tree === undefined ? [] : [tree]),
    hostRow(whyNoHost()),
    umlRow(whyNoUml()),
    queueRow(process.env['PATH'] ?? ''),
    ['ok', 'other parts', 'none is needed'],
  ];
  return { text: table(rows), isWell: isNode && hasBundler && tree?.[0] !== 'BAD' };
}
