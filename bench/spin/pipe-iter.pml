/*
 * pipe-iter-2016-repaired in scenario pipe-iter, with contents=off, stale=flags, symmetry=off:
 * the state of model/fields.ts, variable by variable, and the ops of model/ops, one d_step each.
 *
 * generate.ts makes bounds.pml (sizes, and the loops over slots, pages and entries written out) and
 * options.pml (a line for each instance of an op that the bounds list).
 *
 * Whatever one call may break is an assert() in it. Whatever a state may break is the one option
 * of the loop that can never be taken: it is looked at once a state, and adds no transition.
 */
#include "bounds.pml"

/* Who holds the pipe's lock. */
#define NOBODY		0
#define FREE		1
#define BUFFERED	2
#define COPYING		3
#define ZEROING		4
#define DIRECT		5

typedef iov_iter { bool is_active; byte iov_offset; byte count; byte idx; byte start_idx };

iov_iter iter, copy;

/* The pages that a caller was handed: `on` 1 by the original iterator, 2 by the copy. */
byte req_on, req_nr, req_bytes, req_done, req_advanced;
bool req_committed, req_owns_array, req_written, req_put;
byte req_page[ENTRIES], req_off[ENTRIES], req_len[ENTRIES];
byte arrays;

byte caller, caller_ret;
bool caller_stopped, direct_done;

/* What only the judge sees. */
byte start, left, asked, writer;

/* Scratch of one op. Where pan may not have hidden variables it is state, and 0 between two ops. */
#ifdef VISIBLE
#define SCRATCH
#define done()	t_size = 0; t_left = 0; t_idx = 0; t_off = 0; t_page = 0; t_ret = 0; t_n = 0; t_at = 0; \
	t_was = 0; d_idx = 0; d_off = 0; t_oom = 0; t_hit = 0; t_pages = 0
#else
#define SCRATCH	hidden
#define done()	skip
#endif
SCRATCH short t_size, t_left, t_ret, t_n, t_oom;
SCRATCH byte t_idx, t_off, t_page, t_at, t_was, d_idx, d_off, t_pages, t_hit;

#include "ring.pml"

/* ---- fs/pipe.c ---- */

inline pipe_read(size)
{
	t_ret = 0;
	t_left = size;
	do
	:: nrbufs > 0 ->
		t_n = MIN(bufs[curbuf].length, t_left);
		touch(bufs[curbuf].page, bufs[curbuf].offset, t_n);
		bufs[curbuf].offset = bufs[curbuf].offset + t_n;
		bufs[curbuf].length = bufs[curbuf].length - t_n;
		t_ret = t_ret + t_n;
		if
		:: bufs[curbuf].flags & FLAG_PACKET -> bufs[curbuf].length = 0; t_left = t_n
		:: else
		fi;
		if
		:: bufs[curbuf].length == 0 ->
			release(curbuf);
			curbuf = NEXT(curbuf);
			nrbufs--
		:: else
		fi;
		t_left = t_left - t_n;
		if
		:: t_left == 0 -> break
		:: else
		fi
	:: else ->
		if
		:: t_ret == 0 -> t_ret = -EAGAIN
		:: else
		fi;
		break
	od
}

inline pread(size)
{
	d_step {
		caller == NOBODY ->
		owed_to_read(size);
		pipe_read(size);
		assert(t_ret == (t_was == 0 -> -EAGAIN : t_was));
		if
		:: t_ret > 0 ->
			/* What a read leaves of a packet is dropped. */
			if
			:: kind[t_ret - 1] == IN_PACKET ->
				do
				:: kind[t_ret - 1] != PACKET_END -> t_ret++
				:: else -> break
				od
			:: else
			fi;
			t_n = t_ret;
			pop_owed()
		:: else
		fi;
		done()
	}
}

