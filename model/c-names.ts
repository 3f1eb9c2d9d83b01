/** The way back from a name of the table of functions (functions.ts) to that of the C. */
const C_NAMES: Readonly<Record<string, string>> = {
  pipeGetPagesList: '__pipe_get_pages',
  pipeReadConsumed: 'pipe_read',
  pipeWriteInsert: 'pipe_write',
  pipeWriteWasEmpty: 'pipe_write',
  genericFileSpliceReadDone: 'generic_file_splice_read',
  genericFileSpliceReadFile: 'generic_file_splice_read',
  ioSplicePrep: '__io_splice_prep',
  fileSpliceRead: 'splice_read',
  doSplicePipes: 'do_splice',
  listFolioqPages: 'iov_iter_extract_pages',
  pipeReadv: 'pipe_read',
  doSpliceFromFile: 'do_splice',
  doSpliceToFile: 'do_splice',
  spliceOpenFileToPipe: 'splice_file_to_pipe',
  csumAndCopyToIter: 'csum_and_copy_to_iter',
  spliceFromPipe: '__splice_from_pipe',
};

/** `iovIterGetPages` -> `iov_iter_get_pages`; `pipe2` and `sanity` stay. */
export function cName(name: string): string {
  return C_NAMES[name] ?? name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}
