/*
 * linux-6.18 in scenario blocking, with contents=off, symmetry=off: readers and writers that sleep,
 * are woken and interrupted, ends that close, F_SETPIPE_SZ. What the head of pipe-iter.pml says holds
 * here, too.
 *
 * What never changes here is no variable: packets, waiting_writers, do_wakeup.
 */
#include "bounds.pml"

#define HEAD(n)		((n) & HEADMASK)
#define NEXT(n)		HEAD((n) + 1)
#define SLOT(n)		((n) & (ring_size - 1))
#define MIN(a, b)	((a) < (b) -> (a) : (b))

/* Pages are numbered from 1; 0 is NULL. */
#define IS_ALIVE(p)	((p) != 0 && ref[(p) - 1] > 0)

#define ANON		1
#define FLAG_CAN_MERGE	16

#define IN_READ		1
#define IN_WRITE	2
#define ASLEEP		1
#define WOKEN		2

/* Returns that are no number of bytes; SLEEPS is none at all. */
#define EPERM		1
#define EAGAIN		11
#define ENOMEM		12
#define EFAULT		14
#define EBUSY		16
#define EINVAL		22
#define EPIPE		32
#define ERESTARTSYS	512
#define SLEEPS		-1000

/* The task that never sleeps: its calls have O_NONBLOCK. */
#define NOBODY		TASKS

typedef pipe_buffer { byte page; byte offset; byte length; byte ops; byte flags };
typedef wait_queue { byte n; byte id[TASKS + 1] };
typedef task_struct { byte call; byte phase; bool is_exclusive; bool has_signal; byte size; byte pos; byte done_bytes; byte rest };

byte ref[PAGES] = REF_0;
byte head, tail, tmp_page, tmp_page2;
byte ring_size = RING;
pipe_buffer bufs[RING];
task_struct tasks[TASKS + 1];
wait_queue rd_wait, wr_wait;
byte readers = 1, writers = 2;

/* What only the judge sees: bytes that are owed, and its own count of open ends. */
byte owed;
byte open_readers = 1, open_writers = 2;

/* Scratch of one op. Where pan may not have hidden variables it is state, and 0 between two ops. */
#ifdef VISIBLE
#define SCRATCH
#define done()	t_left = 0; t_ret = 0; t_n = 0; t_oom = 0; t_fault = 0; t_nr = 0; t_page = 0; t_idx = 0; t_i = 0; \
	t_j = 0; t_pos = 0; t_before = 0; t_hit = 0; t_sigpipe = 0; t_was_empty = 0; t_wake = 0; t_signal = 0
#else
#define SCRATCH	hidden
#define done()	skip
#endif
SCRATCH short t_left, t_ret, t_n, t_oom, t_fault, t_nr;
SCRATCH byte t_page, t_idx, t_i, t_j, t_pos, t_before, t_hit, t_sigpipe, t_was_empty, t_wake, t_signal;
/* F_SETPIPE_SZ copies the slots through an array of its own, and empties it. */
SCRATCH pipe_buffer t_bufs[RING];

/* ---- pages ---- */

inline alloc_page()
{
	if
	:: t_oom == 0 -> t_page = 0; t_hit = 1; t_oom = -1
	:: else ->
		if
		:: t_oom > 0 -> t_oom--
		:: else
		fi;
		t_page = FILES;
		do
		:: ref[t_page] == 0 -> break
		:: else -> t_page++; assert(t_page < PAGES)
		od;
		ref[t_page] = 1;
		t_page++
	fi
}

#define touch(p, off, n)	assert(IS_ALIVE(p) && (off) + (n) <= PAGE)

/* anon_pipe_get_page(): one that is kept, or a new one */
inline anon_pipe_get_page()
{
	if
	:: tmp_page != 0 -> t_page = tmp_page; tmp_page = 0
	:: tmp_page == 0 && tmp_page2 != 0 -> t_page = tmp_page2; tmp_page2 = 0
	:: else -> alloc_page()
	fi
}

/* anon_pipe_put_page() of t_page: kept where nobody else has it, and there is a place */
inline anon_pipe_put_page()
{
	assert(IS_ALIVE(t_page));
	if
	:: ref[t_page - 1] == 1 && tmp_page == 0 -> tmp_page = t_page
	:: ref[t_page - 1] == 1 && tmp_page != 0 && tmp_page2 == 0 -> tmp_page2 = t_page
	:: else -> ref[t_page - 1]--
	fi
}