/* Appends to the last buffer, fills new ones; a packet, or the rest of one, a buffer. */
inline pipe_write(fd, size)
{
	t_left = size;
	t_idx = (curbuf + nrbufs - 1) & MASK;
	t_n = size & (PAGE - 1);
	if
	:: nrbufs > 0 && t_n > 0 && bufs[t_idx].ops == ANON && bufs[t_idx].offset + bufs[t_idx].length + t_n <= PAGE ->
		touch(bufs[t_idx].page, bufs[t_idx].offset + bufs[t_idx].length, t_n);
		bufs[t_idx].length = bufs[t_idx].length + t_n;
		t_left = t_left - t_n
	:: else
	fi;
	do
	:: t_left > 0 && nrbufs < RING ->
		t_idx = (curbuf + nrbufs) & MASK;
		if
		:: tmp_page == 0 -> t_oom = -1; alloc_page(); tmp_page = t_page
		:: else
		fi;
		t_n = MIN(t_left, PAGE);
		touch(tmp_page, 0, t_n);
		bufs[t_idx].page = tmp_page;
		bufs[t_idx].offset = 0;
		bufs[t_idx].length = t_n;
		bufs[t_idx].ops = (fd == 1 -> PACKET : ANON);
		bufs[t_idx].flags = (fd == 1 -> FLAG_PACKET : 0);
		nrbufs++;
		tmp_page = 0;
		t_left = t_left - t_n
	:: else -> break
	od;
	t_ret = ((size) - t_left == 0 -> -EAGAIN : (size) - t_left)
}

inline pwrite(fd, size)
{
	d_step {
		caller == NOBODY && (writer == 0 || writer == fd + 1) ->
		pipe_write(fd, size);
		/* -EAGAIN only of a full pipe, in which there is something to read; a page at most is all or nothing. */
		assert(t_ret == (size) ||
		    (nrbufs == RING && (t_ret == -EAGAIN -> READABLE > 0 : t_ret > 0 && t_ret < (size) && (size) > PAGE)));
		writer = fd + 1;
		t_n = 0;
		do
		:: t_n < t_ret ->
			kind[owed] = (fd == 0 -> STREAM : (t_n == t_ret - 1 || (t_n + 1) % PAGE == 0 -> PACKET_END : IN_PACKET));
			owed++;
			t_n++
		:: else -> break
		od;
		done()
	}
}

/* ---- lib/iov_iter.c ---- */

/* Every primitive looks at this first, and would warn. */
#define sane(i)	(i.iov_offset == 0 -> i.idx == ((curbuf + nrbufs) & MASK) : \
	nrbufs > 0 && i.idx == ((curbuf + nrbufs - 1) & MASK) && \
	bufs[i.idx].offset + bufs[i.idx].length == i.iov_offset)

/* data_start(): the next byte goes behind the last one of its page, or into the next slot. */
#define STAYS(i)	(i.iov_offset != 0 && i.iov_offset != PAGE && bufs[i.idx].ops == DEFAULT)
#define START_OFF(i)	(STAYS(i) -> i.iov_offset : 0)
#define START_IDX(i)	(i.iov_offset == 0 || STAYS(i) -> i.idx : NEXT(i.idx))

/* Allocations that pushing n bytes asks for, of slots that are free. */
#define ROOM(i)		(STAYS(i) -> PAGE - i.iov_offset : 0)
#define ASKED(i, n)	((n) <= ROOM(i) -> 0 : ((n) - ROOM(i) + PAGE - 1) / PAGE)
#define ALLOCS(i, n)	(MIN(ASKED(i, n), RING - nrbufs))

/* push_pipe(): makes room for t_size bytes; t_ret of them are there, from (d_idx, d_off) on. */
inline push_pipe(i)
{
	t_size = MIN(t_size, i.count);
	t_ret = t_size;
	d_idx = START_IDX(i);
	d_off = START_OFF(i);
	t_left = t_size;
	t_idx = d_idx;
	if
	:: t_left > 0 && d_off != 0 ->
		t_left = t_left - (PAGE - d_off);
		if
		:: t_left <= 0 -> bufs[t_idx].length = bufs[t_idx].length + t_size; t_left = 0
		:: else -> bufs[t_idx].length = PAGE; t_idx = NEXT(t_idx)
		fi
	:: else
	fi;
	do
	:: t_left > 0 && (t_idx != curbuf || nrbufs == 0) ->
		alloc_page();
		if
		:: t_page == 0 -> break
		:: else
		fi;
		nrbufs++;
		bufs[t_idx].ops = DEFAULT;
		bufs[t_idx].flags = 0;
		bufs[t_idx].page = t_page;
		bufs[t_idx].offset = 0;
		bufs[t_idx].length = MIN(t_left, PAGE);
		t_left = t_left - bufs[t_idx].length;
		t_idx = NEXT(t_idx)
	:: else -> break
	od;
	t_ret = t_size - t_left
}

