/*
 * What the models of a ring of (curbuf, nrbufs) have in common: pages, slots, and the bytes that a
 * reader is owed. Before it stand the scratch variables t_*, with SCRATCH in front of them.
 */
#define MASK		(RING - 1)
#define NEXT(n)		(((n) + 1) & MASK)
#define MIN(a, b)	((a) < (b) -> (a) : (b))

/* Pages are numbered from 1; 0 is NULL. */
#define IS_ALIVE(p)	((p) != 0 && ref[(p) - 1] > 0)

/* buf->ops, buf->flags */
#define ANON		1
#define PACKET		2
#define PAGE_CACHE	3
#define DEFAULT		4
#define FLAG_LRU	1
#define FLAG_PACKET	8

/* What the writer of an owed byte meant it to be. */
#define STREAM		0
#define IN_PACKET	1
#define PACKET_END	2

#define EIO		5
#define EAGAIN		11
#define ENOMEM		12
#define EFAULT		14

typedef pipe_buffer { byte page; byte offset; byte length; byte ops; byte flags };

byte ref[PAGES] = REF_0;
byte curbuf, nrbufs, tmp_page;
pipe_buffer bufs[RING];

/* What only the judge sees: bytes that a reader is owed, oldest first. */
byte owed;
byte kind[RING * PAGE];

/* ---- pages ---- */

/* The free page with the lowest number; 0 where this allocation is the one that fails. */
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

#define get_page(p)	assert(IS_ALIVE(p)); ref[(p) - 1]++
#define put_page(p)	assert(IS_ALIVE(p)); ref[(p) - 1]--

/* Bytes off .. off + n of a page are read or written. */
#define touch(p, off, n)	assert(IS_ALIVE(p) && (off) + (n) <= PAGE)

/* Bytes that a reader can get at; of a free slot the length is 0. */
#define BYTES_OF(s, p)	bufs[s].length
#define READABLE	(SUM_SLOTS(BYTES_OF, 0))

/* ---- fs/pipe.c ---- */

/* buf->ops->release(); of a free slot nothing but the flags stay. */
inline release(s)
{
	if
	:: (bufs[s].ops == ANON || bufs[s].ops == PACKET) && ref[bufs[s].page - 1] == 1 && tmp_page == 0 ->
		tmp_page = bufs[s].page
	:: else ->
		assert(bufs[s].ops != 0);
		put_page(bufs[s].page);
		if
		:: bufs[s].ops == PAGE_CACHE -> bufs[s].flags = bufs[s].flags & ~FLAG_LRU
		:: else
		fi
	fi;
	bufs[s].ops = 0;
	bufs[s].page = 0;
	bufs[s].offset = 0;
	bufs[s].length = 0
}

/* The first t_n owed bytes are delivered. */
inline pop_owed()
{
	t_at = 0;
	do
	:: t_at + t_n < owed -> kind[t_at] = kind[t_at + t_n]; t_at++
	:: else -> break
	od;
	owed = t_at;
	do
	:: t_n > 0 -> kind[t_at] = 0; t_at++; t_n--
	:: else -> break
	od;
	t_at = 0
}

/* Bytes that a read of `size` has to return: to the end of the first packet. */
inline owed_to_read(size)
{
	t_was = 0;
	do
	:: t_was < owed && t_was < size ->
		t_was++;
		if
		:: kind[t_was - 1] == PACKET_END -> break
		:: else
		fi
	:: else -> break
	od
}

/* ---- what holds in every state ---- */

/* ring-well-formed */
#define IS_USED(s)	((((s) - curbuf) & MASK) < nrbufs)
#define SLOT_IS_WELL(s)	(IS_USED(s) -> bufs[s].ops != 0 && bufs[s].page != 0 && bufs[s].offset + bufs[s].length <= PAGE : \
	bufs[s].ops == 0)
#define RING_WELL_FORMED	(nrbufs <= RING && EACH_SLOT(SLOT_IS_WELL))

/* refcount-equals-owners: page cache, slots, tmp_page; more in the model */
#define IN_SLOT(s, p)	(bufs[s].page == (p) + 1)
#define OWNERS(p)	(((p) < FILES) + SUM_SLOTS(IN_SLOT, p) + (tmp_page == (p) + 1))

/* bytes-in-order, as far as it goes without contents: so many bytes as are owed */
#define AS_MANY_AS_OWED	(READABLE == owed)

/* packet-boundaries: byte b of the j-th slot, behind the bytes of the slots before it */
#define NTH(j)		bufs[(curbuf + (j)) & MASK]
#define KIND_OF(j, b)	((NTH(j).flags & FLAG_PACKET) -> (b == NTH(j).length - 1 -> PACKET_END : IN_PACKET) : STREAM)
#define IS_BYTE_RIGHT(j, b, before)	(b >= NTH(j).length || kind[before + b] == KIND_OF(j, b))
#define PACKET_BOUNDARIES	(EACH_BYTE(IS_BYTE_RIGHT))
