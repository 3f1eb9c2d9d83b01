/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_UIO_H
#define STUB_UIO_H

#include "stub.h"

struct iovec { void *iov_base; size_t iov_len; };
struct kvec { void *iov_base; size_t iov_len; };
struct bio_vec;
struct xarray;
struct folio_queue;
struct csum_state { unsigned int csum; size_t off; };
struct iov_iter_state { size_t iov_offset, count; unsigned long nr_segs; };
struct iov_iter { size_t count, iov_offset; };

void iov_iter_init(struct iov_iter *i, unsigned int direction, const struct iovec *iov, unsigned long nr, size_t count);
void iov_iter_ubuf(struct iov_iter *i, unsigned int direction, void *buf, size_t count);
void iov_iter_kvec(struct iov_iter *i, unsigned int direction, const struct kvec *kvec, unsigned long nr, size_t count);
void iov_iter_bvec(struct iov_iter *i, unsigned int direction, const struct bio_vec *bvec, unsigned long nr,
		   size_t count);
void iov_iter_pipe(struct iov_iter *i, unsigned int direction, struct pipe_inode_info *pipe, size_t count);
void iov_iter_discard(struct iov_iter *i, unsigned int direction, size_t count);
void iov_iter_xarray(struct iov_iter *i, unsigned int direction, struct xarray *xa, long long start, size_t count);
void iov_iter_folio_queue(struct iov_iter *i, unsigned int direction, const struct folio_queue *fq,
			  unsigned int first_slot, unsigned int offset, size_t count);

size_t iov_iter_count(const struct iov_iter *i);
void iov_iter_advance(struct iov_iter *i, size_t bytes);
void iov_iter_revert(struct iov_iter *i, size_t bytes);
void iov_iter_save_state(struct iov_iter *i, struct iov_iter_state *state);
void iov_iter_restore(struct iov_iter *i, struct iov_iter_state *state);
size_t iov_iter_single_seg_count(const struct iov_iter *i);
unsigned long iov_iter_alignment(const struct iov_iter *i);
unsigned long iov_iter_gap_alignment(const struct iov_iter *i);
bool iov_iter_is_aligned(const struct iov_iter *i, unsigned int addr_mask, unsigned int len_mask);
int iov_iter_npages(const struct iov_iter *i, int maxpages);
size_t iov_iter_zero(size_t bytes, struct iov_iter *i);

size_t copy_to_iter(const void *addr, size_t bytes, struct iov_iter *i);
bool copy_to_iter_full(const void *addr, size_t bytes, struct iov_iter *i);
size_t copy_from_iter(void *addr, size_t bytes, struct iov_iter *i);
bool copy_from_iter_full(void *addr, size_t bytes, struct iov_iter *i);
size_t copy_from_iter_nocache(void *addr, size_t bytes, struct iov_iter *i);
size_t copy_page_to_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i);
size_t copy_page_from_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i);
size_t csum_and_copy_to_iter(const void *addr, size_t bytes, void *csum, struct iov_iter *i);

/* The prototypes of the kernels that get_pages is called in. */
ssize_t iov_iter_get_pages(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned int maxpages,
			   size_t *start);
ssize_t iov_iter_get_pages2(struct iov_iter *i, struct page **pages, size_t maxsize, unsigned int maxpages,
			    size_t *start);
ssize_t iov_iter_get_pages_alloc(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start);
ssize_t iov_iter_get_pages_alloc2(struct iov_iter *i, struct page ***pages, size_t maxsize, size_t *start);
#ifdef STUB_EXTRACT_2022
ssize_t iov_iter_extract_pages(struct iov_iter *i, struct page ***pages, size_t maxsize, unsigned int maxpages,
			       size_t *offset0);
#else
ssize_t iov_iter_extract_pages(struct iov_iter *i, struct page ***pages, size_t maxsize, unsigned int maxpages,
			       unsigned int flags, size_t *offset0);
#endif

#endif
