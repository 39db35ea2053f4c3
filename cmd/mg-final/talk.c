/* talk.c - asking an agent: over the bus, or by a process of its own.
 * SPDX-License-Identifier: MIT
 *
 * Protocol, section 4, "Asking an agent".  Off the bus the process may be anything that
 * a chunk names, so it is never waited for beyond the limits, not even by a write. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunk/emit.h"
#include "mg-final/final.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/write.h"

#define TEXT_MAX	(MG_LINE_MAX / 2)	/* of a presentation: a final has to fit a line */

static int
is_workflow(const struct mg_chunk *c)
{
	struct mg_span name = mg_chunk_raw(c, "name");

	return mg_span_is(name, "\"vote\"") || mg_span_is(name, "\"new_answer\"");
}

static void
took_back(struct try *t)
{
	struct mg_buf b = t->before;

	if (t->text.len == strspn(mg_buf_str(&t->text), " \t\r\n"))
		return;
	mg_buf_clear(&b);
	t->before = t->text;
	t->text = b;
}

static void
failed(struct try *t, const struct mg_chunk *c)
{
	char *message = mg_chunk_str(c, "message", NULL), *code = mg_chunk_str(c, "code", NULL);

	snprintf(t->reason, sizeof t->reason, "the presentation failed: %s", message != NULL ? message : "");
	t->why = t->reason;
	t->gone = mg_chunk_true(c, "retryable") && code != NULL && strcmp(code, "gone") == 0;
	t->over = 1;
	free(message);
	free(code);
}

/* What a line of the turn means.  Text before a tool's result is progress, not answer. */
static void
take(struct try *t, const struct mg_chunk *c)
{
	jv content;

	switch (c->type) {
	case MG_CONTENT:
		content = mg_chunk_value(c, "content");
		mg_content_text(&t->text, content);
		jv_free(content);
		t->called = 0;
		if (t->text.len > TEXT_MAX - MG_STREAM_MAX)
			t->why = "the presentation is longer than a chunk may be";
		break;
	case MG_TOOL_CALL:
		t->called = is_workflow(c);
		t->open++;
		break;
	case MG_TOOL_RESULT:
		t->open -= t->open > 0;
		took_back(t);
		break;
	case MG_STATUS:		/* a call that failed half-way and begins anew */
		if (mg_span_is(mg_chunk_raw(c, "status"), "\"restart\""))
			mg_buf_clear(&t->text);
		return;		/* no sign of life: it tells of waiting, too */
	case MG_DONE:
		t->over = 1;
		break;
	case MG_ERROR:
		failed(t, c);
		break;
	default:
		break;
	}
	if (t->first == 0)
		t->first = mg_now();
	t->begun = 1;
}

/* Whether the line belongs to the try; if so, it is taken. */
static int
hear(struct try *t, const char *line, size_t len)
{
	struct mg_chunk c;
	struct mg_bad bad;
	char *turn;
	int mine;

	if (t->over || mg_chunk_read(&c, line, len, &bad) == -1 || mg_chunk_check(&c, &bad) == -1)
		return 0;
	turn = mg_chunk_str(&c, "turn", NULL);
	if (c.type == MG_ERROR && mg_span_is(c.source, "mg-run") && mg_span_is(c.to, SOURCE))
		mine = turn == NULL || strcmp(turn, t->turn) == 0;	/* without a turn: the ask itself was refused */
	else
		mine = turn != NULL && strcmp(turn, t->turn) == 0 && mg_span_is(c.source, t->to);
	free(turn);
	if (mine)
		take(t, &c);
	return mine && c.type != MG_STATUS;
}

/* Off the bus: what the agent said about its turn is shown; whatever else it wrote is not for it to say. */
static void
pass_on(const struct talk *k, const char *line, size_t len)
{
	struct mg_chunk c;
	struct mg_bad bad;
	struct mg_err e;

	if (mg_chunk_read(&c, line, len, &bad) == -1 || mg_chunk_check(&c, &bad) == -1 || !mg_span_is(c.source, k->id) ||
	    c.type == MG_ANSWER || c.type == MG_VOTE || c.type == MG_DECISION || c.type == MG_FINAL || c.type == MG_ASK)
		return;
	if (mg_write(1, line, len, &e) == -1 || mg_write(1, "\n", 1, &e) == -1)
		mg_die(&e);
}

/* Reads what stands there.  0: the other end is gone. */
static int
read_lines(struct talk *k, struct try *t, int *heard)
{
	struct mg_err e;
	enum mg_line r;
	char *line;
	size_t len;
	int n;

	if ((n = mg_lines_fill(k->in, &e)) == -1)
		mg_die(&e);
	while ((r = mg_lines_next(k->in, &line, &len)) != MG_LINES_MORE) {
		if (r != MG_LINES_OK)
			continue;
		*heard |= hear(t, line, len);
		if (k->id != NULL)
			pass_on(k, line, len);
	}
	return n;
}

/* Why the waiting is over, or NULL. */
static const char *
given_up(const struct talk *k, const struct try *t, int open, int64_t silence, int64_t deadline)
{
	if (!open)
		return k->id != NULL ? "the winner's process ended" : "the presentation was interrupted";
	if (mg_now() >= deadline)
		return "the presentation took longer than its limit";
	if (mg_now() >= silence)
		return t->begun ? "the presentation fell silent" : "the presentation did not begin within its limit";
	return NULL;
}

