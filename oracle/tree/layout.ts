/** Where the compiled C keeps what the model writes and reads; made by its compiler, read once. */

/** The names of `iov_layout[]`, in the order of c/runtime.c. Addresses and offsets in bytes; -1 where the tree has no such field. */
export const LAYOUT = [
  // addresses
  'iter0',
  'iter1',
  'state',
  'pipe',
  'bufs',
  'pages',
  'ppages',
  'start',
  'csum',
  'memMap',
  'ops',
  'fuel',
  'faultsOff',
  // sizes
  'pageBytes',
  'pagesMax',
  'ringMax',
  'entriesMax',
  'iovecBytes',
  'bvecBytes',
  'folioqBytes',
  // struct iov_iter
  'iterType',
  'nofault',
  'dataSource',
  'userBacked',
  'iovOffset',
  'count',
  'pointer',
  'nrSegs',
  'lastOffset',
  'head',
  'startHead',
  'folioqSlot',
  'xarrayStart',
  // enum iter_type
  'iovec',
  'kvec',
  'bvec',
  'pipeType',
  'xarray',
  'discard',
  'ubuf',
  'folioq',
  // struct iov_iter_state
  'stateOffset',
  'stateCount',
  'stateSegs',
  // struct pipe_inode_info
  'pipeHead',
  'pipeTail',
  'maxUsage',
  'ringSize',
  'tmpPage',
  'pipeBufs',
  // struct pipe_buffer
  'bufBytes',
  'bufPage',
  'bufOffset',
  'bufLen',
  'bufOps',
  'bufFlags',
  'bufPrivate',
] as const;

export type Layout = Readonly<Record<(typeof LAYOUT)[number], number>>;

export function readLayout(i32: Int32Array, at: number): Layout {
  return Object.fromEntries(LAYOUT.map((name, n) => [name, i32[at / 4 + n]])) as Layout;
}
