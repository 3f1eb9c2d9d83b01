/*
 * packet-2012-repaired in scenario packet, with contents=off, stale=flags, symmetry=off: stream and
 * packet writers, buffers that fault, allocations that fail, and the flags of the files. What the
 * head of pipe-iter.pml says holds here, too.
 */
#include "bounds.pml"

/* f_flags of the write ends w and wd */
#define O_NONBLOCK	1
#define O_DIRECT	2
#define O_CLOEXEC	4
#define EINVAL		22

byte f_flags_w = O_NONBLOCK, f_flags_wd = O_NONBLOCK | O_DIRECT;

/* Scratch of one op. Where pan may not have hidden variables it is state, and 0 between two ops. */
#ifdef VISIBLE
#define SCRATCH
#define done()	t_left = 0; t_idx = 0; t_page = 0; t_ret = 0; t_n = 0; t_at = 0; t_was = 0; t_oom = 0; \
	t_hit = 0; t_fault = 0; t_direct = 0
#else
#define SCRATCH	hidden
#define done()	skip
#endif
SCRATCH short t_left, t_ret, t_n, t_oom, t_fault;
SCRATCH byte t_idx, t_page, t_at, t_was, t_hit, t_direct;

#include "ring.pml"

#define IS_FAULT	(t_fault >= 0 && t_fault < t_at + t_n)

/* Bytes t_at .. t_at + t_n of the user's buffer: t_fault is the one that can not be had, if any. */
inline pipe_read(size)
{
	t_ret = 0;
	t_left = size;
	t_at = 0;
	do
	:: nrbufs > 0 ->
		t_n = MIN(bufs[curbuf].length, t_left);
		touch(bufs[curbuf].page, bufs[curbuf].offset, t_n);
		if
		:: IS_FAULT ->
			t_hit = 1;
			t_ret = (t_ret == 0 -> -EFAULT : t_ret);
			break
		:: else
		fi;
		t_at = t_at + t_n;
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
		t_ret = (t_ret == 0 -> -EAGAIN : t_ret);
		break
	od
}

inline pread(size, fault)
{
	d_step {
		/* A fault behind the bytes that are there is never met. */
		fault < MIN(size, READ_AT_ONCE) || fault < 0 ->
		t_fault = fault;
		owed_to_read(size);
		pipe_read(size);
		assert(t_hit && t_ret != t_was -> t_ret == -EFAULT || (t_ret > 0 && t_ret <= t_fault) :
		    t_ret == (t_was == 0 -> -EAGAIN : t_was));
		t_hit = 0;
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

/* A stream write goes on in the last buffer; a packet never does. */
#define LAST		((curbuf + nrbufs - 1) & MASK)
#define MERGES(direct, n)	(nrbufs > 0 && (n) > 0 && !(direct) && bufs[LAST].ops == ANON && \
	bufs[LAST].offset + bufs[LAST].length + (n) <= PAGE)

inline pipe_write(size)
{
	t_ret = 0;
	t_at = 0;
	t_left = size;
	t_n = size & (PAGE - 1);
	if
	:: MERGES(t_direct, t_n) ->
		t_idx = LAST;
		touch(bufs[t_idx].page, bufs[t_idx].offset + bufs[t_idx].length, t_n);
		if
		:: IS_FAULT -> t_hit = 2; t_ret = -EFAULT; t_left = 0
		:: else ->
			bufs[t_idx].length = bufs[t_idx].length + t_n;
			t_ret = t_n;
			t_at = t_n;
			t_left = t_left - t_n
		fi
	:: else
	fi;
	do
	:: t_left > 0 && nrbufs < RING ->
		t_idx = (curbuf + nrbufs) & MASK;
		if
		:: tmp_page == 0 -> alloc_page(); tmp_page = t_page
		:: else
		fi;
		if
		:: tmp_page == 0 -> t_ret = (t_ret == 0 -> -ENOMEM : t_ret); break
		:: else
		fi;
		t_n = MIN(t_left, PAGE);
		touch(tmp_page, 0, t_n);
		if
		:: IS_FAULT -> t_hit = 2; t_ret = (t_ret == 0 -> -EFAULT : t_ret); break
		:: else
		fi;
		t_at = t_at + t_n;
		bufs[t_idx].page = tmp_page;
		bufs[t_idx].offset = 0;
		bufs[t_idx].length = t_n;
		bufs[t_idx].ops = (t_direct -> PACKET : ANON);
		bufs[t_idx].flags = (t_direct -> FLAG_PACKET : 0);
		nrbufs++;
		tmp_page = 0;
		t_ret = t_ret + t_n;
		t_left = t_left - t_n
	:: else ->
		t_ret = (t_ret == 0 -> -EAGAIN : t_ret);
		break
	od
}

/* t_hit: 1 an allocation failed, 2 the buffer faulted. A write of a page at most is all or nothing. */
#define WRITE_IS_RIGHT(size) (t_ret == size || (t_ret < size && t_ret != 0 && ( \
	(t_ret == -EFAULT && t_hit == 2) || (t_ret == -ENOMEM && t_hit == 1) || \
	(t_ret == -EAGAIN && nrbufs == RING && READABLE > 0) || \
	(t_ret > 0 && (size > PAGE || t_hit) && (t_hit == 2 -> t_ret <= t_fault : nrbufs == RING || t_hit)))))

