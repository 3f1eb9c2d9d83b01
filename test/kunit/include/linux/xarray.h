/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stub.h"
struct xarray { void *head; };
void xa_init(struct xarray *xa);
void *xa_store(struct xarray *xa, unsigned long index, void *entry, unsigned int gfp);
void xa_destroy(struct xarray *xa);
