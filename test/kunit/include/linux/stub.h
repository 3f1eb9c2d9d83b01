/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef STUB_H
#define STUB_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#define __user
#define PAGE_SIZE 4096UL
#define GFP_KERNEL 1u
#define __GFP_ZERO 2u
#define READ 0
#define WRITE 1
#define ITER_DEST 0
#define ITER_SOURCE 1
#define ITER_KVEC 2
#define ITER_BVEC 4
#define ITER_PIPE 8
#define O_NONBLOCK 04000
#define O_DIRECT 040000
#define F_SETPIPE_SZ 1031
#define PROT_READ 1
#define PROT_WRITE 2
#define MAP_PRIVATE 2
#define MAP_ANONYMOUS 0x20
#define VM_MAP 4
#define PAGE_KERNEL 0
#define PIPE_BUF_FLAG_PACKET 8

struct page { int count; };
struct folio;
struct file { unsigned int f_flags; };
struct iov_iter;

struct pipe_buffer { struct page *page; unsigned int offset, len, flags; };
/* Both forms of the ring. */
struct pipe_inode_info {
	unsigned int head, tail, ring_size, curbuf, nrbufs, buffers;
	struct pipe_buffer *bufs;
};

int get_order(unsigned long size);
struct page *alloc_pages(unsigned int gfp, unsigned int order);
void split_page(struct page *page, unsigned int order);
void __free_page(struct page *page);
int page_ref_count(const struct page *page);
void *page_address(const struct page *page);
struct folio *page_folio(struct page *page);
void *vmap(struct page **pages, unsigned int count, unsigned long flags, int prot);
void vunmap(const void *addr);
int vm_munmap(unsigned long addr, size_t len);
void *memchr_inv(const void *from, int c, size_t size);

int create_pipe_files(struct file **files, int flags);
struct pipe_inode_info *get_pipe_info(struct file *file, bool for_splice);
long pipe_fcntl(struct file *file, unsigned int cmd, unsigned int arg);
void pipe_lock(struct pipe_inode_info *pipe);
void pipe_unlock(struct pipe_inode_info *pipe);
void fput(struct file *file);
ssize_t kernel_write(struct file *file, const void *buf, size_t count, long long *pos);
ssize_t kernel_read(struct file *file, void *buf, size_t count, long long *pos);

#define MODULE_DESCRIPTION(s) extern int stub_module_description
#define MODULE_LICENSE(s) extern int stub_module_licence

#endif