/* What copy_pipe_to_iter() and pipe_zero() do with what they have pushed. */
inline fill()
{
	t_n = t_ret;
	t_idx = d_idx;
	t_off = d_off;
	do
	:: t_n > 0 ->
		t_left = MIN(t_n, PAGE - t_off);
		touch(bufs[t_idx].page, t_off, t_left);
		iter.idx = t_idx;
		iter.iov_offset = t_off + t_left;
		t_n = t_n - t_left;
		t_idx = NEXT(t_idx);
		t_off = 0
	:: else -> break
	od;
	iter.count = iter.count - t_ret
}

/* t_ret bytes of the stream are owed now. */
inline owe_stream()
{
	t_n = t_ret;
	do
	:: t_n > 0 -> kind[owed] = STREAM; owed++; t_n--
	:: else -> break
	od
}

/* The running read_iter notes what a primitive has reported, of t_was that it wanted. */
inline note()
{
	if
	:: caller != FREE ->
		caller_ret = caller_ret + t_ret;
		if
		:: t_ret < t_was -> caller_stopped = true
		:: else
		fi
	:: else
	fi
}

/* Bytes that fit into the last slot, where it was made by an iterator. */
#define LAST		((curbuf + nrbufs - 1) & MASK)
#define ROOM_IN_LAST	(nrbufs > 0 && bufs[LAST].ops == DEFAULT -> PAGE - (bufs[LAST].offset + bufs[LAST].length) : 0)

#define MAY_GO_ON	(req_on == 0 && !caller_stopped)
/* A count beyond what the iterator wants is clamped: one such value is enough. */
#define FITS(n)		((n) <= left || (n) == RING * PAGE)

inline copy_or_zero(bytes, oom)
{
	t_oom = oom;
	t_was = MIN(bytes, iter.count);
	assert(sane(iter));
	t_size = bytes;
	push_pipe(iter);
	fill();
	note();
	assert(t_ret == MIN(bytes, left) || (t_ret >= 0 && t_ret < MIN(bytes, left) &&
	    (t_hit || (nrbufs == RING && !((t_ret > 0 || owed > start) && ROOM_IN_LAST > 0)))));
	owe_stream();
	left = left - t_ret;
	t_hit = 0;
	done()
}

/* The allocation that is to fail is one that is asked for. */
#define MET(oom, n)	((oom) < 0 || (oom) < ALLOCS(iter, n))

inline copy_to_iter(bytes, oom)
{
	d_step {
		req_on == 0 && (caller == FREE || (caller == COPYING && !caller_stopped)) && FITS(bytes) &&
		    MET(oom, MIN(bytes, iter.count)) ->
		copy_or_zero(bytes, oom)
	}
}

inline iov_iter_zero(bytes, oom)
{
	d_step {
		req_on == 0 && (caller == FREE || (caller == ZEROING && !caller_stopped)) && FITS(bytes) &&
		    MET(oom, MIN(bytes, iter.count)) ->
		copy_or_zero(bytes, oom)
	}
}

/* A reference to `bytes` of file page `page`, from `from` on. */
inline copy_page_to_iter_pipe(page_nr, from, bytes)
{
	t_ret = MIN(bytes, iter.count);
	t_idx = iter.idx;
	if
	:: t_ret > 0 ->
		assert(sane(iter));
		if
		:: iter.iov_offset != 0 && iter.iov_offset == from && bufs[t_idx].page == page_nr + 1 ->
			bufs[t_idx].length = bufs[t_idx].length + t_ret;
			iter.iov_offset = iter.iov_offset + t_ret;
			iter.count = iter.count - t_ret
		:: else ->
			if
			:: iter.iov_offset != 0 -> t_idx = NEXT(t_idx)
			:: else
			fi;
			if
			:: t_idx == curbuf && nrbufs != 0 -> t_ret = 0
			:: else ->
				nrbufs++;
				bufs[t_idx].ops = PAGE_CACHE;
				bufs[t_idx].flags = 0;
				bufs[t_idx].page = page_nr + 1;
				get_page(page_nr + 1);
				bufs[t_idx].offset = from;
				bufs[t_idx].length = t_ret;
				iter.iov_offset = from + t_ret;
				iter.idx = t_idx;
				iter.count = iter.count - t_ret
			fi
		fi
	:: else
	fi
}

