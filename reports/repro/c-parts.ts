/** The C that every program of a reproducer is made of, by part; a program has those that it uses. */
import { MEMORY_PARTS } from './c-parts-memory.js';
import { SHOW_PARTS } from './c-parts-show.js';

/** Exit statuses of a program; 4 is KSFT_SKIP of the kernel's selftests. */
export const C_STATUS = { kept: 0, reproduced: 1, astray: 2, skip: 4 } as const;

/** In the order in which they stand in a program. */
export const PARTS = {
  page: `static long page;`,

  file: `static int file;`,

  buf: `static char *buf;`,

  number: `static int number;`,

  taskPipe: `/* Ends that wait, and others of the same pipe that do not. */
struct pipe {
	int r;
	int w;
	int wd;
	int nb_r;
	int nb_w;
};`,

  pipe: `struct pipe {
	int r;
	int w;
	int wd;
};`,

  skip: `static void skip(const char *why)
{
	printf("can not run here: %s: %s\\n", why, strerror(errno));
	exit(4);
}`,

  memory: `/* Memory whose bytes can not be touched from number "good" on. */
static char *faulting(int letter, long good)
{
	long whole = (good + page - 1) / page * page;
	char *at = mmap(NULL, whole + page, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		skip("mmap");
	memset(at, letter, whole);
	if (mprotect(at + whole, page, PROT_NONE))
		skip("mprotect");
	return at + whole - good;
}`,

  fresh: `/* Memory that is paged in at its first access. */
static char *fresh(long n)
{
	char *at = mmap(NULL, n, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		skip("mmap");
	return at;
}`,

  fill: `static char *fill(int letter, long n)
{
	return memset(buf, letter, n);
}`,

  mark: `static char *marked(int letter, long n, long at)
{
	memset(buf, letter, n);
	buf[at] = '*';
	return buf;
}`,

  ...MEMORY_PARTS,

  openPipe: `/* "w" and "wd" are two open files of one end, as of two processes. */
static void open_pipe(struct pipe *p, int slots)
{
	char path[32];
	int fd[2];

	if (pipe2(fd, O_NONBLOCK | O_DIRECT))
		skip("pipe2");
	p->r = fd[0];
	p->wd = fd[1];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", p->wd);
	p->w = open(path, O_WRONLY | O_NONBLOCK);
	if (p->w < 0)
		skip(path);
	if (fcntl(p->r, F_SETPIPE_SZ, slots * page) != slots * page)
		skip("F_SETPIPE_SZ");
}`,

  openTaskPipe: `static int again(int fd, int flags)
{
	char path[32];
	int fd2;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd2 = open(path, flags);
	if (fd2 < 0)
		skip(path);
	return fd2;
}

static void open_pipe(struct pipe *p, int slots)
{
	int fd[2];

	if (pipe2(fd, 0))
		skip("pipe2");
	p->r = fd[0];
	p->w = fd[1];
	p->wd = again(p->w, O_WRONLY);
	p->nb_r = again(p->r, O_RDONLY | O_NONBLOCK);
	p->nb_w = again(p->w, O_WRONLY | O_NONBLOCK);
	if (fcntl(p->r, F_SETPIPE_SZ, slots * page) != slots * page)
		skip("F_SETPIPE_SZ");
}`,

  task: `/* A thread in one call, which may sleep. */
static struct task {
	pthread_t thread;
	int fd;
	long size;
	char *data;
	int err;
	ssize_t ret;
	atomic_int is_done;
} task[4];

static void *run(void *arg)
{
	struct task *t = arg;

	t->ret = fcntl(t->fd, F_GETFL) & O_WRONLY ?
		 write(t->fd, t->data, t->size) : read(t->fd, t->data, t->size);
	t->err = errno;
	t->is_done = 1;
	return NULL;
}

/* What has become of the call a moment later; EINPROGRESS: it sleeps. */
static ssize_t outcome(int n)
{
	usleep(200000);
	errno = task[n].is_done ? task[n].err : EINPROGRESS;
	return task[n].is_done ? task[n].ret : -1;
}

static ssize_t begin(int n, int fd, long size)
{
	struct task *t = &task[n];

	t->fd = fd;
	t->size = size;
	t->data = calloc(1, size);
	t->is_done = 0;
	if (!t->data || pthread_create(&t->thread, NULL, run, t))
		skip("pthread_create");
	return outcome(n);
}`,

  closeEnd: `/* One open file of an end: the ends that do not wait go with the last one. */
static int close_end(struct pipe *p, char end)
{
	static int closed;

	if (end == 'r')
		return close(p->nb_r) | close(p->r);
	return closed++ ? close(p->nb_w) | close(p->w) : close(p->wd);
}`,

  sleepers: `static int sleepers(void)
{
	int n, asleep = 0;

	sleep(1);
	for (n = 0; n < 4; n++)
		asleep += task[n].thread && !task[n].is_done;
	return asleep;
}`,

  files: `/* Open files of two files: f is read from, g is written to. */
static struct {
	int fd;
	int direct;
	int write;
	int append;
	int read;
} f, g;`,

  openFiles: `static int opened_again(int fd, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags);
}

/* The files end inside a page; a file system without O_DIRECT has f.direct < 0. */
static void open_files(long f_bytes, long g_bytes)
{
	long n, len;

	f.fd = open(".", O_TMPFILE | O_RDWR, 0600);
	g.fd = open(".", O_TMPFILE | O_RDWR, 0600);
	if (f.fd < 0 || g.fd < 0)
		skip("O_TMPFILE here");
	for (n = 0; n < f_bytes; n += len) {
		len = f_bytes - n < page ? f_bytes - n : page;
		if (pwrite(f.fd, memset(buf, 'F', len), len, n) != len)
			skip("write");
	}
	if (ftruncate(g.fd, g_bytes))
		skip("ftruncate");
	fsync(f.fd);
	f.direct = opened_again(f.fd, O_RDONLY | O_DIRECT);
	f.write = opened_again(f.fd, O_WRONLY);
	g.append = opened_again(g.fd, O_WRONLY | O_APPEND);
	g.read = opened_again(g.fd, O_RDONLY);
}`,

  sendFile: `/* An offset of -1 is none: the position of the file. */
static ssize_t send_file(int out, int in, off_t at, long n)
{
	return sendfile(out, in, at < 0 ? NULL : &at, n);
}`,

  spliceIn: `static ssize_t splice_in(int in, off64_t at, int to, long n)
{
	return splice(in, at < 0 ? NULL : &at, to, NULL, n, SPLICE_F_NONBLOCK);
}`,

  spliceOut: `static ssize_t splice_out(int from, int out, off64_t at, long n)
{
	return splice(from, NULL, out, at < 0 ? NULL : &at, n, SPLICE_F_NONBLOCK);
}`,

  openFile: `static void open_file(int pages)
{
	file = memfd_create("iovcheck", 0);
	if (file < 0)
		skip("memfd_create");
	while (pages--)
		if (write(file, memset(buf, 'F', page), page) != page)
			skip("memfd");
}`,

  spliceAt: `static ssize_t splice_at(off64_t at, int to, long n)
{
	return splice(file, &at, to, NULL, n, SPLICE_F_NONBLOCK);
}`,

  fionread: `static int fionread(int fd)
{
	int n = 0;

	return ioctl(fd, FIONREAD, &n) ? -1 : n;
}`,

  readTwo: `/* readv() into two segments, of which the second is not paged in. */
static ssize_t read_two(int fd, long first, long second)
{
	char *at = fresh(second);
	struct iovec iov[2] = { { buf, first }, { at, second } };
	ssize_t ret = readv(fd, iov, 2);

	if (ret > first)
		memcpy(buf + first, at, ret - first);
	return ret;
}`,

  ...SHOW_PARTS,
} as const;

export type Part = keyof typeof PARTS;
