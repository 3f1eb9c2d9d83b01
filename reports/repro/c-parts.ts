/** The C that every program of a reproducer is made of, by part; a program has those that it uses. */

/** Exit statuses of a program; 4 is KSFT_SKIP of the kernel's selftests. */
export const C_STATUS = { kept: 0, reproduced: 1, astray: 2, skip: 4 } as const;

/** In the order in which they stand in a program. */
export const PARTS = {
  page: `static long page;`,

  file: `static int file;`,

  buf: `static char *buf;`,

  number: `static int number;`,

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

  size: `/* A length in words that are the same whatever a page is. */
static char *put_size(char *to, long n)
{
	long over = n * 16 / page, under = 16, pages = (n + page / 2) / page;

	if (n < page / 16)
		return to + sprintf(to, "%ld", n);
	if (n * 16 % page) {
		if (pages != 1)
			to += sprintf(to, "%ld*", pages);
		return to + sprintf(to, "page%+ld", n - pages * page);
	}
	for (; over % 2 == 0 && under > 1; under /= 2)
		over /= 2;
	if (over != 1)
		to += sprintf(to, "%ld*", over);
	to += sprintf(to, "page");
	if (under != 1)
		to += sprintf(to, "/%ld", under);
	return to;
}`,

  bytes: `/* Bytes, runs of one letter in short. */
static void put_bytes(char *to, const char *data, long n, const char *most)
{
	long at, run;

	for (at = 0; at < n && to < most; at += run) {
		char c = isprint((unsigned char)data[at]) ? data[at] : '?';

		run = 1;
		while (at + run < n && data[at + run] == data[at])
			run++;
		if (run > 3) {
			to = put_size(to + sprintf(to, "%c{", c), run);
			*to++ = '}';
		} else {
			to = (char *)memset(to, c, run) + run;
		}
	}
	*to = '\\0';
}`,

  error: `static const char *error_name(int err)
{
	switch (err) {
	case EAGAIN:
		return "-EAGAIN";
	case EBUSY:
		return "-EBUSY";
	case EFAULT:
		return "-EFAULT";
	case EINVAL:
		return "-EINVAL";
	case ENOMEM:
		return "-ENOMEM";
	default:
		return strerror(err);
	}
}`,

  step: `/*
 * What the call returned, beside what it returns on the design and by the rule:
 * "!x" is anything but x, "|x" is what a kernel without the bug may return, too.
 */
static void step(const char *call, ssize_t ret, const char *data,
		 const char *design, const char *rule)
{
	int err = errno, other;
	char seen[256], *to = seen;

	if (ret < 0) {
		snprintf(seen, sizeof(seen), "%s", error_name(err));
	} else {
		to = put_size(to, ret);
		*to = '\\0';
		if (data && ret) {
			*to++ = ' ';
			put_bytes(to, data, ret, seen + 200);
		}
	}
	printf("%3d  %-46s = %s\\n", ++number, call, seen);
	if (rule[0] == '|' && !strcmp(seen, rule + 1)) {
		printf("not reproduced: this is the way of a kernel without the bug\\n");
		exit(0);
	}
	if (rule[0] == '|' || !strcmp(design, rule)) {
		if (!strcmp(seen, design))
			return;
		printf("went another way: in the model it returns %s\\n", design);
		exit(2);
	}
	other = rule[0] == '!';
	printf("     the design: %s; the rule: %s%s\\n", design,
	       other ? "anything but " : "", rule + other);
	if (other ? strcmp(seen, rule + 1) : !strcmp(seen, rule)) {
		printf("not reproduced: this kernel keeps the rule\\n");
		exit(0);
	}
	if (!strcmp(seen, design) || strchr(design, '?')) {
		printf("reproduced\\n");
		exit(1);
	}
	printf("went another way: it is neither\\n");
	exit(2);
}

#define STEP(call, data, design, rule) step(#call, call, data, design, rule)`,
} as const;

export type Part = keyof typeof PARTS;
