/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fs/pipe.c asks of the rest of the kernel. Only pipe_read and pipe_write are ever called,
 * of one caller that does not wait: a lock is counted, a wake-up is nothing, and a sleep is a call
 * that does not come back. The rest of the file compiles and is thrown away by the linker.
 */
#ifndef IOV_VFS_H
#define IOV_VFS_H

#include <iov/uaccess.h>
#include <iov/slab.h>

#define ENXIO 6
#define EBADF 9
#define EXDEV 18
#define ENFILE 23
#define ENOBUFS 105
#define ERESTARTSYS 512
#define ENOIOCTLCMD 515

#define O_RDONLY 00000000
#define O_WRONLY 00000001
#define O_EXCL 00000200
#define O_NONBLOCK 00004000
#define O_DIRECT 00040000
#define O_CLOEXEC 02000000

typedef unsigned short umode_t;
typedef unsigned int __poll_t;
typedef unsigned int fmode_t;
typedef struct {
	int unused;
} spinlock_t;
typedef struct {
	long counter;
} atomic_long_t;
typedef struct {
	int unused;
} poll_table;

struct cred;
struct path;
struct qstr;
struct vm_area_struct;
struct fasync_struct;
struct watch_queue;
struct user_struct {
	atomic_long_t pipe_bufs;
};
struct super_block {
	unsigned long s_magic;
};
struct vfsmount {
	struct super_block *mnt_sb;
};
struct inode {
	struct super_block *i_sb;
	struct pipe_inode_info *i_pipe;
	const struct file_operations *i_fop;
	spinlock_t i_lock;
	unsigned long i_ino, i_state;
	umode_t i_mode;
	unsigned int i_uid, i_gid;
	s64 i_atime, i_mtime, i_ctime;
};
struct file {
	unsigned int f_flags;
	fmode_t f_mode;
	u64 f_version, f_pipe;
	void *private_data;
	struct inode *f_inode;
	const struct file_operations *f_op;
};
struct kiocb {
	struct file *ki_filp;
	int ki_flags;
};
struct dentry {
	struct inode *d_inode;
};
struct iov_iter;
struct file_operations {
	void *owner;
	unsigned int fop_flags;
	int (*open)(struct inode *, struct file *);
	loff_t (*llseek)(struct file *, loff_t, int);
	ssize_t (*read_iter)(struct kiocb *, struct iov_iter *);
	ssize_t (*write_iter)(struct kiocb *, struct iov_iter *);
	__poll_t (*poll)(struct file *, poll_table *);
	long (*unlocked_ioctl)(struct file *, unsigned int, unsigned long);
	int (*release)(struct inode *, struct file *);
	int (*fasync)(int, struct file *, int);
	ssize_t (*splice_write)(struct pipe_inode_info *, struct file *, loff_t *, size_t, unsigned int);
};
extern const struct file_operations pipefifo_fops;
struct dentry_operations {
	char *(*d_dname)(struct dentry *, char *, int);
};
struct super_operations {
	void (*destroy_inode)(struct inode *);
	int (*statfs)(void);
};
struct pseudo_fs_context {
	const struct super_operations *ops;
	const struct dentry_operations *dops;
};
struct fs_context;
struct file_system_type {
	const char *name;
	int (*init_fs_context)(struct fs_context *);
	void (*kill_sb)(struct super_block *);
};

#define PIPEFS_MAGIC 0x50495045
#define INR_OPEN_CUR 1024
#define FMODE_READ 1u
#define FMODE_WRITE 2u
#define FMODE_NOWAIT 0u
#define IOCB_NOWAIT 1
#define I_DIRTY 7
#define S_IFIFO 0010000
#define S_IRUSR 0400
#define S_IWUSR 0200
#define FIONREAD 0x541b
#define F_SETPIPE_SZ 1031
#define F_GETPIPE_SZ 1032
#define CAP_SYS_ADMIN 21
#define CAP_SYS_RESOURCE 24
#define SIGPIPE 13
#define SIGIO 29
#define POLL_IN 1
#define POLL_OUT 2
#define EPOLLIN 0x001u
#define EPOLLOUT 0x004u
#define EPOLLERR 0x008u
#define EPOLLHUP 0x010u
#define EPOLLRDNORM 0x040u
#define EPOLLWRNORM 0x100u
#define O_NOTIFICATION_PIPE O_EXCL

#define I_MUTEX_PARENT 1
#define I_MUTEX_CHILD 2
#define TASK_INTERRUPTIBLE 1

/* Who waits for a lock that it holds itself, or for anything else, waits for ever. */
IOV_IMPORT(sleeps) __attribute__((noreturn)) void iov_sleeps(void);