inline copy_page_to_iter(page_nr, from, bytes)
{
	d_step {
		req_on == 0 && (bytes <= left || bytes == PAGE - from) &&
		    (caller == FREE || (iter.count > 0 && !caller_stopped &&
			(caller == BUFFERED || caller == ZEROING || (caller == DIRECT && direct_done)))) ->
		t_was = MIN(bytes, iter.count);
		copy_page_to_iter_pipe(page_nr, from, bytes);
		note();
		assert(t_ret == MIN(bytes, left) || (t_ret == 0 && nrbufs == RING));
		owe_stream();
		left = left - t_ret;
		done()
	}
}

/* pipe_advance(): i moves by t_size, and what is behind it is freed. */
inline pipe_advance(i)
{
	t_idx = i.idx;
	t_off = i.iov_offset;
	t_size = MIN(t_size, i.count);
	i.count = i.count - t_size;
	if
	:: t_size != 0 ->
		if
		:: t_off != 0 -> t_size = t_size + t_off - bufs[t_idx].offset
		:: else
		fi;
		t_n = 0;
		do
		:: t_size <= bufs[t_idx].length -> break
		:: else -> t_size = t_size - bufs[t_idx].length; t_idx = NEXT(t_idx); t_n++; assert(t_n <= RING)
		od;
		bufs[t_idx].length = t_size;
		i.idx = t_idx;
		t_off = bufs[t_idx].offset + t_size;
		i.iov_offset = t_off
	:: else ->
		if
		:: t_off != 0 && nrbufs != 0 -> bufs[t_idx].length = t_off - bufs[t_idx].offset
		:: else
		fi
	fi;
	/* Slots to keep: modulo the ring an index could not tell all of them from none. */
	t_n = (t_idx - curbuf) & MASK;
	if
	:: t_off != 0 -> t_idx = NEXT(t_idx); t_n++
	:: else
	fi;
	do
	:: nrbufs > t_n ->
		release(t_idx);
		t_idx = NEXT(t_idx);
		nrbufs--
	:: else -> break
	od
}

/* ---- pages for a device ---- */

/* Slots that may be filled from (d_idx, d_off) on: none of a full ring. */
#define NPAGES(i)	(START_OFF(i) == 0 && START_IDX(i) == curbuf && nrbufs != 0 -> 0 : \
	((curbuf - START_IDX(i) - 1) & MASK) + 1)

/* __pipe_get_pages() of t_size bytes, into an array of t_pages entries that the request keeps. */
inline get_pages_list(i)
{
	push_pipe(i);
	if
	:: t_ret == 0 -> t_ret = -EFAULT
	:: else ->
		t_left = t_ret;
		t_idx = d_idx;
		t_off = d_off;
		t_at = req_nr;
		do
		:: t_left > 0 ->
			assert(t_pages > 0 && req_nr < ENTRIES);
			t_pages--;
			get_page(bufs[t_idx].page);
			req_page[req_nr] = bufs[t_idx].page;
			req_off[req_nr] = t_off;
			req_len[req_nr] = MIN(t_left, PAGE - t_off);
			t_left = t_left - req_len[req_nr];
			req_nr++;
			t_idx = NEXT(t_idx);
			t_off = 0
		:: else -> break
		od;
		/* page-list-complete */
		assert(req_nr - t_at == (d_off + t_ret + PAGE - 1) / PAGE)
	fi
}

inline pipe_get_pages(i, maxsize, maxpages)
{
	t_size = MIN(maxsize, i.count);
	t_ret = 0;
	d_off = 0;
	if
	:: t_size > 0 ->
		assert(sane(i));
		t_size = MIN(t_size, MIN(NPAGES(i), maxpages) * PAGE - START_OFF(i));
		t_pages = maxpages;
		get_pages_list(i)
	:: else
	fi
}

