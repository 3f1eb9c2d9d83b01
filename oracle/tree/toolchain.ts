/** The compiler, and the linker for WebAssembly, under whatever name this machine has them. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UsageError } from '../../harness/bounds-text.js';

export interface Toolchain {
  readonly clang: string;
  readonly linker: string;
  /** First line of `clang --version`. */
  readonly version: string;
}

/** How they are installed. */
export const INSTALL_TOOLCHAIN = 'apt-get install clang lld';

interface Found {
  readonly path: string;
  /** 0 where the name has none. */
  readonly version: number;
}

/** Programs of a name on PATH, `name` or `name-NN`, the newest first. */
function programs(name: string): Found[] {
  const pattern = new RegExp(`^${name}(?:-(\\d+))?$`);
  const found: Found[] = [];
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    let files: string[] = [];
    try {
      files = readdirSync(dir);
    } catch {
      continue;
    }
    for (const file of files) {
      const match = pattern.exec(file);
      if (match === null) continue;
      const path = join(dir, file);
      try {
        accessSync(path, constants.X_OK);
        found.push({ path, version: Number(match[1] ?? 0) });
      } catch {
        // A name without a program behind it.
      }
    }
  }
  return found.sort((a, b) => b.version - a.version);
}

let known: Toolchain | undefined;

/** Of one version where that is possible. */
export function findToolchain(): Toolchain | undefined {
  if (known !== undefined) return known;
  const clangs = programs('clang');
  const linkers = programs('wasm-ld');
  if (clangs.length === 0 || linkers.length === 0) return undefined;
  const clang = clangs.find((c) => linkers.some((l) => l.version === c.version)) ?? clangs[0];
  const linker = linkers.find((l) => l.version === clang.version) ?? linkers[0];
  const version = execFileSync(clang.path, ['--version'], { encoding: 'utf8' }).split('\n')[0];
  known = { clang: clang.path, linker: linker.path, version };
  return known;
}

/** Processors of 64 bits, as Node.js names them. */
const WIDE = ['arm64', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64'];

/** Why no program of 64 bits can be compiled and run here; '' where one can. */
export function whyNotWide(arch: string = process.arch): string {
  if (!WIDE.includes(arch)) return `this machine (${arch}) runs no programs of 64 bits`;
  return programs('clang').length === 0 ? `no clang on PATH; install it with: ${INSTALL_TOOLCHAIN}` : '';
}

/** The compiler for this machine itself: its path, and the first line of `clang --version`. */
export function needNative(): Omit<Toolchain, 'linker'> {
  const why = whyNotWide();
  if (why !== '') throw new UsageError(`--kernel-tree: ${why}`);
  const clang = findToolchain()?.clang ?? programs('clang')[0].path;
  return { clang, version: execFileSync(clang, ['--version'], { encoding: 'utf8' }).split('\n')[0] };
}

export function needToolchain(): Toolchain {
  const found = findToolchain();
  if (found !== undefined) return found;
  const missing = programs('clang').length === 0 ? 'clang' : 'wasm-ld';
  throw new UsageError(
    `--kernel-tree: there is no ${missing} on PATH, which compiles the kernel's C to WebAssembly; install it with: ${INSTALL_TOOLCHAIN}`,
  );
}
