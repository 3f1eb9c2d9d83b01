/** What a process has cost, for the scripts that measure. */
import { existsSync, readFileSync } from 'node:fs';

/** CPU seconds of a process until now, its threads included; 0 where the system does not say. @param {number | undefined} pid */
export function cpuOf(pid) {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return 0;
  const fields = readFileSync(path, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
