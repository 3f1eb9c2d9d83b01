// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The world that lib/iov_iter.c runs in: the structs that the model writes before a call and
 * reads after it, where their fields lie, and entries for what is inline in uio.h or takes 64
 * bits. IOV_HAS_* are defined where the tree has the thing.
 */
#include <linux/uio.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/splice.h>
#ifdef IOV_HAS_FOLIOQ
#include <linux/folio_queue.h>
#endif

struct page iov_mem_map[IOV_PAGES_MAX];
int iov_faults_off;

/* The kernel of a real machine kills a loop by its watchdog; here each branch costs. */
static int iov_fuel;
IOV_IMPORT(spent) __attribute__((noreturn)) void iov_spent(void);
void __sanitizer_cov_trace_pc(void)
{
	if (--iov_fuel < 0)
		iov_spent();
}

/* Where edges are counted, who reads the counts finds them by the symbols of the linker. */
void __sanitizer_cov_8bit_counters_init(char *start, char *stop)
{
}

#undef memcpy
#undef memset
void *iov_struct_copy(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *iov_struct_set(void *to, int c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile char *)to)[i] = c;
	return to;
}

/* The model does it, with the slot as the C has left it. */
IOV_IMPORT(release) void iov_release(struct pipe_inode_info *pipe, struct pipe_buffer *buf, int ops);

IOV_IMPORT(confirm) int iov_confirm(struct pipe_inode_info *pipe, struct pipe_buffer *buf);

#define IOV_OPS(n) \
	static void iov_release_##n(struct pipe_inode_info *pipe, struct pipe_buffer *buf) \
	{ \
		iov_release(pipe, buf, n); \
	}
/* By number in the model: PipeBufOps. */
IOV_OPS(1)
IOV_OPS(2)
IOV_OPS(3)
IOV_OPS(4)
IOV_OPS(5)
static const struct pipe_buf_operations anon_pipe_buf_ops = { .release = iov_release_1 };
static const struct pipe_buf_operations packet_pipe_buf_ops = { .release = iov_release_2 };
const struct pipe_buf_operations page_cache_pipe_buf_ops = { .confirm = iov_confirm, .release = iov_release_3 };
const struct pipe_buf_operations default_pipe_buf_ops = { .release = iov_release_4 };
static const struct pipe_buf_operations user_page_pipe_buf_ops = { .release = iov_release_5 };
const struct pipe_buf_operations *const iov_ops[] = {
	NULL, &anon_pipe_buf_ops, &packet_pipe_buf_ops, &page_cache_pipe_buf_ops, &default_pipe_buf_ops, &user_page_pipe_buf_ops,
};

#define IOV_RING_MAX 16
#define IOV_ENTRIES_MAX 64

static struct {
	struct iov_iter iter[2];
	struct iov_iter_state state;
	struct pipe_inode_info pipe;
	struct pipe_buffer bufs[IOV_RING_MAX];
	/* The array of the caller, with room behind it that nobody may write. */
	struct page *pages[IOV_ENTRIES_MAX];
	struct page **ppages;
	size_t start;
	u32 csum[2];
} iov_world;

#define AT(field) offsetof(struct iov_iter, field)
#ifdef IOV_HAS_PIPE
#define PIPE_AT(field) AT(field)
#define PIPE_TYPE ITER_PIPE
#else
#define PIPE_AT(field) -1
#define PIPE_TYPE -1
#endif
#ifdef IOV_HAS_FOLIOQ
#define FOLIOQ_AT(field) AT(field)
#define FOLIOQ_TYPE ITER_FOLIOQ
#define FOLIOQ_SIZE sizeof(struct folio_queue)
#else
#define FOLIOQ_AT(field) -1
#define FOLIOQ_TYPE -1
#define FOLIOQ_SIZE 0
#endif
#ifdef IOV_HAS_USER_BACKED
#define USER_BACKED AT(user_backed)
#else
#define USER_BACKED -1
#endif

/* In the order of LAYOUT in oracle/tree/layout.ts. */
const int iov_layout[] = {
	(int)&iov_world.iter[0], (int)&iov_world.iter[1], (int)&iov_world.state,
	(int)&iov_world.pipe, (int)iov_world.bufs, (int)iov_world.pages, (int)&iov_world.ppages,
	(int)&iov_world.start, (int)iov_world.csum, (int)iov_mem_map, (int)iov_ops, (int)&iov_fuel, (int)&iov_faults_off,
	sizeof(struct page), IOV_PAGES_MAX, IOV_RING_MAX, IOV_ENTRIES_MAX,
	sizeof(struct iovec), sizeof(struct bio_vec), FOLIOQ_SIZE,
	AT(iter_type), AT(nofault), AT(data_source), USER_BACKED, AT(iov_offset), AT(count), AT(kvec), AT(nr_segs),
	PIPE_AT(last_offset), PIPE_AT(head), PIPE_AT(start_head), FOLIOQ_AT(folioq_slot), AT(xarray_start),
	ITER_IOVEC, ITER_KVEC, ITER_BVEC, PIPE_TYPE, ITER_XARRAY, ITER_DISCARD, ITER_UBUF, FOLIOQ_TYPE,
	offsetof(struct iov_iter_state, iov_offset), offsetof(struct iov_iter_state, count),
	offsetof(struct iov_iter_state, nr_segs),
	offsetof(struct pipe_inode_info, head), offsetof(struct pipe_inode_info, tail),
	offsetof(struct pipe_inode_info, max_usage), offsetof(struct pipe_inode_info, ring_size),
	offsetof(struct pipe_inode_info, tmp_page), offsetof(struct pipe_inode_info, bufs),
	sizeof(struct pipe_buffer), offsetof(struct pipe_buffer, page), offsetof(struct pipe_buffer, offset),
	offsetof(struct pipe_buffer, len), offsetof(struct pipe_buffer, ops), offsetof(struct pipe_buffer, flags),
	offsetof(struct pipe_buffer, private),
};

#define ENTRY(name) __attribute__((export_name("iov_" #name))) iov_entry_##name

void ENTRY(ubuf)(struct iov_iter *i, unsigned int direction, void *buf, size_t count)
{
	iov_iter_ubuf(i, direction, buf, count);
}

void ENTRY(xarray)(struct iov_iter *i, unsigned int direction, struct xarray *xa, unsigned long start, size_t count)
{
	iov_iter_xarray(i, direction, xa, start, count);
}

bool ENTRY(is_iovec)(const struct iov_iter *i)
{
	return iter_is_iovec(i);
}

bool ENTRY(copy_from_iter_full)(void *addr, size_t bytes, struct iov_iter *i)
{
	return copy_from_iter_full(addr, bytes, i);
}

bool ENTRY(copy_from_iter_full_nocache)(void *addr, size_t bytes, struct iov_iter *i)
{
	return copy_from_iter_full_nocache(addr, bytes, i);
}

#ifdef IOV_HAS_COPY_TO_FULL
bool ENTRY(copy_to_iter_full)(const void *addr, size_t bytes, struct iov_iter *i)
{
	return copy_to_iter_full(addr, bytes, i);
}
#endif

#ifdef IOV_HAS_CSUM
bool ENTRY(csum_from_iter_full)(void *addr, size_t bytes, u32 *csum, struct iov_iter *i)
{
	return csum_and_copy_from_iter_full(addr, bytes, csum, i);
}
#endif

#ifdef IOV_HAS_EXTRACT
bool ENTRY(will_pin)(const struct iov_iter *i)
{
	return iov_iter_extract_will_pin(i);
}
#endif
