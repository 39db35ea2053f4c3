/* peer.c - one program on the bus.
 * SPDX-License-Identifier: MIT */
#include "peer.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"

#define END_GRACE	1000	/* ms between TERM and KILL */

void
peer_init(struct peer *p, const char *id, enum role role, char **argv, char **env)
{
	*p = (struct peer){ .id = mg_strdup(id), .role = role, .argv = argv, .env = env,
	    .proc = MG_PROC_NONE, .term_at = MG_NEVER, .kill_at = MG_NEVER,
	    .err = MG_BUF(MG_STDERR_TAIL) };
}

int
peer_start(struct peer *p, struct mg_err *e)
{
	struct mg_spawn s = { .argv = p->argv, .env = p->env, .stderr_pipe = 1, .nonblock = 1,
	    .death_signal = SIGTERM };

	p->starts++;
	p->died = p->full = 0;
	p->why[0] = p->last[0] = '\0';
	p->term_at = p->kill_at = MG_NEVER;
	if (mg_proc_start(&p->proc, &s, e) == -1)
		return -1;
	p->in = mg_lines_new(p->proc.out, MG_LINE_MAX);
	p->proc.out = -1;
	return 0;
}

int
peer_lives(const struct peer *p)
{
	return p->proc.pid > 0;
}

void
peer_close_stdin(struct peer *p)
{
	if (p->proc.in >= 0)
		close(p->proc.in);
	p->proc.in = -1;
}

void
peer_end(struct peer *p, const char *fmt, ...)
{
	va_list ap;

	if (!peer_lives(p) || p->why[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(p->why, sizeof p->why, fmt, ap);	/* cut where too long: it is a message */
	va_end(ap);
	peer_close_stdin(p);
	p->term_at = mg_now();
	p->kill_at = p->term_at + END_GRACE;
}

void
peer_signal(struct peer *p, int64_t now)
{
	if (!peer_lives(p))
		return;
	if (now >= p->kill_at) {
		mg_proc_kill(&p->proc, SIGKILL);
		p->term_at = p->kill_at = MG_NEVER;
	} else if (now >= p->term_at) {
		mg_proc_kill(&p->proc, SIGTERM);
		p->term_at = MG_NEVER;
	}
}

static void
line_of_stderr(struct peer *p, peer_text *say, void *arg)
{
	if (p->err.len == 0)
		return;
	snprintf(p->last, sizeof p->last, "%s", mg_buf_str(&p->err));
	p->errlines++;
	say(arg, p, p->last);
	mg_buf_clear(&p->err);
}

/* At most a pipe's worth in one go: a child that floods must not keep us here. */
void
peer_read_stderr(struct peer *p, peer_text *say, void *arg)
{
	char piece[65536];
	ssize_t n, i;

	if (p->proc.err < 0)
		return;
	do
		n = read(p->proc.err, piece, sizeof piece);
	while (n == -1 && errno == EINTR);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	for (i = 0; i < n; i++)
		if (piece[i] == '\n')
			line_of_stderr(p, say, arg);
		else if (piece[i] != '\0')
			mg_buf_addc(&p->err, piece[i]);	/* what is beyond the tail's size is left out */
	if (n <= 0) {
		line_of_stderr(p, say, arg);
		close(p->proc.err);
		p->proc.err = -1;
	}
}

void
peer_shut(struct peer *p)
{
	mg_lines_free(p->in);
	p->in = NULL;
	mg_proc_close(&p->proc);
	mg_buf_clear(&p->err);
}

void
peer_free(struct peer *p)
{
	peer_shut(p);
	mg_buf_free(&p->err);
	mg_argv_free(p->argv);
	mg_argv_free(p->env);
	free(p->id);
}
