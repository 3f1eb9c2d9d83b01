/** What the functions of a design are called, and take, in the kernel that it is made for. */
import type { Design } from '../../model/design.js';

export interface Era {
  /** `6.12` */
  readonly kernel: string;
  /** What follows maxpages in iov_iter_extract_pages(). */
  readonly extractFlags: string;
  /** `2` where get_pages moves the iterator. */
  readonly getPages: string;
  readonly hasUserMemory: boolean;
  readonly hasCsum: boolean;
  /** What follows the queue in folioq_init(), in 6.12.y as in later kernels. */
  readonly folioqInit: string;
  /** The ring is (curbuf, nrbufs, buffers). */
  readonly isOldRing: boolean;
  /** The second argument of what makes an iterator; `type` is in it up to 4.19. */
  direction(isSource: boolean, type: string): string;
}

/** The kernel at the root of a design's chain that is nearest to it. */
function kernelOf(design: Design): string {
  for (let d: Design | undefined = design; d !== undefined; d = d.base) {
    const version = /^linux-(\d+\.\d+)$/.exec(d.id)?.[1];
    if (version !== undefined) return version;
  }
  return '6.12';
}

/** 6.8 as 608. */
function numberOf(version: string): number {
  const [major, minor] = version.split('.').map(Number);
  return 100 * major + minor;
}

export function eraOf(design: Design): Era {
  const kernel = kernelOf(design);
  const n = numberOf(kernel);
  return {
    kernel,
    extractFlags: n >= 603 ? ', 0' : '',
    getPages: design.contract.getPages === 'advances' ? '2' : '',
    hasUserMemory: n >= 611,
    hasCsum: n < 608,
    folioqInit: ', 0',
    isOldRing: design.ring === 'curbuf',
    direction(isSource, type) {
      if (n < 420) return `${type === '' ? '' : `${type} | `}${isSource ? 'WRITE' : 'READ'}`;
      if (n < 602) return isSource ? 'WRITE' : 'READ';
      return isSource ? 'ITER_SOURCE' : 'ITER_DEST';
    },
  };
}