#define CLEAR(b)	b.ops = 0; b.page = 0; b.offset = 0; b.length = 0

/* Of a free slot nothing but the flags stay, if these. */
inline release(s)
{
	t_page = bufs[s].page;
	anon_pipe_put_page();
	CLEAR(bufs[s]);
	bufs[s].flags = (KEEPS_FLAGS -> bufs[s].flags : 0)
}

#define USED		HEAD(head - tail)
#define IS_FULL		(USED >= ring_size)
#define BYTES_OF(s, p)	bufs[s].length
#define READABLE	(SUM_SLOTS(BYTES_OF, 0))

/* ---- kernel/sched/wait.c: every entry is exclusive here ---- */

inline remove_at(q, at)
{
	q.n--;
	t_j = at;
	do
	:: t_j < q.n -> q.id[t_j] = q.id[t_j + 1]; t_j++
	:: else -> break
	od;
	q.id[q.n] = 0
}

inline sleep_on(q, t)
{
	tasks[t].phase = ASLEEP;
	tasks[t].is_exclusive = true;
	q.id[q.n] = t;
	q.n++;
	t_ret = SLEEPS
}

inline finish_wait(q, t)
{
	t_i = 0;
	do
	:: t_i < q.n && q.id[t_i] == t -> remove_at(q, t_i)
	:: t_i < q.n && q.id[t_i] != t -> t_i++
	:: else -> break
	od;
	tasks[t].phase = 0;
	tasks[t].is_exclusive = false
}

/* `nr` of those that are asleep, in the order of the queue; 0 is all of them */
inline wake_up(q, nr)
{
	t_i = 0;
	t_nr = nr;
	do
	:: t_i < q.n && tasks[q.id[t_i]].phase != ASLEEP -> t_i++
	:: t_i < q.n && tasks[q.id[t_i]].phase == ASLEEP ->
		tasks[q.id[t_i]].phase = WOKEN;
		remove_at(q, t_i);
		t_nr--;
		if
		:: t_nr == 0 -> break
		:: else
		fi
	:: else -> break
	od
}

/* ---- fs/pipe.c ---- */

#define IS_READABLE	(USED > 0 || writers == 0)
#define IS_WRITABLE	(!IS_FULL || readers == 0)

/* The call of task t goes on with t_left bytes to read; `resumed`: it has slept. */
inline read_on(t, resumed)
{
	t_ret = 0;
	t_wake = 0;
	do
	:: USED > 0 ->
		t_idx = SLOT(tail);
		t_n = MIN(bufs[t_idx].length, t_left);
		touch(bufs[t_idx].page, bufs[t_idx].offset, t_n);
		bufs[t_idx].offset = bufs[t_idx].offset + t_n;
		bufs[t_idx].length = bufs[t_idx].length - t_n;
		t_ret = t_ret + t_n;
		t_pos = t_pos + t_n;
		if
		:: bufs[t_idx].length == 0 ->
			t_wake = (t_wake || IS_FULL);
			release(t_idx);
			tail = NEXT(tail)
		:: else
		fi;
		t_left = t_left - t_n;
		if
		:: t_left == 0 -> break
		:: else
		fi
	:: else ->
		if
		:: t_ret == 0 ->
			if
			:: writers == 0 -> t_ret = 0
			:: writers != 0 && t == NOBODY -> t_ret = -EAGAIN
			:: else ->
				if
				:: t_wake -> wake_up(wr_wait, 1)
				:: else
				fi;
				t_wake = 2;
				if
				:: t_signal -> t_ret = -ERESTARTSYS
				:: else ->
					tasks[t].done_bytes = 0;
					tasks[t].rest = t_left;
					tasks[t].pos = t_pos;
					sleep_on(rd_wait, t)
				fi
			fi
		:: else
		fi;
		break
	od;
	/* Who sleeps, or is interrupted, wakes nobody. */
	if
	:: t_wake == 1 -> wake_up(wr_wait, 1)
	:: else
	fi;
	if
	:: t_wake != 2 && resumed && USED > 0 -> wake_up(rd_wait, 1)
	:: else
	fi
}

