/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As much of the kernel's interfaces as the tests of reproducers call: enough for a compiler to check types. */
#ifndef STUB_KUNIT_TEST_H
#define STUB_KUNIT_TEST_H

#include "../linux/stub.h"

struct kunit;
struct kunit_case { void (*run)(struct kunit *test); const char *name; };
struct kunit_suite { const char *name; struct kunit_case *test_cases; };

#define KUNIT_CASE(f) { .run = f, .name = #f }
#define kunit_test_suites(s) struct kunit_suite *stub_suites[] = { s }

void stub_check(struct kunit *test, bool is_right);
void *kunit_kzalloc(struct kunit *test, size_t size, unsigned int gfp);
unsigned long kunit_vm_mmap(struct kunit *test, struct file *file, unsigned long addr, unsigned long len,
			    unsigned long prot, unsigned long flag, unsigned long offset);

#define STUB_COMPARE(test, a, op, b) \
	do { __typeof__(a) x_ = (a); __typeof__(b) y_ = (b); stub_check(test, x_ op (__typeof__(a))y_); } while (0)
#define KUNIT_EXPECT_EQ(test, a, b) STUB_COMPARE(test, a, ==, b)
#define KUNIT_ASSERT_EQ(test, a, b) STUB_COMPARE(test, a, ==, b)
#define KUNIT_ASSERT_NE(test, a, b) STUB_COMPARE(test, a, !=, b)
#define KUNIT_EXPECT_PTR_EQ(test, a, b) STUB_COMPARE(test, a, ==, b)
#define KUNIT_EXPECT_TRUE(test, a) stub_check(test, a)
#define KUNIT_EXPECT_FALSE(test, a) stub_check(test, !(a))
#define KUNIT_EXPECT_NULL(test, a) stub_check(test, !(a))
#define KUNIT_ASSERT_NOT_NULL(test, a) stub_check(test, !!(a))

#endif
