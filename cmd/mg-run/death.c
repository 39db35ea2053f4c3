/* death.c - who died: last words first, then what follows from it.
 * SPDX-License-Identifier: MIT
 *
 * Protocol: mg-bus(7), "Death". */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bus.h"
#include "rt/clock.h"
#include "rt/mem.h"

#define STARTS_MAX	3	/* the first, and twice after a signal */
#define PIPE_READS	16	/* of 256 KiB: more than any pipe holds */
#define ORPHAN_TIME	1000	/* ms to end what is left at the end */

/* What the dead process left in its pipe.  A descendant may still hold the
 * other end, so an end of file is not waited for. */
static void
last_words(struct bus *b, struct peer *p)
{
	char *line;
	size_t len;
	struct mg_err e;
	enum mg_line r;
	int i, left;

	for (i = 0; p->in != NULL && i < PIPE_READS; i++) {
		if (ioctl(mg_lines_fd(p->in), FIONREAD, &left) == -1 || left == 0 ||
		    mg_lines_fill(p->in, &e) != 1)
			break;
		while ((r = mg_lines_next(p->in, &line, &len)) != MG_LINES_MORE)
			if (r == MG_LINES_LONG)
				bus_refuse(b, p, mg_lines_number(p->in), 1, "longer than 16 MiB");
			else
				bus_hear(b, p, line, len, mg_lines_number(p->in));
	}
	if (p->in != NULL && mg_lines_rest(p->in, &line, &len) != MG_LINES_END)
		bus_refuse(b, p, mg_lines_number(p->in), 1, "torn: its writer ended inside it");
}

static struct peer *
by_pid(struct bus *b, pid_t pid)
{
	size_t i;

	for (i = 0; i < b->npeer; i++)
		if (b->peer[i].proc.pid == pid)
			return &b->peer[i];
	return NULL;
}

void
bus_reap(struct bus *b)
{
	struct peer *p;
	siginfo_t si;

	for (;;) {
		si.si_pid = 0;
		if (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == -1 || si.si_pid == 0)
			return;
		if ((p = by_pid(b, si.si_pid)) == NULL) {
			waitpid(si.si_pid, NULL, 0);	/* an orphan that came to us */
			continue;
		}
		mg_proc_reap(&p->proc, &p->wstatus);
		p->died = 1;
		bus_read_stderr(b, p);
		last_words(b, p);
	}
}

/* A sentence on how p died, with the end of what it said about it. */
static char *
cause(const struct peer *p)
{
	const char *how = p->why[0] != '\0' ? p->why : mg_proc_status(p->wstatus);

	if (p->why[0] == '\0' && WIFEXITED(p->wstatus) && p->last[0] != '\0')
		return mg_printf("%s: %s", how, p->last);
	if (p->why[0] == '\0' && p->starts > 1)
		return mg_printf("%s, started %d times", how, p->starts);
	return mg_strdup(how);
}

void
bus_gone(struct bus *b, struct peer *p, const char *why)
{
	const struct mg_agent *a = mg_state_agent(b->state, p->id, strlen(p->id));
	jv detail;

	if (p->role == ROLE_VOTE && !b->decided) {
		bus_stop(b, MG_SYS, "%s is gone and nothing is decided: %s", p->id, why);
	} else if (p->role == ROLE_FINAL && b->nobody) {
		bus_end(b, MG_NO, 0);
	} else if (p->role == ROLE_FINAL && !jv_is_valid(b->state->final)) {
		bus_stop(b, MG_SYS, "%s is gone and there is no final: %s", p->id, why);
	} else if (a != NULL && a->registered && !mg_state_failed(a)) {
		if (b->decided && WIFEXITED(p->wstatus) && WEXITSTATUS(p->wstatus) == 0)
			return;		/* it has done its part */
		detail = jv_object_set(jv_object(), jv_string("code"), jv_string("gone"));
		detail = jv_object_set(detail, jv_string("message"), jv_string(why));
		detail = jv_object_set(detail, jv_string("retryable"), jv_false());
		bus_say_status(b, p->id, "failed", a->status_n + 1, detail);
	} else if (p->role == ROLE_PEER && p->wstatus != 0) {
		mg_warn("%s: %s", p->id, why);
	}
}

/* The old ready once more; to who presents with what its time has left, in seconds. */
static void
ready_again(struct bus *b, const struct peer *p)
{
	struct mg_buf line = MG_BUF(MG_LINE_MAX);
	int64_t left = b->present_by - mg_now();

	mg_buf_adds(&line, b->ready);
	if (p->role == ROLE_FINAL && b->present_by != MG_NEVER) {
		line.len--;	/* its brace */
		mg_buf_printf(&line, ",\"left\":%.3f}", left > 1 ? (double)left / 1000 : 0.001);
	}
	relay_add(&b->relay, mg_buf_str(&line), line.len, (int)(p - b->peer), 0);
	mg_buf_free(&line);
}

/* 1: it lives again, from the beginning of the relay. */
static int
again(struct bus *b, struct peer *p, const char *how, struct mg_err *e)
{
	int r;

	mg_warn("%s: %s; started again (%d of %d)", p->id, how, p->starts, STARTS_MAX - 1);
	relay_rewind(&b->relay, &p->cur);
	if ((r = peer_start(p, e)) == 0 && b->ready != NULL)
		ready_again(b, p);
	return r == 0;
}

static void
bury(struct bus *b, struct peer *p)
{
	struct mg_err e = { 0 };
	char *why = cause(p);
	int lives = 0;

	p->died = 0;
	peer_shut(p);
	if (p->refused > REFUSED_TOLD)
		mg_warn("%s: %zu lines refused in all", p->id, p->refused);
	p->refused = p->noise = 0;
	if (!b->ending && WIFSIGNALED(p->wstatus) && p->why[0] == '\0' && p->starts < STARTS_MAX) {
		lives = again(b, p, why, &e);
		if (!lives) {
			free(why);
			why = mg_strdup(e.msg);
		}
	}
	bus_drop_asks(b, p, lives);
	if (!lives && !b->ending)
		bus_gone(b, p, why);
	free(why);
}

void
bus_bury(struct bus *b)
{
	size_t i;

	for (i = 0; i < b->npeer; i++)
		if (b->peer[i].died)
			bury(b, &b->peer[i]);
}

/* The parent of pid, or -1; its name stands in brackets and may hold anything. */
static long
parent_of(const char *pid)
{
	char path[64], text[512], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		return -1;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	if ((p = strrchr(text, ')')) == NULL || strlen(p) < 5)
		return -1;
	return strtol(p + 4, NULL, 10);
}

static void
kill_children(void)
{
	DIR *d = opendir("/proc");
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (isdigit((unsigned char)*entry->d_name) && parent_of(entry->d_name) == (long)getpid())
			kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
	if (d != NULL)
		closedir(d);
}

/* Who is killed hands its own children to us, so it takes some rounds. */
void
bus_end_orphans(void)
{
	int64_t until = mg_now() + ORPHAN_TIME;
	pid_t pid;

	while (mg_now() < until) {
		pid = waitpid(-1, NULL, WNOHANG);
		if (pid == -1 && errno != EINTR)
			return;		/* nobody is left */
		if (pid == 0) {
			kill_children();
			poll(NULL, 0, 2);
		}
	}
	mg_warn("some processes of this run could not be ended");
}
