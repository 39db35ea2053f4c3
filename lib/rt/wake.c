/* wake.c - the self-pipe.
 * SPDX-License-Identifier: MIT */
#include "rt/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "rt/err.h"

static int wake[2] = { -1, -1 };	/* the one global that a handler needs */

static void
on_signal(int sig)
{
	int saved = errno;
	unsigned char c = (unsigned char)sig;

	(void)!write(wake[1], &c, 1);	/* a full pipe means a wake-up is due anyway */
	errno = saved;
}

int
mg_wake_start(const int *signals, struct mg_err *e)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART | SA_NOCLDSTOP };
	sigset_t none;

	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) == -1)
		return mg_fail(e, MG_SYS, "pipe: %s", strerror(errno));
	sigfillset(&sa.sa_mask);
	for (; *signals != 0; signals++) {
		sa.sa_handler = *signals == SIGPIPE ? SIG_IGN : on_signal;
		if (sigaction(*signals, &sa, NULL) == -1)
			return mg_fail(e, MG_SYS, "sigaction: %s", strerror(errno));
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return wake[0];
}

int
mg_wake_next(void)
{
	unsigned char c;

	return read(wake[0], &c, 1) == 1 ? c : 0;
}
