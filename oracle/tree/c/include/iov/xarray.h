/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An xarray of pages by index, flat: a hole is NULL. The model chooses the index at which a walk
 * meets an internal entry, once; then the state is reset, and the next step loads the same index.
 */
#ifndef IOV_XARRAY_H
#define IOV_XARRAY_H

#include <iov/mm.h>

#define IOV_XARRAY_MAX 8

struct xarray {
	unsigned long nr;
	void *entry[IOV_XARRAY_MAX];
};

struct xa_state {
	const struct xarray *xa;
	unsigned long xa_index;
	int is_reset;
};

#define XA_STATE(name, array, index) struct xa_state name = { .xa = (array), .xa_index = (index) }
#define xa_is_value(entry) ((void)(entry), 0)

/* Not where any page is. */
#define XA_RETRY_ENTRY ((void *)0x102)
IOV_IMPORT(xas_retry) int iov_xas_retry(unsigned long index);

static inline void xas_reset(struct xa_state *xas)
{
	xas->is_reset = 1;
}

static inline bool xas_retry(struct xa_state *xas, const void *entry)
{
	if (entry != XA_RETRY_ENTRY)
		return false;
	xas_reset(xas);
	return true;
}

static inline void *xas_load(struct xa_state *xas)
{
	if (iov_xas_retry(xas->xa_index))
		return XA_RETRY_ENTRY;
	return xas->xa_index < xas->xa->nr ? xas->xa->entry[xas->xa_index] : NULL;
}

#define xas_reload(xas) xas_load(xas)

static inline void *xas_next(struct xa_state *xas)
{
	if (xas->is_reset)
		xas->is_reset = 0;
	else
		xas->xa_index++;
	return xas_load(xas);
}

/* The first entry that is no hole, from the present index on. */
static inline void *xas_find_from(struct xa_state *xas, unsigned long max)
{
	void *entry = NULL;

	while (xas->xa_index < xas->xa->nr && xas->xa_index <= max) {
		entry = xas_load(xas);
		if (entry)
			break;
		xas->xa_index++;
	}
	return entry;
}

static inline void *xas_next_entry(struct xa_state *xas, unsigned long max)
{
	if (xas->is_reset)
		xas->is_reset = 0;
	else
		xas->xa_index++;
	return xas_find_from(xas, max);
}

#define xas_for_each(xas, entry, max) \
	for (entry = xas_find_from(xas, max); entry; entry = xas_next_entry(xas, max))

#endif