/* The step ends: a call that is over leaves nothing, one that is not stands on a queue. */
#define IS_QUEUED(q, t)	SOME_TASK(IS_AT, q, t)
#define IS_AT(e, q, t)	(e < q.n && q.id[e] == t)

inline leave(t)
{
	assert((t_ret == SLEEPS) == (IS_QUEUED(rd_wait, t) || IS_QUEUED(wr_wait, t)));
	if
	:: t_ret != SLEEPS ->
		tasks[t].call = 0;
		tasks[t].phase = 0;
		tasks[t].is_exclusive = false;
		tasks[t].has_signal = false;
		tasks[t].size = 0;
		tasks[t].pos = 0;
		tasks[t].done_bytes = 0;
		tasks[t].rest = 0
	:: else
	fi
}

#define IN_CALL(n, c, t)	(tasks[n].call == c)
#define WRITER_AT_WORK		SOME_TASK(IN_CALL, IN_WRITE, 0)
#define OWED_HERE(asked)	MIN(owed, (asked) - t_before)

/* What read(2) may return, or whether it may sleep; `asked` is before leave() forgets it. */
#define READ_IS_RIGHT(t, asked)	(t_ret == SLEEPS -> \
	t != NOBODY && open_writers > 0 && !t_signal && t_pos - t_before >= OWED_HERE(asked) && \
	    (t_pos == 0 || WRITER_AT_WORK) : \
	(t_before + OWED_HERE(asked) > 0 -> t_ret == t_before + OWED_HERE(asked) : \
	(open_writers == 0 -> t_ret == 0 : (t_signal -> t_ret == -ERESTARTSYS : t == NOBODY && t_ret == -EAGAIN))))

inline account_read()
{
	t_n = (t_ret == SLEEPS -> t_pos : t_ret) - t_before;
	if
	:: t_n > 0 -> assert(t_n <= owed); owed = owed - t_n
	:: else
	fi;
	done()
}

/* Tasks that are in no call are all alike: the first of them calls. */
#define IS_IDLE(n)	(tasks[n].call == 0)
#define IS_OPEN		(open_readers > 0 || open_writers > 0)

inline pread(t, asked)
{
	d_step {
		open_readers > 0 && IS_FIRST_IDLE(t) ->
		tasks[t].call = IN_READ;
		tasks[t].size = asked;
		t_left = asked;
		t_pos = 0;
		t_before = 0;
		t_signal = 0;
		read_on(t, 0);
		assert(READ_IS_RIGHT(t, asked));
		leave(t);
		account_read()
	}
}

/* wait_event_interruptible() of who has run again: t_ret is 0 to go on. */
inline wait_event(q, t, condition)
{
	finish_wait(q, t);
	t_ret = 0;
	if
	:: !(condition) && t_signal -> t_ret = -ERESTARTSYS
	:: !(condition) && !t_signal -> sleep_on(q, t)
	:: else
	fi
}

inline resume(t)
{
	t_pos = tasks[t].pos;
	t_before = t_pos;
	t_signal = tasks[t].has_signal;
	t_left = tasks[t].rest
}

inline pread_continue(t)
{
	d_step {
		IS_OPEN && tasks[t].call == IN_READ && tasks[t].phase == WOKEN ->
		resume(t);
		wait_event(rd_wait, t, IS_READABLE);
		if
		:: t_ret == 0 -> read_on(t, 1)
		:: else
		fi;
		assert(READ_IS_RIGHT(t, tasks[t].size));
		leave(t);
		account_read()
	}
}

#define LAST		SLOT(head - 1)
#define MERGES(n)	(USED > 0 && (n) > 0 && (bufs[LAST].flags & FLAG_CAN_MERGE) && \
	bufs[LAST].offset + bufs[LAST].length + (n) <= PAGE)
#define IS_FAULT	(t_fault >= 0 && t_fault < t_pos + t_n)

