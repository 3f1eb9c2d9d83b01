// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The world of lib/iov_iter.c on a 64-bit machine: one iterator and one call at a time, and no
 * memory behind it. A copy only counts its bytes, so that sizes may be any that a size_t holds.
 */
#include <linux/uio.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/splice.h>
#include <linux/uaccess.h>
#ifdef IOV_HAS_FOLIOQ
#include <linux/folio_queue.h>
#endif

_Static_assert(sizeof(long) == 8, "a compiler for 64 bits");

/* The order of the words of a question and of an answer, as oracle/wide/ask.ts has it. */
enum { CALL, FLAVOUR, SKIP, COUNT, ARG, ARG2, FAULTS, SEGS, SEG };
enum { RET, LEFT, AT, MOVED, WARNS };
enum { UBUF, IOVEC, KVEC, BVEC, XARRAY, DISCARD, FOLIOQ };
enum {
	ADVANCE, REVERT, TRUNCATE, NPAGES, ALIGNMENT, GAP_ALIGNMENT, SINGLE_SEG_COUNT, GET_PAGES, EXTRACT_PAGES,
	COPY_TO, COPY_FROM, ZERO, FAULT_IN_READABLE, FAULT_IN_WRITEABLE, COPY_PAGE_TO, IMPORT_IOVEC,
};

#define SEGS_MAX 8
/* More than MAX_RW_COUNT has. */
#define ARRAY_MAX (1 << 20)
/* Of the one compound page: 8 GB. */
#define COMPOUND (1UL << 21)

struct page iov_mem_map[IOV_PAGES_MAX];
int iov_faults_off;
const struct pipe_buf_operations page_cache_pipe_buf_ops;
const struct pipe_buf_operations default_pipe_buf_ops;

static unsigned long warns, moved;
static int faults, is_import;
static struct page *array[ARRAY_MAX];
static struct kvec vec[SEGS_MAX];
static struct bio_vec bvec[SEGS_MAX];
static struct xarray xarray;
#ifdef IOV_HAS_FOLIOQ
static struct folio_queue folioq;
#endif

void *calloc(size_t n, size_t size);
void free(void *p);
void wide_died(void) __attribute__((noreturn));

void iov_warn(const char *function) { warns++; }
void iov_bug(const char *function, int line) { wide_died(); }
void iov_no_slot(const void *fq, unsigned int slot) { wide_died(); }
void iov_copy(void *to, const void *from, size_t n) { moved += n; }
void iov_set(void *to, int c, size_t n) { moved += n; }
struct page *iov_alloc_page(void) { return NULL; }
void iov_get_page(struct page *page) {}
void iov_put_page(struct page *page) {}
void unpin_user_page(struct page *page) {}
struct page *iov_kernel_page(const void *addr) { return iov_mem_map; }
void *iov_kvmalloc_array(size_t n, size_t size) { return calloc(n, size); }
void iov_kvfree(const void *p) { free((void *)p); }
void *iov_kmemdup(const void *from, size_t n) { return NULL; }
int iov_xas_retry(unsigned long index) { return 0; }
size_t iov_fault_in(const void *addr, size_t n, int is_write) { return 0; }

static size_t user(size_t n)
{
	if (faults)
		return n;
	moved += n;
	return 0;
}

size_t iov_to_user(void *to, const void *from, size_t n) { return user(n); }
long iov_to_user_nofault(void *to, const void *from, size_t n) { return faults ? -EFAULT : (long)user(n); }
/* A vector of the process is there; it is the one thing that is read. */
size_t iov_from_user(void *to, const void *from, size_t n, int is_atomic)
{
	if (!is_import)
		return user(n);
	iov_struct_copy(to, from, n);
	return 0;
}

size_t iov_clear_user(void *to, size_t n) { return user(n); }
size_t iov_mc_to_user(void *to, const void *from, size_t n) { return user(n); }
size_t iov_mc_to_kernel(void *to, const void *from, size_t n) { moved += n; return 0; }
u32 iov_csum_to_user(const void *from, void *to, size_t n) { return user(n) ? 0 : IOV_SUMMED; }
u32 iov_csum_from_user(const void *from, void *to, size_t n) { return user(n) ? 0 : IOV_SUMMED; }
u32 iov_csum_copy(const void *from, void *to, size_t n) { moved += n; return IOV_SUMMED; }

/* Every page is mapped, as many as there are asked for. */
int get_user_pages_fast(unsigned long start, int nr, unsigned int flags, struct page **pages) { return nr; }
int pin_user_pages_fast(unsigned long start, int nr, unsigned int flags, struct page **pages) { return nr; }

/* Vectors begin at the segment that holds the position, as they do in an iterator that has moved. */
static unsigned long first_segment(const unsigned long *q, unsigned long *skip)
{
	unsigned long k = 0;

	for (*skip = q[SKIP]; k + 1 < q[SEGS] && *skip >= q[SEG + 2 * k + 1]; k++)
		*skip -= q[SEG + 2 * k + 1];
	return k;
}

