/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folio_queue segment whose slots are all used; how many there are is its own. */
#ifndef IOV_FOLIO_QUEUE_H
#define IOV_FOLIO_QUEUE_H

#include <iov/mm.h>

#define IOV_FOLIOQ_MAX 8

struct folio_queue {
	struct folio_queue *next;
	struct folio_queue *prev;
	unsigned long nr;
	struct folio *folio[IOV_FOLIOQ_MAX];
	size_t size[IOV_FOLIOQ_MAX];
};

#define folioq_nr_slots(fq) iov_folioq_nr(fq)
#define folioq_count(fq) folioq_nr_slots(fq)
#define folioq_folio(fq, slot) iov_folioq_folio(fq, slot)
#define folioq_folio_size(fq, slot) iov_folioq_size(fq, slot)

/* A slot that is not there is memory behind the segment: an oops, not a value. */
IOV_IMPORT(no_slot) __attribute__((noreturn)) void iov_no_slot(const void *fq, unsigned int slot);

static inline unsigned int iov_folioq_nr(const struct folio_queue *fq)
{
	if (!fq)
		iov_no_slot(fq, 0);
	return fq->nr;
}

static inline struct folio *iov_folioq_folio(const struct folio_queue *fq, unsigned int slot)
{
	if (!fq || slot >= fq->nr)
		iov_no_slot(fq, slot);
	return fq->folio[slot];
}

static inline size_t iov_folioq_size(const struct folio_queue *fq, unsigned int slot)
{
	if (!fq || slot >= fq->nr)
		iov_no_slot(fq, slot);
	return fq->size[slot];
}

#endif
