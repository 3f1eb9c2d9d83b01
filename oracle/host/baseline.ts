/** Which design stands for a running kernel: the version decides, by what changed in pipes and splice. */

/** From which version on, and to before which; versions are of the pipe's functions, of which each design is a baseline. */
const BASELINES: readonly (readonly [major: number, minor: number, design: string])[] = [
  [6, 15, 'linux-6.18'], // a write that faults leaves nothing behind, two pages are kept
  [6, 5, 'linux-6.12'], // no ITER_PIPE
  [6, 3, 'linux-6.3'],
  [6, 0, 'linux-6.1'], // vmsplice() by get_pages2
  [5, 8, 'linux-5.8'], // a flag says whether a buffer may be appended to
  [4, 10, 'linux-4.10'],
  [4, 8, 'linux-4.8'],
];

/** The newest kernel that the newest design was held against. */
const NEWEST = [6, 18] as const;

export interface Baseline {
  readonly design: string;
  /** What has to be said about it; '' for nothing. */
  readonly note: string;
}

const isBefore = (major: number, minor: number, than: readonly [number, number]): boolean =>
  major < than[0] || (major === than[0] && minor < than[1]);

/** Of `uname -r`, such as 6.1.0-56-cloud-amd64. */
export function baselineOf(release: string): Baseline {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release)?.map(Number) ?? [];
  if (major === undefined || minor === undefined) {
    return {
      design: BASELINES[0][2],
      note: `'${release}' is no version that is known; it is taken for the newest one`,
    };
  }
  const found = BASELINES.find(([a, b]) => !isBefore(major, minor, [a, b]));
  if (found === undefined) {
    const oldest = BASELINES[BASELINES.length - 1];
    return { design: oldest[2], note: `Linux ${release} is older than ${oldest[2]}, the oldest that is modelled` };
  }
  const isNewer = isBefore(NEWEST[0], NEWEST[1], [major, minor]);
  return {
    design: found[2],
    note: isNewer ? `Linux ${release} is newer than ${found[2]}, the newest that is modelled; it may differ` : '',
  };
}
