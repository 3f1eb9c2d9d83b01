// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads questions, a line of words each, and writes an answer a line. They are asked in a process
 * of their own: one that dies at a question, or does not come to an end, takes no other with it.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#define WORDS_MAX 32
/* Of CPU time, for one question. */
#define MICROSECONDS 400000
/* After so many that do not end a call is asked no more. */
#define ENDLESS_MAX 2
#define CALLS_MAX 64

struct question {
	unsigned long words[WORDS_MAX];
};

void wide_ask(const unsigned long *q, unsigned long *answer);

void wide_died(void)
{
	_exit(3);
}

static struct question *read_all(size_t *n)
{
	static char line[4096];
	struct question *all = NULL;
	size_t room = 0;

	for (*n = 0; fgets(line, sizeof(line), stdin); (*n)++) {
		int k = 0;

		if (*n == room) {
			room = room ? 2 * room : 1024;
			all = realloc(all, room * sizeof(*all));
			if (!all)
				exit(1);
		}
		memset(&all[*n], 0, sizeof(*all));
		for (char *w = strtok(line, " \n"); w && k < WORDS_MAX; w = strtok(NULL, " \n"))
			all[*n].words[k++] = strtoul(w, NULL, 10);
	}
	return all;
}

/* From question `at` on; `at` is where another process sees it. */
static void ask(const struct question *all, size_t n, volatile size_t *at, const int *endless)
{
	for (; *at < n; (*at)++) {
		const struct itimerval limit = { .it_value = { .tv_usec = MICROSECONDS } };
		const unsigned long *words = all[*at].words;
		unsigned long answer[5] = { 0 };

		if (endless[words[0] % CALLS_MAX] >= ENDLESS_MAX) {
			printf("unasked\n");
			continue;
		}
		setitimer(ITIMER_VIRTUAL, &limit, NULL);
		wide_ask(words, answer);
		printf("%lu %lu %lu %lu %lu\n", answer[0], answer[1], answer[2], answer[3], answer[4]);
		fflush(stdout);
	}
	fflush(stdout);
	_exit(0);
}

int main(void)
{
	size_t n;
	struct question *all = read_all(&n);
	int endless[CALLS_MAX] = { 0 };
	volatile size_t *at = mmap(NULL, sizeof(*at), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return 1;
	while (*at < n) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			ask(all, n, at, endless);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return 1;
		if (*at >= n)
			break;
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGVTALRM) {
			endless[all[*at].words[0] % CALLS_MAX]++;
			printf("endless\n");
		} else {
			printf(WIFSIGNALED(status) ? "oops\n" : "bug\n");
		}
		fflush(stdout);
		(*at)++;
	}
	return 0;
}