static void make(struct iov_iter *i, const unsigned long *q, unsigned int direction)
{
	unsigned long skip, first = first_segment(q, &skip), nr = q[SEGS] - first;

	for (unsigned long k = 0; k < q[SEGS]; k++) {
		unsigned long base = q[SEG + 2 * k], len = q[SEG + 2 * k + 1];

		vec[k] = (struct kvec){ .iov_base = (void *)base, .iov_len = len };
		bvec[k] = (struct bio_vec){ .bv_page = iov_mem_map, .bv_offset = base, .bv_len = len };
#ifdef IOV_HAS_FOLIOQ
		folioq.folio[k] = (struct folio *)iov_mem_map;
		folioq.size[k] = len;
		folioq.nr = k + 1;
#endif
	}
	for (xarray.nr = 0; xarray.nr < IOV_XARRAY_MAX; xarray.nr++)
		xarray.entry[xarray.nr] = iov_mem_map + xarray.nr;
	switch (q[FLAVOUR]) {
	case UBUF:
		iov_iter_ubuf(i, direction, vec[0].iov_base, q[COUNT]);
		break;
	case IOVEC:
		iov_iter_init(i, direction, (struct iovec *)vec + first, nr, q[COUNT]);
		break;
	case KVEC:
		iov_iter_kvec(i, direction, vec + first, nr, q[COUNT]);
		break;
	case BVEC:
		iov_iter_bvec(i, direction, bvec + first, nr, q[COUNT]);
		break;
	case XARRAY:
		iov_iter_xarray(i, direction, &xarray, q[SEG], q[COUNT]);
		break;
	case DISCARD:
		iov_iter_discard(i, direction, q[COUNT]);
		break;
#ifdef IOV_HAS_FOLIOQ
	case FOLIOQ:
		iov_iter_folio_queue(i, direction, &folioq, first, 0, q[COUNT]);
		break;
#endif
	}
	if (q[FLAVOUR] != DISCARD)
		i->iov_offset = skip;
}

/* Where the fields of the iterator say that it is, in bytes from the beginning; ~0: outside. */
static unsigned long position(const struct iov_iter *i, const unsigned long *q)
{
	unsigned long at = i->iov_offset, k = 0;

	if (q[FLAVOUR] == IOVEC || q[FLAVOUR] == KVEC)
		k = i->kvec - vec;
	if (q[FLAVOUR] == BVEC)
		k = i->bvec - bvec;
#ifdef IOV_HAS_FOLIOQ
	if (q[FLAVOUR] == FOLIOQ)
		k = i->folioq == &folioq ? i->folioq_slot : ~0UL;
#endif
	if (k > q[SEGS])
		return ~0UL;
	while (k--)
		at += q[SEG + 2 * k + 1];
	return at;
}

static unsigned long import(struct iov_iter *i, const unsigned long *q, int *is_imported)
{
	struct iovec fast[SEGS_MAX], *iov = fast;
	long ret;

	make(i, q, READ);
	ret = import_iovec(READ, (struct iovec *)vec, q[SEGS], SEGS_MAX, &iov, i);
	*is_imported = ret >= 0;
	return ret;
}

static unsigned long call(struct iov_iter *i, const unsigned long *q)
{
	struct page **pages = array;
	size_t start, n = q[ARG];

	switch (q[CALL]) {
	case ADVANCE:
		iov_iter_advance(i, n);
		return 0;
	case REVERT:
		iov_iter_revert(i, n);
		return 0;
	case TRUNCATE:
		iov_iter_truncate(i, n);
		return 0;
	case NPAGES:
		return iov_iter_npages(i, n);
	case ALIGNMENT:
		return iov_iter_alignment(i);
	case GAP_ALIGNMENT:
		return iov_iter_gap_alignment(i);
	case SINGLE_SEG_COUNT:
		return iov_iter_single_seg_count(i);
	case GET_PAGES:
		return iov_iter_get_pages2(i, pages, n, q[ARG2], &start);
#ifdef IOV_HAS_EXTRACT
	case EXTRACT_PAGES:
		return iov_iter_extract_pages(i, &pages, n, q[ARG2], 0, &start);
#endif
	case COPY_TO:
		return _copy_to_iter((void *)IOV_KBUF, n, i);
	case COPY_FROM:
		return _copy_from_iter((void *)IOV_KBUF, n, i);
	case ZERO:
		return iov_iter_zero(n, i);
	case FAULT_IN_READABLE:
		return fault_in_iov_iter_readable(i, n);
	case FAULT_IN_WRITEABLE:
		return fault_in_iov_iter_writeable(i, n);
	case COPY_PAGE_TO:
		return copy_page_to_iter(iov_mem_map, n, q[ARG2], i);
	}
	wide_died();
}

void wide_ask(const unsigned long *q, unsigned long *answer)
{
	struct iov_iter i = {};
	int is_imported = 1;

	faults = q[FAULTS];
	is_import = q[CALL] == IMPORT_IOVEC;
	warns = moved = 0;
	iov_mem_map[0] = (struct page){ .head = iov_mem_map, .nr = COMPOUND };
	if (is_import) {
		answer[RET] = import(&i, q, &is_imported);
		answer[AT] = is_imported ? i.iov_offset : 0;
	} else {
		make(&i, q, q[CALL] == COPY_FROM || q[CALL] == FAULT_IN_READABLE ? WRITE : READ);
		answer[RET] = call(&i, q);
		answer[AT] = position(&i, q);
	}
	answer[LEFT] = is_imported ? i.count : 0;
	answer[MOVED] = moved;
	answer[WARNS] = warns;
}
