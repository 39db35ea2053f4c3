/* command.c - a program as the agent: the prompt on its stdin, the answer on its stdout.
 * SPDX-License-Identifier: MIT
 *
 * Protocol, section 5, text mode: one process for each turn. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "coord/template.h"
#include "mg-agent/agent.h"
#include "rt/bounds.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/proc.h"
#include "rt/write.h"

extern char **environ;

char **
command_argv(const struct agent *a)
{
	jv array = mg_jv_get(a->backend, "command");
	int i, n = jv_get_kind(array) == JV_KIND_ARRAY ? jv_array_length(jv_copy(array)) : 0;
	char **v = mg_calloc((size_t)n + 1, sizeof *v);

	for (i = 0; i < n; i++) {
		jv w = jv_array_get(jv_copy(array), i);
		v[i] = mg_strdup(jv_get_kind(w) == JV_KIND_STRING ? jv_string_value(w) : "");
		jv_free(w);
	}
	jv_free(array);
	return v;
}

/* Adds NAME=VALUE to a vector that stays NULL-ended; the text is owned from here on. */
static char **
put(char **v, size_t *n, size_t *cap, char *text)
{
	v = mg_grow(v, *n + 1, cap, sizeof *v);
	v[(*n)++] = text;
	v[*n] = NULL;
	return v;
}

char **
command_environment(const struct agent *a, const char *stage)
{
	jv set = mg_jv_get(a->backend, "env");
	char **v = NULL;
	size_t n = 0, cap = 0, i;

	for (i = 0; environ[i] != NULL; i++)
		if (strncmp(environ[i], "MG_ID=", 6) != 0 && strncmp(environ[i], "MG_RUN=", 7) != 0 &&
		    strncmp(environ[i], "MG_STAGE=", 9) != 0)
			v = put(v, &n, &cap, mg_strdup(environ[i]));
	v = put(v, &n, &cap, mg_printf("MG_ID=%s", a->o.id));
	v = put(v, &n, &cap, mg_printf("MG_RUN=%s", a->s->run != NULL ? a->s->run : ""));
	if (stage != NULL)
		v = put(v, &n, &cap, mg_printf("MG_STAGE=%s", stage));
	if (jv_get_kind(set) == JV_KIND_OBJECT)
		jv_object_foreach(set, k, x) {
			v = put(v, &n, &cap, mg_printf("%s=%s", jv_string_value(k),
			    jv_get_kind(x) == JV_KIND_STRING ? jv_string_value(x) : ""));
			jv_free(k);
			jv_free(x);
		}
	jv_free(set);
	return v;
}

void
said_fail(struct said *out, const char *code, int retryable, const char *why)
{
	out->failed = 1;
	out->retryable = retryable;
	snprintf(out->code, sizeof out->code, "%s", code);
	snprintf(out->message, sizeof out->message, "%s", why);
}

/* How many bytes at the end of s are the beginning of a character. */
static size_t
unfinished(const char *s, size_t n)
{
	size_t k;
	unsigned char c;

	for (k = 1; k <= 3 && k <= n; k++) {
		c = (unsigned char)s[n - k];
		if (c >= 0xc0)
			return (c >= 0xf0 && k < 4) || (c >= 0xe0 && c < 0xf0 && k < 3) || (c < 0xe0 && k < 2) ? k : 0;
		if (c < 0x80)
			return 0;
	}
	return 0;
}

struct run {
	struct mg_proc	 p;
	struct mg_buf	 in, err;	/* what it is still to read; the end of its stderr */
	size_t		 shown;		/* bytes of its output that were streamed */
};

/* What has come of stdout goes on as content, whole characters only. */
static void
show(struct agent *a, struct run *r, struct said *out, int all)
{
	size_t n = out->text.len - r->shown;

	if (!all)
		n -= unfinished(out->text.p + r->shown, n);
	if (n > 0)
		say_stream(a, "content", out->text.p + r->shown, n, 0);
	r->shown += n;
}

static void
read_out(struct run *r, struct said *out)
{
	char piece[65536];
	ssize_t n = read(r->p.out, piece, sizeof piece);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || mg_buf_add(&out->text, piece, (size_t)n) == -1) {
		if (n > 0)
			said_fail(out, "too_large", 0, "its output is longer than an answer may be");
		close(r->p.out);
		r->p.out = -1;
	}
}

static void
read_err(struct run *r)
{
	char piece[4096];
	ssize_t n = read(r->p.err, piece, sizeof piece);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close(r->p.err);
		r->p.err = -1;
		return;
	}
	mg_buf_add(&r->err, piece, (size_t)n);
	if (r->err.len > MG_STDERR_TAIL)
		mg_buf_drop(&r->err, r->err.len - MG_STDERR_TAIL);
}

static void
write_in(struct run *r)
{
	struct mg_err e;

	if (mg_drain(r->p.in, &r->in, &e) != 0) {	/* all written, or it does not read: both end it */
		close(r->p.in);
		r->p.in = -1;
	}
}

