/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies to and from user memory, checksums and machine checks. The model does each copy and
 * says how many bytes it did not; a sum is that of the model, the values added up.
 */
#ifndef IOV_UACCESS_H
#define IOV_UACCESS_H

#include <iov/mm.h>

#define access_ok(addr, n) ((void)(addr), (void)(n), 1)
#define might_fault() ((void)0)
#define should_fail_usercopy() 0
#define instrument_copy_to_user(to, from, n) ((void)0)
#define instrument_copy_from_user_before(to, from, n) ((void)0)
#define instrument_copy_from_user_after(to, from, n, left) ((void)0)
#define check_copy_size(addr, n, is_source) 1

IOV_IMPORT(to_user) size_t iov_to_user(void *to, const void *from, size_t n);
IOV_IMPORT(to_user_nofault) long iov_to_user_nofault(void *to, const void *from, size_t n);
IOV_IMPORT(from_user) size_t iov_from_user(void *to, const void *from, size_t n, int is_atomic);
IOV_IMPORT(clear_user) size_t iov_clear_user(void *to, size_t n);
IOV_IMPORT(mc_to_user) size_t iov_mc_to_user(void *to, const void *from, size_t n);
IOV_IMPORT(mc_to_kernel) size_t iov_mc_to_kernel(void *to, const void *from, size_t n);
#define raw_copy_to_user(to, from, n) iov_to_user((void *)(to), from, n)
#define raw_copy_from_user(to, from, n) iov_from_user(to, (const void *)(from), n, iov_faults_off)
#define copy_to_user(to, from, n) raw_copy_to_user(to, from, n)
#define copy_from_user(to, from, n) raw_copy_from_user(to, from, n)
#define copy_to_user_nofault(to, from, n) iov_to_user_nofault((void *)(to), from, n)
#define __copy_from_user_inatomic_nocache(to, from, n) raw_copy_from_user(to, from, n)
#define copy_from_user_inatomic_nontemporal(to, from, n) raw_copy_from_user(to, from, n)
#define __copy_from_user_flushcache(to, from, n) raw_copy_from_user(to, from, n)
#define copy_from_user_flushcache(to, from, n) raw_copy_from_user(to, from, n)
#define clear_user(to, n) iov_clear_user((void *)(to), n)
#define __clear_user(to, n) iov_clear_user((void *)(to), n)
#define copy_mc_to_user(to, from, n) iov_mc_to_user((void *)(to), from, n)
#define copy_mc_to_kernel(to, from, n) iov_mc_to_kernel(to, from, n)

/* Vectors are handed over by the model: none is read from user memory. */
struct compat_iovec {
	u32 iov_base;
	u32 iov_len;
};
typedef u32 compat_uptr_t;
typedef s32 compat_ssize_t;
#define compat_ptr(x) ((void *)(unsigned long)(x))
#define in_compat_syscall() 0
#define user_access_begin(addr, n) ((void)(addr), 1)
#define user_access_end() ((void)0)
#define can_do_masked_user_access() 0
#define masked_user_access_begin(addr) (addr)
#define user_read_access_begin(addr, n) ((void)(addr), 1)
#define user_read_access_end() ((void)0)
#define unsafe_get_user(x, p, label) do { if (0) goto label; (x) = *(p); } while (0)

/* The seed of a real sum is never 0, so that 0 can say that a copy faulted. */
#define IOV_SUMMED 0x40000000u
IOV_IMPORT(csum_to_user) u32 iov_csum_to_user(const void *from, void *to, size_t n);
IOV_IMPORT(csum_from_user) u32 iov_csum_from_user(const void *from, void *to, size_t n);
IOV_IMPORT(csum_copy) u32 iov_csum_copy(const void *from, void *to, size_t n);
#define csum_and_copy_to_user(from, to, n) iov_csum_to_user(from, (void *)(to), n)
#define csum_and_copy_from_user(from, to, n) iov_csum_from_user((const void *)(from), to, n)
#define csum_partial_copy_nocheck(from, to, n) iov_csum_copy(from, to, n)
#define csum_block_add(sum, next, off) ((void)(off), (sum) + ((next) & (IOV_SUMMED - 1)))
#define csum_shift(sum, off) ((void)(off), (sum))

#endif
