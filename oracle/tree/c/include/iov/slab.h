/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of the kernel's own: arrays of pages, and copies of vectors. The model counts them. */
#ifndef IOV_SLAB_H
#define IOV_SLAB_H

#include <iov/mm.h>

IOV_IMPORT(kvmalloc_array) void *iov_kvmalloc_array(size_t n, size_t size);
IOV_IMPORT(kvfree) void iov_kvfree(const void *p);
IOV_IMPORT(kmemdup) void *iov_kmemdup(const void *from, size_t n);
#define kvmalloc_array(n, size, gfp) ((void)(gfp), iov_kvmalloc_array(n, size))
#define kmalloc_array(n, size, gfp) kvmalloc_array(n, size, gfp)
#define kvfree(p) iov_kvfree(p)
#define kfree(p) iov_kvfree(p)
#define kmemdup(from, n, gfp) ((void)(gfp), iov_kmemdup(from, n))
#define kmemdup_array(from, n, size, gfp) kmemdup(from, (n) * (size), gfp)

#endif
