/**
 * The counters that istanbul puts into code, as one flat array: `cov.s[5]++` of the
 * instrumented code then writes into it, and a run is read by one scan.
 */

/** What istanbul keeps of a file: statements, functions, branches. */
interface FileCoverage {
  s: Record<string, number> | Uint8Array;
  f: Record<string, number> | Uint8Array;
  readonly b: Record<string, number[] | Uint8Array>;
}

export type CoverageObject = Readonly<Record<string, FileCoverage>>;

/** Moves all counters into one array, whole words long; they count modulo 256. */
export function flatten(coverage: CoverageObject): Uint8Array {
  const files = Object.keys(coverage)
    .sort()
    .map((path) => coverage[path]);
  const sizeOf = ({ s, f, b }: FileCoverage): number =>
    Object.keys(s).length + Object.keys(f).length + Object.values(b).reduce((sum, arms) => sum + arms.length, 0);
  const flat = new Uint8Array(4 * Math.ceil(files.reduce((sum, file) => sum + sizeOf(file), 0) / 4));
  let at = 0;
  const take = (n: number): Uint8Array => flat.subarray(at, (at += n));
  for (const file of files) {
    file.s = take(Object.keys(file.s).length);
    file.f = take(Object.keys(file.f).length);
    for (const key of Object.keys(file.b)) file.b[key] = take(file.b[key].length);
  }
  return flat;
}
