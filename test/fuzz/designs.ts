/** Designs for the tests of the random engines: a kernel with nothing to find, and bugs planted in it. */
import { defineDesign } from '#iov/model/design.js';
import type { Design } from '#iov/model/design.js';
import { DESIGNS } from '#iov/model/designs/designs.js';

export function designOf(id: string): Design {
  const design = DESIGNS.find((d) => d.id === id);
  if (design === undefined) throw new Error(`there is no design '${id}'`);
  return design;
}

export const clean = designOf('pipe-iter-2016-repaired');

const { copyPageToIterPipe, iovIterZero, pipeRead } = clean.functions;

/** Two bytes of a page go into the pipe without a reference. */
export const lostReference = defineDesign({
  id: 'lost-reference',
  title: 'copy_page_to_iter_pipe() forgets get_page() where it copies two bytes',
  source: [],
  base: clean,
  override: {
    copyPageToIterPipe(k, page, offset, bytes, i) {
      const ret = copyPageToIterPipe(k, page, offset, bytes, i);
      if (ret === 2) page.refcount--;
      return ret;
    },
  },
});

/** A count that fits no field of the image. */
export const hugeCount = defineDesign({
  id: 'huge-count',
  title: 'iov_iter_zero() lets the count run below zero',
  source: [],
  base: clean,
  override: {
    iovIterZero(k, bytes, i) {
      const ret = iovIterZero(k, bytes, i);
      if (ret === 3) i.count = (i.count - 2 * k.readMax) >>> 0;
      return ret;
    },
  },
});

/** Throws what is no kernel oops, at a read of five bytes. */
export const throwing = defineDesign({
  id: 'throwing',
  title: 'pipe_read() throws at a read of five bytes',
  source: [],
  base: clean,
  override: {
    pipeRead(k, size) {
      if (size === 5) throw new Error('five');
      return pipeRead(k, size);
    },
  },
});