/* t_left bytes are to be written, t_ret are. */
inline write_on(t, resumed)
{
	do
	:: t_left == 0 -> break
	:: t_left > 0 && readers == 0 ->
		t_sigpipe = 1;
		t_ret = (t_ret == 0 -> -EPIPE : t_ret);
		break
	:: t_left > 0 && readers > 0 && IS_FULL ->
		if
		:: t == NOBODY -> t_ret = (t_ret == 0 -> -EAGAIN : t_ret)
		:: t != NOBODY && t_signal -> t_ret = (t_ret == 0 -> -ERESTARTSYS : t_ret)
		:: else ->
			if
			:: t_was_empty -> wake_up(rd_wait, 1)
			:: else
			fi;
			tasks[t].done_bytes = t_ret;
			tasks[t].rest = t_left;
			tasks[t].pos = t_pos;
			sleep_on(wr_wait, t)
		fi;
		break
	:: t_left > 0 && readers > 0 && !IS_FULL ->
		anon_pipe_get_page();
		if
		:: t_page == 0 -> t_ret = (t_ret == 0 -> -ENOMEM : t_ret); break
		:: else
		fi;
		t_n = MIN(t_left, PAGE);
		touch(t_page, 0, t_n);
		if
		:: IS_FAULT ->
			t_hit = 2;
			anon_pipe_put_page();
			t_ret = (t_ret == 0 -> -EFAULT : t_ret);
			break
		:: else
		fi;
		t_idx = SLOT(head);
		head = NEXT(head);
		bufs[t_idx].page = t_page;
		bufs[t_idx].offset = 0;
		bufs[t_idx].ops = ANON;
		bufs[t_idx].flags = FLAG_CAN_MERGE;
		bufs[t_idx].length = t_n;
		t_pos = t_pos + t_n;
		t_ret = t_ret + t_n;
		t_left = t_left - t_n
	od;
	if
	:: t_ret != SLEEPS ->
		if
		:: t_was_empty -> wake_up(rd_wait, 1)
		:: else
		fi;
		if
		:: resumed && !IS_FULL -> wake_up(wr_wait, 1)
		:: else
		fi
	:: else
	fi
}

/* What write(2) may return, or whether it may sleep. t_hit: 1 an allocation failed, 2 the buffer faulted. */
#define MAY_CUT(t)	(t_hit == 1 || (IS_FULL && (t == NOBODY || t_signal)))
#define WRITE_IS_RIGHT(t, asked)	(t_ret == SLEEPS -> \
	t != NOBODY && open_readers > 0 && !t_signal && !((asked) <= PAGE && t_pos > 0) && IS_FULL : \
	(open_readers == 0 -> t_ret == (t_before > 0 -> t_before : -EPIPE) && t_sigpipe : !t_sigpipe && \
	(t_ret == (asked) -> t_pos == t_ret : \
	(t_pos > 0 -> t_ret == t_pos && (asked) > PAGE && MAY_CUT(t) : \
	(t_hit == 1 && t_ret == -ENOMEM) || (IS_FULL && t == NOBODY && t_ret == -EAGAIN && READABLE > 0) || \
	(IS_FULL && t_signal && t_ret == -ERESTARTSYS)))))

inline account_write()
{
	t_n = (t_ret == SLEEPS -> t_pos : t_ret) - t_before;
	if
	:: t_n > 0 -> owed = owed + t_n
	:: else
	fi;
	t_hit = 0;
	t_sigpipe = 0;
	done()
}

/* The rest of a page goes into the last buffer, all of it or none. */
inline begin_write(t, asked)
{
	tasks[t].call = IN_WRITE;
	tasks[t].size = asked;
	t_left = asked;
	t_pos = 0;
	t_before = 0;
	t_signal = 0;
	t_ret = 0;
	t_was_empty = (USED == 0);
	t_n = (asked) & (PAGE - 1);
	if
	:: readers == 0 -> t_sigpipe = 1; t_ret = -EPIPE
	:: readers > 0 && MERGES(t_n) ->
		t_idx = LAST;
		touch(bufs[t_idx].page, bufs[t_idx].offset + bufs[t_idx].length, t_n);
		if
		:: IS_FAULT -> t_hit = 2; t_ret = -EFAULT
		:: else ->
			bufs[t_idx].length = bufs[t_idx].length + t_n;
			t_pos = t_n;
			t_ret = t_n;
			t_left = t_left - t_n
		fi
	:: else
	fi;
	if
	:: t_ret >= 0 -> write_on(t, 0)
	:: else
	fi
}

