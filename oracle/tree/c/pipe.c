// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fs/pipe.c of the tree, and entries to what is static in it: read() and write() by a caller
 * that does not wait. That there is another end is the model's word, in readers and writers.
 */
#include "tree/fs/pipe.c"

IOV_IMPORT(left_locked) void iov_left_locked(void);

/* Its buffers are told from those of others by this address. */
__attribute__((export_name("iov_anon_ops"))) const void *iov_entry_anon_ops(void)
{
	return &anon_pipe_buf_ops;
}

static ssize_t iov_call(ssize_t (*iter)(struct kiocb *, struct iov_iter *),
			struct pipe_inode_info *pipe, struct iov_iter *i, unsigned int flags)
{
	struct super_block sb = { .s_magic = PIPEFS_MAGIC };
	struct inode inode = { .i_sb = &sb, .i_pipe = pipe };
	struct file filp = { .f_flags = flags, .private_data = pipe, .f_inode = &inode };
	struct kiocb iocb = { .ki_filp = &filp };
	ssize_t ret;

	pipe->mutex.held = 0;
	pipe->readers = pipe->writers = 1;
	pipe->files = 2;
	ret = iter(&iocb, i);
	if (pipe->mutex.held)
		iov_left_locked();
	return ret;
}

__attribute__((export_name("iov_pipe_read")))
ssize_t iov_entry_pipe_read(struct pipe_inode_info *pipe, void *buf, size_t count, unsigned int flags)
{
	struct iov_iter to;

	iov_iter_ubuf(&to, READ, buf, count);
	return iov_call(pipefifo_fops.read_iter, pipe, &to, flags);
}

__attribute__((export_name("iov_pipe_write")))
ssize_t iov_entry_pipe_write(struct pipe_inode_info *pipe, void *buf, size_t count, unsigned int flags)
{
	struct iov_iter from;

	iov_iter_ubuf(&from, WRITE, buf, count);
	return iov_call(pipefifo_fops.write_iter, pipe, &from, flags);
}