/* Until its output has ended, or the turn is cut.  -1: cut. */
static int
converse(struct agent *a, struct run *r, struct said *out, int64_t deadline)
{
	struct pollfd fds[3];

	while (r->p.out >= 0 && !out->failed) {
		fds[0] = (struct pollfd){ .fd = r->p.in, .events = POLLOUT };
		fds[1] = (struct pollfd){ .fd = r->p.out, .events = POLLIN };
		fds[2] = (struct pollfd){ .fd = r->p.err, .events = POLLIN };
		agent_wait(a, fds, 3, deadline);
		if (a->cut != CUT_NONE)
			return -1;
		if (fds[0].revents != 0)
			write_in(r);
		if (fds[1].revents != 0) {
			read_out(r, out);
			show(a, r, out, r->p.out < 0);
		}
		if (fds[2].revents != 0)
			read_err(r);
		if (mg_now() >= deadline)
			said_fail(out, "timeout", 1, "the command did not end within its time");
	}
	return 0;
}

static void
judge_exit(struct run *r, struct said *out, int wstatus)
{
	struct mg_span tail = { mg_buf_str(&r->err), r->err.len };
	char why[sizeof out->message];

	if (out->failed || (WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == 0))
		return;
	while (tail.n > 0 && tail.p[tail.n - 1] == '\n')
		tail.n--;
	snprintf(why, sizeof why, "the command ended with %s%s%.*s", mg_proc_status(wstatus),
	    tail.n > 0 ? ": " : "", (int)tail.n, tail.p);
	said_fail(out, "command", 0, why);
}

/* "VOTE agent2 because" as the last line is a vote where one is possible; anything else is the answer. */
static void
read_wish(struct said *out, const struct mg_prompt *p)
{
	static const char *const letters = " \t";
	struct mg_buf b = MG_BUF(MG_BODY_MAX);
	const char *s = mg_buf_str(&out->text), *line = s, *q;
	size_t n = out->text.len;
	jv o;

	if (p == NULL || p->stage == MG_STAGE_ALONE)
		return;
	while (n > 0 && isspace((unsigned char)s[n - 1]))
		n--;
	for (q = s; q < s + n; q++)
		if (*q == '\n')
			line = q + 1;
	out->wish = mg_calloc(1, sizeof *out->wish);
	out->nwish = 1;
	if (p->stage != MG_STAGE_ANSWER && n > 0 && strncmp(line, "VOTE ", 5) == 0) {
		size_t left = (size_t)(s + n - line) - 5, k;
		line += 5;
		for (k = 0; k < left && strchr(letters, line[k]) == NULL; k++)
			;
		o = jv_object_set(jv_object(), jv_string("agent_id"), jv_string_sized(line, (int)k));
		while (k < left && strchr(letters, line[k]) != NULL)
			k++;
		o = jv_object_set(o, jv_string("reason"), jv_string_sized(line + k, (int)(left - k)));
		out->wish[0].name = "vote";
	} else {
		while (n > 0 && s[n - 1] == '\n')
			n--;
		o = jv_object_set(jv_object(), jv_string("content"), jv_string_sized(s, (int)n));
		out->wish[0].name = "new_answer";
	}
	mg_json_add(&b, o);
	out->wish[0].arguments = mg_buf_take(&b, NULL);
}

/* The whole conversation as text, and how to vote where that is possible. */
static int
prompt_text(const struct agent *a, jv messages, const struct mg_prompt *p, struct mg_buf *in, struct mg_err *e)
{
	struct mg_buf text = MG_BUF(MG_BODY_MAX), names = MG_BUF(MG_MIB);
	const struct mg_agent *other;
	size_t i;
	int r;

	mg_prompt_text(&text, messages);
	for (i = 0; p != NULL && i < p->seen.count; i++)
		if ((other = mg_state_agent(a->s, p->seen.a[i].id, strlen(p->seen.a[i].id))) != NULL)
			mg_buf_printf(&names, "%sagent%d", i > 0 ? ", " : "", mg_state_place(a->s, other) + 1);
	const struct mg_var vars[] = { { "prompt", mg_buf_str(&text) }, { "names", mg_buf_str(&names) }, { NULL, NULL } };
	r = mg_template(in, "command", vars, e);
	mg_buf_free(&text);
	mg_buf_free(&names);
	return r;
}

int
command_reply(struct agent *a, jv messages, const struct mg_prompt *p, struct said *out)
{
	struct run r = { MG_PROC_NONE, MG_BUF(MG_BODY_MAX), MG_BUF(2 * MG_STDERR_TAIL + 4096), 0 };
	const char *stage = p == NULL ? "ask" : p->stage == MG_STAGE_EVALUATE || p->stage == MG_STAGE_VOTE ?
	    "evaluate" : "answer";
	char **argv = command_argv(a), **env = command_environment(a, stage);
	struct mg_spawn spawn = { .argv = argv, .env = env, .stderr_pipe = 1, .nonblock = 1, .death_signal = SIGKILL };
	int64_t deadline = mg_sooner(a->turn_deadline, mg_after(mg_jv_num(a->backend, "timeout", 0)));
	struct mg_err e;
	int cut = 0, wstatus;

	if (prompt_text(a, messages, p, &r.in, &e) == -1 || mg_proc_start(&r.p, &spawn, &e) == -1) {
		said_fail(out, "command", 0, e.msg);
	} else {
		cut = converse(a, &r, out, deadline);
		if (cut != 0 || out->failed)
			mg_proc_kill(&r.p, SIGTERM);
		wstatus = mg_proc_stop(&r.p, cut != 0 || out->failed ? 200 : 1000);
		if (cut == 0)
			judge_exit(&r, out, wstatus);
	}
	if (cut == 0 && !out->failed)
		read_wish(out, p);
	mg_buf_free(&r.in);
	mg_buf_free(&r.err);
	mg_argv_free(argv);
	mg_argv_free(env);
	return cut;
}
