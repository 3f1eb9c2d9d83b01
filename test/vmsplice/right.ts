/** Other ways to do the same, of which the judge has to say nothing. */
import { PIPE_BUF_FLAG_LRU, PipeBufOps } from '#iov/model/kernel.js';
import { pageMapcount } from '#iov/model/memory.js';
import { allocPage, putPage } from '#iov/model/mm.js';
import { fn } from './mutants.js';
import type { Mutant } from './mutants.js';

export const RIGHT: readonly Omit<Mutant, 'breaks'>[] = [
  {
    name: 'bytes next to each other share a buffer',
    override: {
      addToPipe(k, buf) {
        const { pipe } = k;
        const last = pipe.bufs[(pipe.head - 1) & (pipe.ringSize - 1)];
        const isNext = last.page === buf.page && last.offset + last.len === buf.offset && last.flags === buf.flags;
        if (pipe.head === pipe.tail || last.ops !== PipeBufOps.UserPage || !isNext) return fn.addToPipe(k, buf);
        last.len += buf.len;
        putPage(k, buf.page, 'add_to_pipe');
        return buf.len;
      },
    },
  },
  {
    name: 'vmsplice copies',
    override: {
      addToPipe(k, buf) {
        const from = buf.page;
        const page = allocPage(k);
        if (page === null || from === null) return fn.addToPipe(k, buf);
        page.data.set(from.data);
        putPage(k, from, 'add_to_pipe');
        buf.page = page;
        buf.ops = PipeBufOps.Default;
        buf.flags = 0;
        return fn.addToPipe(k, buf);
      },
    },
  },
  {
    name: 'what was copied before a fault is consumed',
    override: {
      pipeToUser(k, buf) {
        const { pos } = k.user;
        const ret = fn.pipeToUser(k, buf);
        return ret < 0 && k.user.pos > pos ? k.user.pos - pos : ret;
      },
    },
  },
  {
    name: 'the fuse device has gifts moved',
    override: {
      fuseCheckPage: (k, page) => pageMapcount(k, page) === 0 && (!page.isFile || k.lending.uncached === page),
    },
  },
  { name: 'nothing is ever taken', override: { pipeBufTrySteal: () => false } },
  {
    name: 'a page of a process is told by its LRU',
    override: {
      userPagePipeBufTrySteal(k, buf) {
        const ret = fn.userPagePipeBufTrySteal(k, buf);
        if (!ret) buf.flags &= ~PIPE_BUF_FLAG_LRU;
        return ret;
      },
    },
  },
];