/* Bytes of n that go into the last buffer, bytes that are tried, allocations that the others ask for. */
#define REST(n)		((n) & (PAGE - 1))
#define MERGED(n)	(MERGES(REST(n)) -> REST(n) : 0)
#define ROOM		(IS_FULL -> 0 : ring_size - USED)
#define TRIED(n)	(MERGED(n) + MIN((n) - MERGED(n), ROOM * PAGE))
#define KEPT		((tmp_page != 0) + (tmp_page2 != 0))
#define ALLOCS(n)	(MIN(((n) + PAGE - 1) / PAGE, ROOM) - KEPT)

inline pwrite(t, asked, oom)
{
	d_step {
		open_writers > 0 && IS_FIRST_IDLE(t) && (oom < 0 || (readers > 0 && oom < ALLOCS((asked) - MERGED(asked)))) ->
		t_oom = oom;
		t_fault = -1;
		begin_write(t, asked);
		assert(WRITE_IS_RIGHT(t, asked));
		leave(t);
		account_write()
	}
}

inline pwrite_fault(asked, fault)
{
	d_step {
		open_writers > 0 && readers > 0 && fault < TRIED(asked) ->
		t_oom = -1;
		t_fault = fault;
		begin_write(NOBODY, asked);
		assert(t_hit == 2 && (t_ret == -EFAULT || (t_ret > 0 && t_ret <= fault)));
		leave(NOBODY);
		account_write()
	}
}

inline pwrite_continue(t, oom)
{
	d_step {
		IS_OPEN && tasks[t].call == IN_WRITE && tasks[t].phase == WOKEN &&
		    (oom < 0 || (readers > 0 && oom < ALLOCS(tasks[t].rest))) ->
		t_oom = oom;
		t_fault = -1;
		resume(t);
		wait_event(wr_wait, t, IS_WRITABLE);
		if
		:: t_ret != SLEEPS ->
			t_was_empty = (USED == 0);
			t_ret = tasks[t].done_bytes;
			write_on(t, 1)
		:: else
		fi;
		assert(WRITE_IS_RIGHT(t, tasks[t].size));
		leave(t);
		account_write()
	}
}

/* Its entry stays on the queue until it runs. */
inline signal(t)
{
	d_step {
		IS_OPEN && tasks[t].call != 0 && !tasks[t].has_signal ->
		tasks[t].has_signal = true;
		tasks[t].phase = WOKEN
	}
}

/* pipe_release(): everybody, where the last file of one end goes and the other end is there */
inline release_pipe()
{
	if
	:: (readers == 0) != (writers == 0) -> wake_up(rd_wait, 0); wake_up(wr_wait, 0)
	:: else
	fi;
	if
	:: readers == 0 && writers == 0 ->
		t_idx = 0;
		do
		:: t_idx < RING && bufs[t_idx].ops != 0 -> release(t_idx); t_idx++
		:: t_idx < RING && bufs[t_idx].ops == 0 -> t_idx++
		:: else -> break
		od;
		if
		:: tmp_page != 0 -> assert(IS_ALIVE(tmp_page)); ref[tmp_page - 1]--; tmp_page = 0
		:: else
		fi;
		if
		:: tmp_page2 != 0 -> assert(IS_ALIVE(tmp_page2)); ref[tmp_page2 - 1]--; tmp_page2 = 0
		:: else
		fi;
		head = 0;
		tail = 0;
		owed = 0
	:: else
	fi
}

/* A task in a call holds the file that it calls through. That a woken one looks at once changes nothing here. */
inline close_reader()
{
	d_step {
		open_readers > SOME_TASK(IN_CALL, IN_READ, 0) ->
		readers--;
		open_readers--;
		release_pipe();
		done()
	}
}

inline close_writer()
{
	d_step {
		open_writers > SOME_TASK(IN_CALL, IN_WRITE, 0) ->
		writers--;
		open_writers--;
		release_pipe();
		done()
	}
}

#define COPY(to, from)	to.page = from.page; to.offset = from.offset; to.length = from.length; \
	to.ops = from.ops; to.flags = from.flags