static void
wait_for(struct final *f, struct talk *k, struct try *t, int64_t deadline)
{
	int64_t silence = mg_after(f->o.first);
	struct pollfd fds[2];
	struct mg_err e;
	int heard, open = 1;

	while (!t->over && t->why == NULL) {
		fds[0] = (struct pollfd){ .fd = mg_lines_fd(k->in), .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = k->todo.len > 0 ? k->out : -1, .events = POLLOUT };
		if (poll(fds, 2, mg_timeout(mg_sooner(silence, deadline))) == -1 && errno != EINTR)
			mg_quit(MG_SYS, "poll: %s", strerror(errno));
		heard = 0;
		if (fds[1].revents != 0 && mg_drain(k->out, &k->todo, &e) == -1)
			mg_buf_clear(&k->todo);		/* it reads no more: its end of output will tell */
		if (fds[0].revents != 0)
			open = read_lines(k, t, &heard);
		if (heard)	/* a tool that runs has its own limit, which the agent keeps */
			silence = f->o.idle <= 0 ? MG_NEVER : mg_after(f->o.idle + (t->open > 0 ? f->o.tool : 0));
		if (!t->over)
			t->why = given_up(k, t, open, silence, deadline);
	}
}

static jv
limits(const struct final *f, int64_t deadline)
{
	jv l = jv_object();

	if (f->o.first > 0)
		l = jv_object_set(l, jv_string("first_byte"), jv_number(f->o.first));
	if (f->o.idle > 0)
		l = jv_object_set(l, jv_string("idle"), jv_number(f->o.idle));
	if (deadline != MG_NEVER)
		l = jv_object_set(l, jv_string("total"), jv_number((double)(deadline - mg_now()) / 1000));
	return l;
}

static void
write_ask(struct final *f, struct talk *k, struct try *t, jv messages, int64_t deadline)
{
	struct mg_buf b = MG_BUF(2 * MG_BODY_MAX);
	struct mg_err e;

	mg_put_begin(&b, "ask", SOURCE, t->to);
	mg_put_str(&b, "turn", t->turn);
	mg_put_value(&b, "content", messages);
	mg_put_value(&b, "limits", limits(f, deadline));
	mg_put_end(&b);
	if (b.len > MG_LINE_MAX)
		t->why = "what the winner would have to read is longer than a chunk may be";
	else if (mg_write(1, mg_buf_str(&b), b.len, &e) == -1)	/* off the bus, too: nobody else would show it */
		mg_die(&e);
	if (k->id != NULL)
		mg_buf_add(&k->todo, mg_buf_str(&b), b.len);
	mg_buf_free(&b);
}

/* Off the bus: the agent's process, which is told the whole run. */
static int
start(struct final *f, struct talk *k, const struct mg_agent *a, struct mg_err *e)
{
	jv launcher = mg_jv_get(a->chunk, "launcher");
	char *argv[64], *self = NULL;
	struct mg_spawn spawn = { .argv = argv, .death_signal = SIGTERM, .nonblock = 1 };
	int n = 0, r;

	if (jv_get_kind(launcher) == JV_KIND_ARRAY)
		jv_array_foreach(launcher, i, w) {
			if (n < 56 && jv_get_kind(w) == JV_KIND_STRING)
				argv[n++] = (char *)jv_string_value(w);	/* launcher holds it */
			jv_free(w);
		}
	argv[n] = n > 0 ? (char *)"mg-agent" : (self = mg_proc_sibling("mg-agent"));
	argv[n + 1] = (char *)"--follow";
	argv[n + 2] = (char *)"--id";
	argv[n + 3] = a->id;
	argv[n + 4] = NULL;
	if ((r = mg_proc_start(&k->p, &spawn, e)) == 0) {
		k->id = a->id;
		k->in = mg_lines_new(k->p.out, MG_LINE_MAX);
		k->out = k->p.in;
		k->p.out = -1;
		k->todo = MG_BUF((size_t)-2);
		mg_buf_add(&k->todo, mg_buf_str(&f->run), f->run.len);
		mg_put_begin(&k->todo, "status", "mg-run", NULL);
		mg_put_str(&k->todo, "status", "ready");
		mg_put_end(&k->todo);
	}
	free(self);
	jv_free(launcher);
	return r;
}

void
try_run(struct final *f, struct talk *k, struct try *t, const char *to, const char *name, jv messages, int64_t deadline)
{
	static long number;
	struct mg_err e;

	*t = (struct try){ .to = to, .text = MG_BUF(TEXT_MAX), .before = MG_BUF(TEXT_MAX) };
	t->turn = mg_printf("%s/%ld-%ld", name, ++number, (long)getpid());
	t->asked = mg_now();
	if (k->in == NULL && start(f, k, mg_state_agent(f->s, to, strlen(to)), &e) == -1) {
		snprintf(t->reason, sizeof t->reason, "the winner cannot be started: %s", e.msg);
		t->why = t->reason;
		jv_free(messages);
		return;
	}
	write_ask(f, k, t, messages, deadline);
	final_words(f);		/* beside the agent's work, where nobody waits for it */
	wait_for(f, k, t, deadline);
	if (!t->called && t->text.len == strspn(mg_buf_str(&t->text), " \t\r\n") && t->before.len > 0) {
		struct mg_buf b = t->text;
		t->text = t->before;
		t->before = b;
	}
}

void
try_free(struct try *t)
{
	free(t->turn);
	mg_buf_free(&t->text);
	mg_buf_free(&t->before);
}

void
talk_end(struct talk *k)
{
	mg_lines_free(k->in);
	k->in = NULL;
	mg_proc_stop(&k->p, 500);
	mg_buf_free(&k->todo);
}