inline pipe_get_pages_alloc(i, maxsize)
{
	t_size = MIN(maxsize, i.count);
	t_ret = 0;
	d_off = 0;
	if
	:: t_size > 0 && t_oom == 0 -> t_ret = -ENOMEM; t_hit = 1
	:: t_size > 0 && t_oom != 0 ->
		assert(sane(i));
		if
		:: t_oom > 0 -> t_oom--
		:: else
		fi;
		t_pages = NPAGES(i);
		t_left = t_pages * PAGE - START_OFF(i);
		if
		:: t_size > t_left -> t_size = t_left
		:: else -> t_pages = (t_size + START_OFF(i) + PAGE - 1) / PAGE
		fi;
		arrays++;
		get_pages_list(i);
		if
		:: t_ret <= 0 -> arrays--
		:: else
		fi
	:: else
	fi
}

/* The caller takes what it was handed, or stops. t_was: bytes of the request before. */
inline end_get(as)
{
	if
	:: t_ret > 0 -> req_on = as; req_bytes = req_bytes + t_ret
	:: else ->
		if
		:: caller != FREE && req_on == 0 -> caller_stopped = true
		:: else
		fi
	fi
}

/* `most` is what the array has room for. */
#define GET_IS_RIGHT(want) (t_ret == (want) || (t_ret < (want) && t_ret != 0 && \
	(t_hit -> t_ret > 0 || t_ret == -EFAULT || t_ret == -ENOMEM : (t_ret > 0 || t_ret == -EFAULT) && nrbufs == RING)))

/* Whether the iterator may be asked for pages: the original by a free caller, the copy by the direct one. */
#define MAY_GET_ORIG	(caller == FREE && req_on == 0)
#define MAY_GET_FIRST	(caller == DIRECT && !direct_done && !caller_stopped && req_on == 0)
#define MAY_GET_MORE	(caller == DIRECT && !direct_done && !caller_stopped && req_on == 2 && !req_written && \
	!req_committed && req_advanced == req_bytes && req_nr + (RING - nrbufs) + 1 <= ENTRIES)

#define GET_SIZE(i, maxsize, maxpages) \
	(MIN(MIN(maxsize, i.count), MIN(NPAGES(i), maxpages) * PAGE - START_OFF(i)))
#define GET_MET(i, oom, maxsize, maxpages)	((oom) < 0 || (oom) < ALLOCS(i, GET_SIZE(i, maxsize, maxpages)))
#define ALLOC_MET(oom, maxsize)	((oom) < 0 || (MIN(maxsize, iter.count) > 0 && \
	((oom) == 0 || (oom) - 1 < ALLOCS(iter, GET_SIZE(iter, maxsize, RING)))))

inline get_pages(i, as, maxsize, maxpages, oom)
{
	t_oom = oom;
	t_was = req_bytes;
	pipe_get_pages(i, maxsize, maxpages);
	end_get(as);
	assert(GET_IS_RIGHT(MIN(MIN(maxsize, left - t_was), maxpages * PAGE - (t_ret > 0 -> d_off : 0))));
	t_hit = 0;
	done()
}

inline copy_iter()
{
	copy.is_active = iter.is_active;
	copy.iov_offset = iter.iov_offset;
	copy.count = iter.count;
	copy.idx = iter.idx;
	copy.start_idx = iter.start_idx
}

/* iov_iter_get_pages() of the original */
inline get_pages_orig(maxsize, maxpages, oom)
{
	d_step {
		MAY_GET_ORIG && FITS(maxsize) && GET_MET(iter, oom, maxsize, maxpages) ->
		get_pages(iter, 1, maxsize, maxpages, oom)
	}
}

/* ... of the copy, which is made of the original at the first of them */
inline get_pages_first(maxsize, maxpages, oom)
{
	d_step {
		MAY_GET_FIRST && FITS(maxsize) && GET_MET(iter, oom, maxsize, maxpages) ->
		copy_iter();
		get_pages(copy, 2, maxsize, maxpages, oom)
	}
}

inline get_pages_more(maxsize, maxpages, oom)
{
	d_step {
		MAY_GET_MORE && FITS(maxsize) && GET_MET(copy, oom, maxsize, maxpages) ->
		get_pages(copy, 2, maxsize, maxpages, oom)
	}
}

