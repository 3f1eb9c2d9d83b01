/** The kernel sources of Debian, where they are installed; without them, or without a compiler, tests are skipped. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Tree } from '#iov/oracle/tree/source.js';
import { openTree } from '#iov/oracle/tree/source.js';
import { findToolchain, INSTALL_TOOLCHAIN } from '#iov/oracle/tree/toolchain.js';

export type Version = '6.1' | '6.12';

const archive = (version: Version): string => `/usr/src/linux-source-${version}.tar.xz`;

/** Why a tree of this version can not be compiled here; '' where it can. */
export function absent(version: Version): string {
  if (findToolchain() === undefined) return ` (skipped: ${INSTALL_TOOLCHAIN})`;
  return existsSync(archive(version)) ? '' : ` (skipped: apt-get install linux-source-${version})`;
}

export const treeOf = (version: Version): Tree => openTree(archive(version));

/** A scratch copy of what is compiled, to be changed; its folder. */
export function scratchTree(version: Version): string {
  const dir = mkdtempSync(join(tmpdir(), 'iovcheck-scratch-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  cpSync(treeOf(version).dir, dir, { recursive: true });
  return dir;
}

/** Changes one place of a file, which has to be there once. */
export function edit(dir: string, path: string, from: string, to: string): void {
  const text = readFileSync(join(dir, path), 'utf8');
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${path} has '${from}' ${parts.length - 1} times`);
  writeFileSync(join(dir, path), parts.join(to));
}
