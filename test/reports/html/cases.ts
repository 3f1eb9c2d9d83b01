/** Traces that pages are made of in tests. */
import { designNamed } from '../../harness/walk.js';
import type { Case } from './made.js';

/** Seed 002 from the text alone: a packet that is merged into a stream buffer. */
export const MERGE: Case = {
  design: designNamed('packet-2012'),
  scenario: 'packet',
  bounds: 'tiny',
  ops: ['pwrite fd=w size=1', 'pwrite fd=wd size=1'],
};

/** Seed 004 before 5.8: a device sends what another process wrote. */
export const DMA: Case = {
  design: designNamed('extract-rfc-2022'),
  scenario: 'fork-dma',
  bounds: 'default,cow=mapcount',
  ops: [
    'mmap vpage=0 of=anon',
    'store pid=parent vpage=0',
    'fork',
    'iov_iter_extract_pages pid=parent direction=WRITE buffer=ubuf:[0+2]',
    'store pid=parent vpage=0',
    'store pid=child vpage=0',
    'device_read',
  ],
};

/** Nothing breaks. */
export const QUIET: Case = {
  design: designNamed('linux-6.1'),
  scenario: 'packet',
  bounds: 'tiny',
  ops: ['pwrite fd=w size=1', 'pread size=1'],
};
