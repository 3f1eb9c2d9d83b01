/**
 * Completes package-lock.json with the binaries of other platforms (`npm run lock` calls it).
 *
 * A native tool lists one optional package a platform. A registry mirror may carry only some
 * of them; npm then leaves the others out of the lock file, and `npm ci` refuses a lock file
 * that lacks any. Their exact versions are in the tool's own entry, their platforms in their names.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** @param {string} name @param {string} version @param {{ dev?: boolean }} owner */
function entryOf(name, version, owner) {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.filter((word) => words.includes(word));
  const cpu = PROCESSORS.filter((word) => words.includes(word));
  if (cpu.length !== 1) throw new Error(`${name}@${version}: not a platform's package`);
  return {
    version,
    cpu,
    ...(owner.dev === true ? { dev: true } : {}),
    ...(words.some((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {}),
    ...(words.some((word) => word.startsWith('gnu')) ? { libc: ['glibc'] } : {}),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  };
}

/** Where node looks for `name` from `path`, nearest first. @param {string} path @param {string} name */
function placesOf(path, name) {
  const places = [];
  for (let at = path.length; at > 0; at = path.lastIndexOf('/node_modules/', at - 1)) {
    places.push(`${path.slice(0, at)}/node_modules/${name}`);
  }
  return [...places, `node_modules/${name}`];
}

/** @type {{ packages: Record<string, { version: string, dev?: boolean, optionalDependencies?: Record<string, string> }> }} */
const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
/** @type {string[]} */
const added = [];
for (const [path, owner] of Object.entries(lock.packages)) {
  if (path === '') continue;
  for (const [name, version] of Object.entries(owner.optionalDependencies ?? {})) {
    if (!/^\d+\.\d+\.\d+$/.test(version)) continue; // a range is not one of a set of binaries
    const places = placesOf(path, name);
    if (places.some((place) => lock.packages[place]?.version === version)) continue;
    const free = places.findLast((place) => lock.packages[place] === undefined);
    if (free === undefined) throw new Error(`${name}@${version}: no place for it`);
    lock.packages[free] = entryOf(name, version, owner);
    added.push(name);
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync('package-lock.json', `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
process.stdout.write(`package-lock.json: ${added.length} packages of other platforms added\n`);
