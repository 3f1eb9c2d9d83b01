/** Where a statement about the kernel comes from. */
export interface KernelRef {
  /** Version or commit of the tree, e.g. `4.9`, `6.1`, `241699cd72a8`, or a document's tag. */
  readonly tree: string;
  /** Path in the tree, e.g. `lib/iov_iter.c`; empty for a mail. */
  readonly file: string;
  /** Function, struct or macro; empty where the whole file is meant. */
  readonly symbol: string;
}

/** `lib/iov_iter.c pipe_advance() (6.1)` */
export function formatRef(ref: KernelRef): string {
  const symbol = ref.symbol === '' ? '' : ` ${ref.symbol}`;
  return `${ref.file}${symbol} (${ref.tree})`.trim();
}