inline get_pages_alloc(i, as, maxsize, oom)
{
	t_oom = oom;
	pipe_get_pages_alloc(i, maxsize);
	end_get(as);
	req_owns_array = (t_ret > 0);
	assert(GET_IS_RIGHT(MIN(maxsize, left)));
	t_hit = 0;
	done()
}

inline get_pages_alloc_orig(maxsize, oom)
{
	d_step {
		MAY_GET_ORIG && FITS(maxsize) && ALLOC_MET(oom, maxsize) ->
		get_pages_alloc(iter, 1, maxsize, oom)
	}
}

inline get_pages_alloc_copy(maxsize, oom)
{
	d_step {
		MAY_GET_FIRST && FITS(maxsize) && ALLOC_MET(oom, maxsize) ->
		copy_iter();
		get_pages_alloc(copy, 2, maxsize, oom)
	}
}

/* Pages were asked for, and the original iterator does not yet say what became of them. */
#define IS_PENDING	(req_on != 0 && !req_committed)

/* Where the device wrote, and the struct copy, are dead; the page pointers are not. */
inline forget_target()
{
	FORGET_TARGET;
	copy.is_active = false;
	copy.iov_offset = 0;
	copy.count = 0;
	copy.idx = 0;
	copy.start_idx = 0
}

inline drop_request()
{
	FORGET_PAGES;
	FORGET_TARGET;
	req_on = 0;
	req_nr = 0;
	req_bytes = 0;
	req_done = 0;
	req_advanced = 0;
	req_written = false;
	req_committed = false;
	req_owns_array = false;
	req_put = false
}

inline device_write(bytes)
{
	d_step {
		IS_PENDING && !req_written && (req_advanced == req_bytes || req_advanced == 0) &&
		    bytes <= LISTED && (bytes == 0 || bytes == LISTED || IS_LISTED(bytes)) ->
		t_left = bytes;
		t_n = 0;
		do
		:: t_left > 0 && t_n < req_nr ->
			touch(req_page[t_n], req_off[t_n], MIN(t_left, req_len[t_n]));
			t_left = t_left - MIN(t_left, req_len[t_n]);
			t_n++
		:: else -> break
		od;
		req_written = true;
		req_done = bytes;
		forget_target();
		done()
	}
}

inline put_pages()
{
	d_step {
		req_on != 0 && !req_put && (req_written || req_committed) ->
		t_n = 0;
		do
		:: t_n < req_nr -> put_page(req_page[t_n]); req_page[t_n] = 0; t_n++
		:: else -> break
		od;
		req_nr = 0;
		if
		:: req_owns_array -> assert(arrays > 0); arrays--
		:: else
		fi;
		req_owns_array = false;
		req_put = true;
		if
		:: req_committed -> drop_request()
		:: else
		fi;
		done()
	}
}

/* The copy moves past all that was asked of it, before the I/O. */
inline advance_copy(size)
{
	d_step {
		IS_PENDING && req_on == 2 && !req_written && req_advanced < req_bytes && size == req_bytes - req_advanced ->
		t_size = size;
		pipe_advance(copy);
		req_advanced = req_advanced + size;
		done()
	}
}

/* The original moves past what was read; by 0 also where nothing was tried. */
inline advance_orig(size)
{
	d_step {
		IS_PENDING && !(caller != FREE && req_written && !req_put) &&
		    (size == 0 || (req_written && size <= req_done && (size == req_done || ALL_LENGTHS || size == 1))) ->
		t_size = size;
		pipe_advance(iter);
		req_committed = true;
		req_written = false;
		req_bytes = 0;
		req_done = 0;
		req_advanced = 0;
		forget_target();
		if
		:: caller == DIRECT -> caller_ret = caller_ret + size; direct_done = true
		:: else
		fi;
		if
		:: req_put -> drop_request()
		:: else
		fi;
		t_ret = size;
		owe_stream();
		left = left - size;
		done()
	}
}

/* ---- who holds the lock ---- */

inline make_iter(n)
{
	iter.is_active = true;
	iter.iov_offset = 0;
	iter.count = n;
	iter.idx = (curbuf + nrbufs) & MASK;
	iter.start_idx = iter.idx;
	start = owed;
	left = n
}

