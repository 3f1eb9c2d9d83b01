/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stub.h"
struct bio_vec { struct page *bv_page; unsigned int bv_len, bv_offset; };