static inline void mutex_lock(struct mutex *lock)
{
	if (lock->held++)
		iov_sleeps();
}

static inline void mutex_unlock(struct mutex *lock)
{
	BUG_ON(!lock->held);
	lock->held--;
}

#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_init(lock) ((lock)->held = 0)
#define spin_lock(lock) ((void)(lock))
#define spin_unlock(lock) ((void)(lock))
#define spin_lock_irq(lock) ((void)(lock))
#define spin_unlock_irq(lock) ((void)(lock))

#define lock_set_cmp_fn(lock, cmp, print) ((void)(lock))

#define init_waitqueue_head(queue) ((void)(queue))
#define wait_event_interruptible(queue, condition) ({ if (!(condition)) iov_sleeps(); 0; })
#define wait_event_interruptible_exclusive(queue, condition) wait_event_interruptible(queue, condition)
#define DEFINE_WAIT(name) int name = 0
#define prepare_to_wait(queue, entry, state) ((void)(queue), (void)(entry))
#define finish_wait(queue, entry) ((void)(queue), (void)(entry))
#define schedule() iov_sleeps()
#define wake_up_interruptible(queue) ((void)(queue))
#define wake_up_interruptible_all(queue) ((void)(queue))
#define wake_up_interruptible_sync_poll(queue, key) ((void)(queue))
#define poll_wait(filp, queue, wait) ((void)(queue))
#define kill_fasync(fasync, sig, band) ((void)(fasync))
#define send_sig(sig, task, priv) ((void)(sig))
#define signal_pending(task) 0

/* The times of a pipe's inode are no part of a state. */
#define file_inode(filp) ((filp)->f_inode)
#define file_accessed(filp) ((void)(filp))
#define file_update_time(filp) 0
#define sb_start_write_trylock(sb) 1
#define sb_end_write(sb) ((void)0)

IOV_IMPORT(page_count) int iov_page_count(const struct page *page);
#define page_count(page) iov_page_count(page)
#define memcg_kmem_uncharge_page(page, order) ((void)(page))
#define lock_page(page) ((void)(page))
#define __SetPageLocked(page) ((void)(page))
#define try_get_page(page) (get_page(page), true)

/* Named by what is thrown away. */
#define __ro_after_init
#define __initdata
#define SYSCALL_DEFINE1(name, t1, a1) long sys_##name(t1 a1)
#define SYSCALL_DEFINE2(name, t1, a1, t2, a2) long sys_##name(t1 a1, t2 a2)
#define fs_initcall(fn) static int (*const iov_initcall)(void) __attribute__((unused)) = fn
#define put_user(x, p) ((void)(x), 0)
#define capable(cap) 0
#define current ((void *)0)
#define get_current_user() ((struct user_struct *)0)
#define free_uid(user) ((void)(user))
#define atomic_long_add_return(n, v) ((v)->counter += (n))
#define kzalloc(n, gfp) kvmalloc_array(n, 1, gfp)
#define kcalloc(n, size, gfp) kvmalloc_array(n, size, gfp)
#define roundup_pow_of_two(n) (n)
#define current_fsuid() 0
#define current_fsgid() 0
#define current_time(inode) 0
#define simple_inode_init_ts(inode) ((void)(inode))
#define d_inode(dentry) ((dentry)->d_inode)
#define audit_fd_pair(r, w) ((void)0)
#define FOP_NOWAIT 0
#define no_llseek ((void *)0)
#define unregister_filesystem(type) ((void)0)
char *dynamic_dname(char *buffer, int n, const char *format, ...);
int fasync_helper(int fd, struct file *filp, int on, struct fasync_struct **fasync);
struct inode *new_inode_pseudo(struct super_block *sb);
unsigned int get_next_ino(void);
void iput(struct inode *inode);
struct file *alloc_file_pseudo(struct inode *, struct vfsmount *, const char *, int, const struct file_operations *);
struct file *alloc_file_clone(struct file *, int, const struct file_operations *);
void fput(struct file *filp);
int stream_open(struct inode *inode, struct file *filp);
int get_unused_fd_flags(unsigned int flags);
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *filp);
int watch_queue_init(struct pipe_inode_info *pipe);
ssize_t iter_file_splice_write(struct pipe_inode_info *, struct file *, loff_t *, size_t, unsigned int);
void free_inode_nonrcu(struct inode *inode);
int simple_statfs(void);
void kill_anon_super(struct super_block *sb);
struct pseudo_fs_context *init_pseudo(struct fs_context *fc, unsigned long magic);
int register_filesystem(struct file_system_type *type);
struct vfsmount *kern_mount(struct file_system_type *type);

#endif