inline end_caller()
{
	iter.is_active = false;
	iter.iov_offset = 0;
	iter.count = 0;
	iter.idx = 0;
	iter.start_idx = 0;
	forget_target();
	drop_request();
	caller = NOBODY;
	caller_stopped = false;
	direct_done = false;
	caller_ret = 0;
	start = 0;
	left = 0
}

inline iov_iter_pipe(n)
{
	d_step {
		caller == NOBODY && nrbufs < RING ->
		caller = FREE;
		make_iter(n);
		done()
	}
}

inline pipe_unlock()
{
	d_step {
		caller == FREE && req_on == 0 ->
		end_caller();
		done()
	}
}

inline generic_file_splice_read(n, read_iter)
{
	d_step {
		caller == NOBODY && nrbufs < RING ->
		caller = read_iter;
		make_iter(n);
		asked = n;
		done()
	}
}

/* What a failing read_iter has put into the pipe is freed. */
inline read_iter_return(is_error)
{
	d_step {
		caller > FREE && (req_on == 0 || (req_put && is_error == 1)) ->
		t_ret = (is_error == 1 -> -EIO : (caller_ret > 0 -> caller_ret : (caller_stopped -> -EFAULT : 0)));
		assert(t_ret <= asked);
		if
		:: t_ret < 0 ->
			iter.idx = iter.start_idx;
			iter.iov_offset = 0;
			t_size = 0;
			pipe_advance(iter)
		:: else
		fi;
		do
		:: t_ret <= 0 && owed > start -> owed--; kind[owed] = 0
		:: else -> break
		od;
		asked = 0;
		end_caller();
		done()
	}
}

/* ---- questions: they change nothing, and have to answer as they are defined ---- */

#define MAY_ASK		(caller == FREE && req_on == 0)
/* Where the next byte goes, by what the judge knows. */
#define LAST_ROOM	(owed > start -> ROOM_IN_LAST : 0)
#define NEXT_OFFSET	(LAST_ROOM == 0 -> 0 : PAGE - LAST_ROOM)

inline iov_iter_npages(maxpages)
{
	d_step {
		MAY_ASK ->
		assert(iter.count == 0 || sane(iter));
		assert((iter.count == 0 -> 0 : MIN(NPAGES(iter), maxpages)) ==
		    (left == 0 -> 0 : MIN(RING - nrbufs + (NEXT_OFFSET > 0 -> 1 : 0), maxpages)))
	}
}

inline iov_iter_alignment()
{
	d_step {
		MAY_ASK ->
		assert(((iter.count == 0 -> 0 : iter.count |
		    (iter.iov_offset != 0 && bufs[iter.idx].ops == DEFAULT -> iter.iov_offset : 0)) & (PAGE - 1)) ==
		    ((left == 0 -> 0 : left | NEXT_OFFSET) & (PAGE - 1)))
	}
}

inline iov_iter_single_seg_count()
{
	d_step { MAY_ASK -> assert(iter.count == left) }
}

/* Both are 0 of a pipe, whatever its state. */
inline iter_is_iovec()
{
	d_step { MAY_ASK -> assert(iter.is_active) }
}

inline iov_for_each()
{
	d_step { MAY_ASK -> assert(iter.is_active) }
}

/* ---- what holds in every state ---- */

/* refcount-equals-owners: the request holds pages, too */
#define IN_ENTRY(e, p)	(req_page[e] == (p) + 1)
#define IS_COUNTED(p)	(ref[p] == OWNERS(p) + SUM_ENTRIES(IN_ENTRY, p))
#define REFCOUNT_EQUALS_OWNERS	(EACH_PAGE(IS_COUNTED))

/* array-has-one-owner */
#define ARRAY_HAS_ONE_OWNER	(arrays == req_owns_array)

/* sanity, count-consumed-exactly */
#define ITERATOR_IS_SANE	(sane(iter) && iter.count == left)

#define HOLDS	(RING_WELL_FORMED && REFCOUNT_EQUALS_OWNERS && ARRAY_HAS_ONE_OWNER && \
	(IS_PENDING || (AS_MANY_AS_OWED && PACKET_BOUNDARIES && (!iter.is_active || ITERATOR_IS_SANE))))

active proctype search()
{
end:	do
	:: !(HOLDS) -> assert(false)
#include "options.pml"
	od
}
