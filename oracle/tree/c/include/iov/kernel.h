/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Types, the compiler's words, arithmetic, WARN and BUG: what every kernel source leans on.
 * Restated as far as lib/iov_iter.c asks for it; add here what a newer tree asks for.
 */
#ifndef IOV_KERNEL_H
#define IOV_KERNEL_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef s32 __s32;
typedef s64 __s64;
#if __STDC_VERSION__ < 202000L
typedef _Bool bool;
#define true 1
#define false 0
#endif
/* As wide as the target's: 32 bits in WebAssembly, as on a 32-bit machine. */
typedef unsigned long size_t;
typedef long ssize_t;
typedef unsigned long __kernel_size_t;
typedef long ptrdiff_t;
typedef unsigned long uintptr_t;
typedef long long loff_t;
typedef unsigned long pgoff_t;
typedef unsigned int gfp_t;
typedef u32 __wsum;
typedef struct {
	int counter;
} atomic_t;

#define NULL ((void *)0)
#define INT_MAX 0x7fffffff
#define UINT_MAX (~0U)
#define LONG_MAX ((long)(~0UL >> 1))
#define ULONG_MAX (~0UL)
#define SIZE_MAX (~(size_t)0)

#define READ 0
#define WRITE 1

#define __user
#define __kernel
#define __force
#define __iomem
#define __bitwise
#define __must_check
#define __rcu
#define __init
#define __read_mostly
#define __always_inline inline __attribute__((always_inline))
#define noinline __attribute__((noinline))
#define noinline_for_stack noinline
#define __noclone
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __counted_by(field)
#define fallthrough __attribute__((fallthrough))
#define likely(x) (x)
#define unlikely(x) (x)
#define barrier() __asm__ volatile("" ::: "memory")
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define smp_load_acquire(p) READ_ONCE(*(p))
#define smp_store_release(p, v) WRITE_ONCE(*(p), v)
#define smp_rmb() barrier()
#define smp_wmb() barrier()
#define smp_mb() barrier()

#define EXPORT_SYMBOL(name)
#define EXPORT_SYMBOL_GPL(name)
#define EXPORT_SYMBOL_NS_GPL(name, ns)
/* No option is on but those that the command line of the compiler defines. */
#define IS_ENABLED(option) 0
#define BUILD_BUG_ON(cond) _Static_assert(!(cond), #cond)
#define static_assert(cond, ...) _Static_assert(cond, #cond)

#define iov_least(a, b) \
	({ __auto_type iov_a = (a); __auto_type iov_b = (b); iov_a < iov_b ? iov_a : iov_b; })
#define iov_most(a, b) \
	({ __auto_type iov_a = (a); __auto_type iov_b = (b); iov_a > iov_b ? iov_a : iov_b; })
#define min(a, b) iov_least(a, b)
#define max(a, b) iov_most(a, b)
#define min3(a, b, c) iov_least(iov_least(a, b), c)
#define min_t(type, a, b) iov_least((type)(a), (type)(b))
#define max_t(type, a, b) iov_most((type)(a), (type)(b))
#define umin(a, b) min_t(unsigned long, a, b)
#define umax(a, b) max_t(unsigned long, a, b)
#define clamp(v, lo, hi) min(max(v, lo), hi)
#define abs(x) ({ __auto_type iov_x = (x); iov_x < 0 ? -iov_x : iov_x; })
#define swap(a, b) do { __auto_type iov_t = (a); (a) = (b); (b) = iov_t; } while (0)
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define round_up(x, y) ((((x) - 1) | ((__typeof__(x))((y) - 1))) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))((y) - 1)))
#define ALIGN(x, a) round_up(x, a)
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define BIT(n) (1UL << (n))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define offsetof(type, member) __builtin_offsetof(type, member)
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))
#define struct_size(p, member, n) (sizeof(*(p)) + sizeof((p)->member[0]) * (n))
#define check_add_overflow(a, b, r) __builtin_add_overflow(a, b, r)
#define check_sub_overflow(a, b, r) __builtin_sub_overflow(a, b, r)
#define check_mul_overflow(a, b, r) __builtin_mul_overflow(a, b, r)

#define IOV_IMPORT(name) __attribute__((import_module("iov"), import_name(#name))) extern

/* A WARN is counted by the model and goes on; a BUG does not come back. */
IOV_IMPORT(warn) void iov_warn(const char *function);
IOV_IMPORT(bug) __attribute__((noreturn)) void iov_bug(const char *function, int line);
#define WARN_ON(cond) ({ int iov_w = !!(cond); if (iov_w) iov_warn(__func__); iov_w; })
#define WARN_ON_ONCE(cond) WARN_ON(cond)
#define WARN(cond, ...) WARN_ON(cond)
#define WARN_ONCE(cond, ...) WARN_ON(cond)
#define VM_WARN_ON_ONCE(cond) WARN_ON(cond)
#define BUG() iov_bug(__func__, __LINE__)
#define BUG_ON(cond) do { if (cond) BUG(); } while (0)
#define VM_BUG_ON(cond) BUG_ON(cond)

#define KERN_ERR ""
#define KERN_WARNING ""
#define printk(...) ((void)0)
#define pr_err(...) ((void)0)
#define pr_warn(...) ((void)0)
#define pr_warn_once(...) ((void)0)
#define pr_debug(...) ((void)0)

#define EPERM 1
#define EIO 5
#define EAGAIN 11
#define ENOMEM 12
#define EFAULT 14
#define EBUSY 16
#define EINVAL 22
#define EPIPE 32
#define EOVERFLOW 75
#define EOPNOTSUPP 95
#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
#define IS_ERR(p) IS_ERR_VALUE(p)
#define IS_ERR_OR_NULL(p) (!(p) || IS_ERR_VALUE(p))
#define PTR_ERR(p) ((long)(p))
#define ERR_PTR(err) ((void *)(long)(err))

/* No call of an iterator takes one; a pipe's lock is counted. */
struct mutex {
	int held;
};
typedef struct {
	int lock;
} wait_queue_head_t;

#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define might_sleep() ((void)0)
#define cond_resched() 0

/* What the compiler itself calls to copy and clear structs; in linear memory. */
void *iov_struct_copy(void *to, const void *from, size_t n) __asm__("memcpy");
void *iov_struct_set(void *to, int c, size_t n) __asm__("memset");

/* What the source calls: memory of pages and of the caller, which is the model's. */
IOV_IMPORT(copy) void iov_copy(void *to, const void *from, size_t n);
IOV_IMPORT(set) void iov_set(void *to, int c, size_t n);
#define memcpy(to, from, n) ({ void *iov_to = (void *)(to); iov_copy(iov_to, from, n); iov_to; })
#define memmove(to, from, n) memcpy(to, from, n)
#define memcpy_flushcache(to, from, n) memcpy(to, from, n)
#define memset(to, c, n) ({ void *iov_to = (void *)(to); iov_set(iov_to, c, n); iov_to; })

#endif
