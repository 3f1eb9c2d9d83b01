/** The C by which a program says what a call has returned, beside what it has to. */

export const SHOW_PARTS = {
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
	case EBADF:
		return "-EBADF";
	case EBUSY:
		return "-EBUSY";
	case EFAULT:
		return "-EFAULT";
	case EINVAL:
		return "-EINVAL";
	case EINPROGRESS:
		return "asleep";
	case ENOMEM:
		return "-ENOMEM";
	case ESPIPE:
		return "-ESPIPE";
	case EPIPE:
		return "-EPIPE";
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
