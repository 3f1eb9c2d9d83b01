/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stub.h"
struct folio_queue { struct folio_queue *next; };
void folioq_init(struct folio_queue *fq, unsigned int rreq_id);
unsigned int folioq_append(struct folio_queue *fq, struct folio *folio);
