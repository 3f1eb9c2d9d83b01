/** Where `#include <...>` of lib/iov_iter.c and fs/pipe.c leads: to the tree's own header, or to one of the shims in c/include/iov. */

/** The tree's own, as they are, with the structs that are shared with the C. */
export const TREE_HEADERS: readonly string[] = [
  'linux/uio.h',
  'uapi/linux/uio.h',
  'linux/iov_iter.h',
  'linux/pipe_fs_i.h',
  'linux/splice.h',
];

/** Shims by the header that they stand for. A header of a newer tree that is not here is added here. */
const SHIMS: Readonly<Record<string, string>> = {
  'crypto/hash.h': 'kernel',
  'linux/bug.h': 'kernel',
  'linux/build_bug.h': 'kernel',
  'linux/compiler.h': 'kernel',
  'linux/err.h': 'kernel',
  'linux/errno.h': 'kernel',
  'linux/export.h': 'kernel',
  'linux/kernel.h': 'kernel',
  'linux/limits.h': 'kernel',
  'linux/minmax.h': 'kernel',
  'linux/mutex.h': 'kernel',
  'linux/overflow.h': 'kernel',
  'linux/printk.h': 'kernel',
  'linux/rcupdate.h': 'kernel',
  'linux/scatterlist.h': 'kernel',
  'linux/sched.h': 'kernel',
  'linux/string.h': 'kernel',
  'linux/types.h': 'kernel',
  'linux/wait.h': 'kernel',
  'linux/bvec.h': 'mm',
  'linux/gfp.h': 'mm',
  'linux/highmem.h': 'mm',
  'linux/mm.h': 'mm',
  'linux/mm_types.h': 'mm',
  'linux/vmalloc.h': 'mm',
  'linux/pagemap.h': 'xarray',
  'linux/xarray.h': 'xarray',
  'linux/slab.h': 'slab',
  'linux/folio_queue.h': 'folio_queue',
  'linux/compat.h': 'uaccess',
  'linux/fault-inject-usercopy.h': 'uaccess',
  'linux/instrumented.h': 'uaccess',
  'linux/skbuff.h': 'uaccess',
  'linux/thread_info.h': 'uaccess',
  'linux/uaccess.h': 'uaccess',
  'net/checksum.h': 'uaccess',
  'asm/ioctls.h': 'vfs',
  'internal.h': 'vfs',
  'linux/audit.h': 'vfs',
  'linux/fcntl.h': 'vfs',
  'linux/file.h': 'vfs',
  'linux/fs.h': 'vfs',
  'linux/init.h': 'vfs',
  'linux/log2.h': 'vfs',
  'linux/magic.h': 'vfs',
  'linux/memcontrol.h': 'vfs',
  'linux/module.h': 'vfs',
  'linux/mount.h': 'vfs',
  'linux/poll.h': 'vfs',
  'linux/pseudo_fs.h': 'vfs',
  'linux/syscalls.h': 'vfs',
  'linux/sysctl.h': 'vfs',
  'linux/watch_queue.h': 'vfs',
};

/** Every shim, and headers as [path, text] that lead to one. */
export const SHIM_NAMES: readonly string[] = [...new Set(Object.values(SHIMS))];

export function forwarders(): [string, string][] {
  return Object.entries(SHIMS).map(([header, shim]) => [header, `#include <iov/${shim}.h>\n`]);
}

/** The shim that stands for a header, if there is one. */
export function shimFor(header: string): string | undefined {
  return SHIMS[header];
}

/** What a tree has, as the runtime is told: defined where the header or the source names it. */
export const FEATURES: readonly (readonly [define: string, names: RegExp])[] = [
  ['IOV_HAS_PIPE', /\bITER_PIPE\b/],
  ['IOV_HAS_FOLIOQ', /\bITER_FOLIOQ\b/],
  ['IOV_HAS_USER_BACKED', /\bbool user_backed\s*;/],
  ['IOV_HAS_CSUM', /\bcsum_and_copy_from_iter_full\b/],
  ['IOV_HAS_COPY_TO_FULL', /\bcopy_to_iter_full\b/],
  ['IOV_HAS_EXTRACT', /\biov_iter_extract_will_pin\b/],
];