inline owe(size)
{
	assert(WRITE_IS_RIGHT(size));
	t_hit = 0;
	t_n = 0;
	do
	:: t_n < t_ret ->
		kind[owed] = (!t_direct -> STREAM : (t_n == t_ret - 1 || (t_n + 1) % PAGE == 0 -> PACKET_END : IN_PACKET));
		owed++;
		t_n++
	:: else -> break
	od;
	done()
}

/* Bytes of `size` that go into the last buffer, and bytes for which new ones are to be had. */
#define REST(size)	((size) & (PAGE - 1))
#define MERGED(f, size)	(MERGES(f & O_DIRECT, REST(size)) -> REST(size) : 0)
#define TRIED(f, size)	(MERGED(f, size) + MIN((size) - MERGED(f, size), (RING - nrbufs) * PAGE))
#define ALLOCS(f, size)	(MIN(((size) - MERGED(f, size) + PAGE - 1) / PAGE, RING - nrbufs) - (tmp_page != 0))

/* f: the file's flags */
inline pwrite(f, size, fault)
{
	d_step {
		fault < 0 || fault < TRIED(f, size) ->
		t_direct = f & O_DIRECT;
		t_fault = fault;
		t_oom = -1;
		pipe_write(size);
		owe(size)
	}
}

inline pwrite_oom(f, size, oom)
{
	d_step {
		oom < ALLOCS(f, size) ->
		t_direct = f & O_DIRECT;
		t_fault = -1;
		t_oom = oom;
		pipe_write(size);
		owe(size)
	}
}

/* Another pipe: nothing but these three flags is accepted. */
#define PIPE2(flags)	(((flags) & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) != 0 -> -EINVAL : 0)
#define IS_KNOWN(flags)	((flags) == 0 || (flags) == O_NONBLOCK || (flags) == O_DIRECT || (flags) == (O_CLOEXEC | O_DIRECT))

inline pipe2(flags)
{
	d_step { true -> assert(PIPE2(flags) == (IS_KNOWN(flags) -> 0 : -EINVAL)) }
}

inline fcntl_setfl(f, flags)
{
	d_step { true -> f = (flags) & (O_NONBLOCK | O_DIRECT) }
}

#define IS_COUNTED(p)	(ref[p] == OWNERS(p))
#define HOLDS	(RING_WELL_FORMED && EACH_PAGE(IS_COUNTED) && AS_MANY_AS_OWED && PACKET_BOUNDARIES)

active proctype search()
{
end:	do
	:: !(HOLDS) -> assert(false)
#include "options.pml"
	od
}
