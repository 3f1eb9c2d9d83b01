/** The C that KUnit tests of reproducers are made of, by part. */

export const KUNIT_PARTS = {
  pages: `/* Pages that follow each other, each with a reference of its own. */
static struct page *pages_of(struct kunit *test, unsigned int nr)
{
	struct page *pages = alloc_pages(GFP_KERNEL | __GFP_ZERO,
					 get_order(nr * PAGE_SIZE));

	KUNIT_ASSERT_NOT_NULL(test, pages);
	split_page(pages, get_order(nr * PAGE_SIZE));
	return pages;
}

static void free_pages_of(struct page *pages, unsigned int nr)
{
	while (nr)
		__free_page(pages + --nr);
}`,

  vmap: `/* The same pages mapped one by one, the last of them first. */
static char *vmap_of(struct kunit *test, struct page *pages, unsigned int nr)
{
	struct page *list[VM_PAGES];
	unsigned int n;
	char *at;

	for (n = 0; n < nr; n++)
		list[n] = pages + nr - 1 - n;
	at = vmap(list, nr, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, at);
	return at;
}`,

  pipe: `static struct pipe_inode_info *pipe_of(struct kunit *test,
				       struct file **files, unsigned int nr)
{
	struct pipe_inode_info *pipe;

	KUNIT_ASSERT_EQ(test, create_pipe_files(files, O_NONBLOCK), 0);
	pipe = get_pipe_info(files[0], false);
	KUNIT_ASSERT_NOT_NULL(test, pipe);
	KUNIT_ASSERT_EQ(test, pipe_fcntl(files[0], F_SETPIPE_SZ, nr * PAGE_SIZE),
			nr * PAGE_SIZE);
	return pipe;
}`,

  bufs: `/* Buffer number "n" from the oldest on. */
static struct pipe_buffer *buf_of(struct pipe_inode_info *pipe, unsigned int n)
{
	return &pipe->bufs[(pipe->tail + n) & (pipe->ring_size - 1)];
}

static unsigned int nr_bufs(struct pipe_inode_info *pipe)
{
	return pipe->head - pipe->tail;
}`,

  oldBufs: `/* Buffer number "n" from the oldest on. */
static struct pipe_buffer *buf_of(struct pipe_inode_info *pipe, unsigned int n)
{
	return &pipe->bufs[(pipe->curbuf + n) & (pipe->buffers - 1)];
}

static unsigned int nr_bufs(struct pipe_inode_info *pipe)
{
	return pipe->nrbufs;
}`,

  readable: `static size_t readable(struct pipe_inode_info *pipe)
{
	size_t bytes = 0;
	unsigned int n;

	for (n = 0; n < nr_bufs(pipe); n++)
		bytes += buf_of(pipe, n)->len;
	return bytes;
}`,

  isPacket: `static bool is_packet(struct pipe_inode_info *pipe, unsigned int n)
{
	return buf_of(pipe, n)->flags & PIPE_BUF_FLAG_PACKET;
}`,
} as const;

export type KunitPart = keyof typeof KUNIT_PARTS;
