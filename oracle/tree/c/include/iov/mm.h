/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pages, folios, references and how pages are mapped. The pages themselves are the model's: a
 * struct page here is a name for one, and its bytes are behind addresses that only the model
 * can resolve, so that a direct access traps.
 */
#ifndef IOV_MM_H
#define IOV_MM_H

#include <iov/kernel.h>

#ifndef PAGE_SHIFT
#error PAGE_SHIFT comes from the bounds: give it with -D
#endif
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define MAX_RW_COUNT (INT_MAX & PAGE_MASK)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)

/* As many as any bounds can make. */
#define IOV_PAGES_MAX 1024

struct page {
	/* Its folio: the head, and pages. The model writes both. */
	struct page *head;
	unsigned long nr;
};

struct folio {
	struct page page;
};

extern struct page iov_mem_map[IOV_PAGES_MAX];

#define page_to_pfn(p) ((unsigned long)((p) - iov_mem_map))
#define pfn_to_page(n) (iov_mem_map + (n))
#define compound_head(p) (((struct page *)(p))->head)
#define page_folio(p) ((struct folio *)compound_head(p))
#define folio_page(f, n) (&(f)->page + (n))
#define folio_page_idx(f, p) ((p) - &(f)->page)
#define page_size(p) ((p)->nr << PAGE_SHIFT)
#define folio_size(f) ((size_t)(f)->page.nr << PAGE_SHIFT)
#define folio_nr_pages(f) ((long)(f)->page.nr)
#define folio_shift(f) (PAGE_SHIFT + ((f)->page.nr > 1))
#define folio_test_large(f) ((f)->page.nr > 1)
#define folio_test_hugetlb(f) 0
#define offset_in_folio(f, p) ((unsigned long)(p) & (folio_size(f) - 1))
/* Pages of the page cache are folios of one page. */
#define find_subpage(head, index) ((void)(index), (head))
#define PageHighMem(p) 0
#define PageTail(p) ((p)->head != (p))
#define PageCompound(p) ((p)->head->nr > 1)
#define nth_page(p, n) ((p) + (n))

#define GFP_KERNEL 1u
#define GFP_USER 2u
#define GFP_HIGHUSER 3u
#define __GFP_ACCOUNT 0u
#define __GFP_NOWARN 0u
#define GFP_KERNEL_ACCOUNT GFP_KERNEL
IOV_IMPORT(alloc_page) struct page *iov_alloc_page(void);
IOV_IMPORT(get_page) void iov_get_page(struct page *page);
IOV_IMPORT(put_page) void iov_put_page(struct page *page);
#define alloc_page(gfp) ((void)(gfp), iov_alloc_page())
#define get_page(page) iov_get_page(page)
#define put_page(page) iov_put_page(page)
#define __free_page(page) iov_put_page(page)
#define folio_get(f) iov_get_page(&(f)->page)
#define folio_put(f) iov_put_page(&(f)->page)

/* Where kmap puts a page: beyond linear memory. A folio lies there as a whole. */
#define IOV_KMAP 0x20000000UL
/* The caller's kernel buffer. */
#define IOV_KBUF 0x30000000UL
/* From here on the driver's pages are mapped one by one; below is the direct map. */
#define IOV_VMALLOC 0x01000000UL
#define iov_kmap(p) ((void *)(IOV_KMAP + (page_to_pfn(p) << PAGE_SHIFT)))
extern int iov_faults_off;
#define pagefault_disable() (iov_faults_off++)
#define pagefault_enable() (iov_faults_off--)
#define kmap_local_page(p) iov_kmap(p)
#define kunmap_local(addr) ((void)(addr))
#define kmap_local_folio(f, off) ((void *)(IOV_KMAP + (page_to_pfn(&(f)->page) << PAGE_SHIFT) + (off)))
#define kmap(p) iov_kmap(p)
#define kunmap(p) ((void)(p))
#define kmap_atomic(p) (pagefault_disable(), iov_kmap(p))
#define kunmap_atomic(addr) ((void)(addr), (void)pagefault_enable())
#define page_address(p) iov_kmap(p)
#define memcpy_to_page(p, off, from, n) iov_copy((char *)iov_kmap(p) + (off), from, n)
#define memcpy_from_page(to, p, off, n) iov_copy(to, (char *)iov_kmap(p) + (off), n)
#define memzero_page(p, off, n) iov_set((char *)iov_kmap(p) + (off), 0, n)
#define flush_dcache_page(p) ((void)(p))

IOV_IMPORT(kernel_page) struct page *iov_kernel_page(const void *addr);
#define virt_to_page(addr) iov_kernel_page((const void *)(addr))
#define vmalloc_to_page(addr) iov_kernel_page((const void *)(addr))
#define is_vmalloc_addr(addr) ((unsigned long)(addr) >= IOV_VMALLOC)
#define is_vmalloc_or_module_addr(addr) is_vmalloc_addr(addr)

#define FOLL_GET 0x1u
#define FOLL_PIN 0x2u
#define FOLL_WRITE 0x4u
#define FOLL_NOFAULT 0x8u
#define FOLL_PCI_P2PDMA 0x10u
IOV_IMPORT(get_user_pages_fast)
int get_user_pages_fast(unsigned long start, int nr, unsigned int flags, struct page **pages);
IOV_IMPORT(pin_user_pages_fast)
int pin_user_pages_fast(unsigned long start, int nr, unsigned int flags, struct page **pages);
IOV_IMPORT(unpin_user_page) void unpin_user_page(struct page *page);
IOV_IMPORT(fault_in) size_t iov_fault_in(const void *addr, size_t n, int is_write);
#define fault_in_readable(addr, n) iov_fault_in((const void *)(addr), n, 0)
#define fault_in_safe_writeable(addr, n) iov_fault_in((const void *)(addr), n, 1)
#define fault_in_writeable(addr, n) iov_fault_in((const void *)(addr), n, 1)

struct bio_vec {
	struct page *bv_page;
	unsigned int bv_len;
	unsigned int bv_offset;
};

#endif
