/**
 * Removes from dist/ what no source file stands behind any more, and nothing else:
 * a command that runs from dist/ in another terminal is left alone.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';

/** @param {string} path @param {string} end @returns {string} */
function sourceOf(path, end) {
  return relative('dist', path).replace(/(\.d\.ts|\.js\.map|\.js)$/, end);
}

/** @param {string} dir @returns {boolean} whether anything is left in it */
function clean(dir) {
  let isUsed = false;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      if (clean(path)) isUsed = true;
      else rmdirSync(path);
    } else if (['.ts', '.tsx'].some((end) => existsSync(sourceOf(path, end)))) {
      isUsed = true;
    } else {
      rmSync(path);
    }
  }
  return isUsed;
}

if (existsSync('dist')) clean('dist');