/* The slots in use, from the first one of a new array of `nr` on; those behind them are empty. */
inline resize_ring(nr)
{
	t_n = USED;
	t_idx = 0;
	do
	:: t_idx < t_n -> COPY(t_bufs[t_idx], bufs[SLOT(tail + t_idx)]); t_idx++
	:: else -> break
	od;
	t_idx = 0;
	do
	:: t_idx < t_n -> COPY(bufs[t_idx], t_bufs[t_idx]); CLEAR(t_bufs[t_idx]); t_bufs[t_idx].flags = 0; t_idx++
	:: t_idx >= t_n && t_idx < RING -> CLEAR(bufs[t_idx]); bufs[t_idx].flags = 0; t_idx++
	:: else -> break
	od;
	tail = 0;
	head = t_n;
	ring_size = nr
}

/* Each of these, that was woken and has no signal, sleeps again: there is no room. */
#define WAITS(n, q, t)	(tasks[n].call == IN_WRITE && !tasks[n].has_signal)
#define SOMEBODY_WAITS	SOME_TASK(WAITS, 0, 0)

inline sleep_again()
{
	t_idx = 0;
	do
	:: t_idx < TASKS && tasks[t_idx].phase == WOKEN && !tasks[t_idx].has_signal && tasks[t_idx].call == IN_WRITE ->
		assert(!IS_WRITABLE);
		sleep_on(wr_wait, t_idx);
		t_idx++
	:: t_idx < TASKS && !(tasks[t_idx].phase == WOKEN && !tasks[t_idx].has_signal && tasks[t_idx].call == IN_WRITE) ->
		t_idx++
	:: else -> break
	od
}

/* Sizes that are refused change nothing: -EINVAL, -EPERM, -EBUSY. */
inline setpipe_refused()
{
	d_step { IS_OPEN -> assert(ring_size <= RING) }
}

inline setpipe_sz(nr)
{
	d_step {
		IS_OPEN ->
		if
		:: nr >= USED -> resize_ring(nr); wake_up(wr_wait, 1)
		:: else
		fi;
		done()
	}
}

/* The same, where who is woken looks at its condition before the waker has gone on. */
inline setpipe_sz_at_once(nr)
{
	d_step {
		IS_OPEN && nr == USED && readers > 0 && SOMEBODY_WAITS ->
		resize_ring(nr);
		wake_up(wr_wait, 1);
		sleep_again();
		done()
	}
}

inline fionread()
{
	d_step { IS_OPEN -> assert(READABLE == owed) }
}

/* ---- what holds in every state ---- */

/* ring-well-formed */
#define IS_USED(s)	(s < ring_size && SLOT(s - tail) < USED)
#define SLOT_IS_WELL(s)	(IS_USED(s) -> bufs[s].ops != 0 && bufs[s].page != 0 && bufs[s].offset + bufs[s].length <= PAGE && \
	(bufs[s].flags & 8) == 0 : bufs[s].ops == 0)
#define RING_WELL_FORMED	(USED <= ring_size && EACH_SLOT(SLOT_IS_WELL))

/* refcount-equals-owners */
#define IN_SLOT(s, p)	(bufs[s].page == (p) + 1)
#define OWNERS(p)	(((p) < FILES) + SUM_SLOTS(IN_SLOT, p) + (tmp_page == (p) + 1) + (tmp_page2 == (p) + 1))
#define IS_COUNTED(p)	(ref[p] == OWNERS(p))

/* no-lost-wakeup: nobody sleeps while what it waits for is there, unless somebody has yet to run */
#define IS_WOKEN(n, q, t)	(tasks[n].phase == WOKEN)
#define MAY_SLEEP(n)	(tasks[n].phase != ASLEEP || (tasks[n].call == IN_WRITE -> open_readers > 0 && IS_FULL : \
	open_writers > 0 && READABLE == 0 && (tasks[n].pos == 0 || WRITER_AT_WORK)))
#define NO_LOST_WAKEUP	(SOME_TASK(IS_WOKEN, 0, 0) || EACH_TASK(MAY_SLEEP))

#define HOLDS	(RING_WELL_FORMED && EACH_PAGE(IS_COUNTED) && READABLE == owed && NO_LOST_WAKEUP)

active proctype search()
{
end:	do
	:: !(HOLDS) -> assert(false)
#include "options.pml"
	od
}
