/* coprocess.c - a program that speaks chunks as the agent: alive over all turns, asked one at a time.
 * SPDX-License-Identifier: MIT
 *
 * Protocol, section 5, chunk mode.  It is told what the agent heard, then an
 * `ask` for each turn; it ends the turn with answer, vote, done or error. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunk/emit.h"
#include "mg-agent/agent.h"
#include "rt/bounds.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/proc.h"
#include "rt/write.h"

struct coprocess {
	struct mg_proc	 p;
	struct mg_lines	*lines;		/* owns p.out */
	struct mg_buf	 in;
	size_t		 told;		/* bytes of a->heard that it was told */
};

void
coprocess_stop(struct agent *a)
{
	if (a->co == NULL)
		return;
	mg_proc_stop(&a->co->p, 500);
	mg_lines_free(a->co->lines);
	mg_buf_free(&a->co->in);
	free(a->co);
	a->co = NULL;
}

static int
start(struct agent *a, struct mg_err *e)
{
	char **argv = command_argv(a), **env = command_environment(a, NULL);
	struct mg_spawn spawn = { .argv = argv, .env = env, .nonblock = 1, .death_signal = SIGTERM };
	struct mg_proc p;
	int r;

	if ((r = mg_proc_start(&p, &spawn, e)) == 0) {
		a->co = mg_calloc(1, sizeof *a->co);
		a->co->p = p;
		a->co->in = MG_BUF(MG_QUEUE_MAX + MG_BODY_MAX);
		a->co->lines = mg_lines_new(p.out, MG_LINE_MAX);
		a->co->p.out = -1;
	}
	mg_argv_free(argv);
	mg_argv_free(env);
	return r;
}

static void
ask(struct agent *a, jv messages, jv tools, const struct mg_prompt *p)
{
	static const char *const stages[] = { "answer", "answer", "evaluate", "evaluate" };
	struct coprocess *co = a->co;

	mg_buf_add(&co->in, mg_buf_str(&a->heard) + co->told, a->heard.len - co->told);
	co->told = a->heard.len;
	mg_put_begin(&co->in, "ask", a->to != NULL ? a->to : "mg-agent", a->o.id);
	mg_put_str(&co->in, "turn", a->turn);
	mg_put_str(&co->in, "stage", p != NULL ? stages[p->stage] : "ask");
	mg_put_value(&co->in, "content", jv_copy(messages));
	mg_put_value(&co->in, "tools", jv_copy(tools));
	mg_put_end(&co->in);
}

/* What streams goes on in the agent's name; what is not one of these stays here. */
static void
pass_on(struct agent *a, const struct mg_chunk *c, struct said *out)
{
	static const char *const skip[] = { "type", "source", "to", "turn", "ts" };
	struct mg_buf b;
	size_t i, k;
	jv content;

	if (c->type == MG_CONTENT) {
		content = mg_chunk_value(c, "content");
		mg_content_text(&out->text, content);
		jv_free(content);
	}
	say_begin(a, &b, mg_types[c->type].name);
	for (i = 0; i < c->count; i++) {
		char name[64];
		for (k = 0; k < 5 && !mg_span_is(c->m[i].key, skip[k]); k++)
			;
		if (k < 5 || c->m[i].key.n >= sizeof name)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)c->m[i].key.n, c->m[i].key.p);
		mg_put_raw(&b, name, c->m[i].val.p, c->m[i].val.n);
	}
	mg_put_end(&b);
	say(a, &b);
}

/* The anonymous name behind `for`: a label, a real id, or that name itself. */
static char *
voted_name(const struct agent *a, const char *target)
{
	const struct mg_agent *x;
	size_t idlen;
	long n;

	if (mg_label_split(target, strlen(target), &idlen, &n) == 0 &&
	    (x = mg_state_agent(a->s, target, idlen)) != NULL)
		return mg_printf("agent%d", mg_state_place(a->s, x) + 1);
	if ((x = mg_state_agent(a->s, target, strlen(target))) != NULL)
		return mg_printf("agent%d", mg_state_place(a->s, x) + 1);
	return mg_strdup(target);
}

static void
wish(struct said *out, const char *name, jv arguments)
{
	struct mg_buf b = MG_BUF(MG_BODY_MAX);

	mg_json_add(&b, arguments);
	out->wish = mg_realloc(out->wish, (out->nwish + 1) * sizeof *out->wish);
	out->wish[out->nwish].name = name;
	out->wish[out->nwish++].arguments = mg_buf_take(&b, NULL);
}

static void
take_answer(const struct mg_chunk *c, struct said *out)
{
	struct mg_buf text = MG_BUF(MG_BODY_MAX);
	jv content = mg_chunk_value(c, "content");

	mg_content_text(&text, content);
	jv_free(content);
	if (out->text.len == 0)		/* the only agent's answer is its text */
		mg_buf_add(&out->text, mg_buf_str(&text), text.len);
	wish(out, "new_answer", jv_object_set(jv_object(), jv_string("content"),
	    jv_string_sized(mg_buf_str(&text), (int)text.len)));
	mg_buf_free(&text);
}

static void
take_vote(const struct agent *a, const struct mg_chunk *c, struct said *out)
{
	char *target = mg_chunk_str(c, "for", NULL), *reason = mg_chunk_str(c, "reason", NULL);
	char *name = voted_name(a, target != NULL ? target : "");
	jv v = jv_object_set(jv_object(), jv_string("agent_id"), jv_string(name));

	wish(out, "vote", jv_object_set(v, jv_string("reason"), jv_string(reason != NULL ? reason : "")));
	free(target);
	free(reason);
	free(name);
}

/* Another turn's words came too late: the turn was cut, or asked for again. */
static int
of_this_turn(const struct agent *a, const struct mg_chunk *c)
{
	char *turn = mg_chunk_str(c, "turn", NULL);
	int mine = turn == NULL || strcmp(turn, a->turn) == 0;

	free(turn);
	return mine;
}

/* One line of its.  1: the turn is over. */
static int
hear(struct agent *a, const char *line, size_t len, const struct mg_prompt *p, struct said *out)
{
	struct mg_buf named = MG_BUF(MG_LINE_MAX * 2);
	struct mg_chunk c;
	struct mg_bad bad;
	char *message;
	int over = 0;

	/* its source may be absent: then it is the agent */
	if (len > 0 && *line == '{' && mg_chunk_read(&c, line, len, &bad) == -1 &&
	    strcmp(bad.why, "source is missing") == 0) {
		mg_buf_adds(&named, "{\"source\":");
		mg_json_quote(&named, a->o.id, strlen(a->o.id));
		mg_buf_addc(&named, ',');
		mg_buf_add(&named, line + 1, len - 1);
		line = named.p;
		len = named.len;
	}
	if (mg_chunk_read(&c, line, len, &bad) == -1) {
		mg_warn("%s: its program wrote no chunk: %s", a->o.id, bad.why);
	} else if (!mg_span_is(c.source, a->o.id)) {
		mg_warn("%s: its program wrote a line of another source; it is left out", a->o.id);
	} else if (of_this_turn(a, &c)) {
		over = c.type == MG_DONE || c.type == MG_ERROR || (p != NULL && (c.type == MG_ANSWER || c.type == MG_VOTE));
		if (c.type == MG_CONTENT || c.type == MG_REASONING || c.type == MG_USED || c.type == MG_TOOL_CALL ||
		    c.type == MG_TOOL_RESULT || c.type == MG_MEDIA)
			pass_on(a, &c, out);
		else if (c.type == MG_ANSWER && p != NULL)
			take_answer(&c, out);
		else if (c.type == MG_VOTE && p != NULL)
			take_vote(a, &c, out);
		else if (c.type == MG_ERROR) {
			message = mg_chunk_str(&c, "message", NULL);
			said_fail(out, "command", mg_chunk_true(&c, "retryable"), message != NULL ? message : "error");
			free(message);
		}
	}
	mg_buf_free(&named);
	return over;
}

/* Until the turn is over.  0, or -1: cut. */
static int
converse(struct agent *a, const struct mg_prompt *p, struct said *out, int64_t deadline)
{
	struct coprocess *co = a->co;
	struct pollfd fds[2];
	struct mg_err e;
	enum mg_line r;
	char *line;
	size_t len;

	for (;;) {
		while ((r = mg_lines_next(co->lines, &line, &len)) != MG_LINES_MORE)
			if (r == MG_LINES_OK && hear(a, line, len, p, out))
				return 0;
		if (mg_now() >= deadline) {
			said_fail(out, "timeout", 1, "the command did not end its turn within its time");
			return 0;
		}
		fds[0] = (struct pollfd){ .fd = mg_lines_fd(co->lines), .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = co->in.len > 0 ? co->p.in : -1, .events = POLLOUT };
		agent_wait(a, fds, 2, deadline);
		if (a->cut != CUT_NONE)
			return -1;
		if (fds[1].revents != 0 && mg_drain(co->p.in, &co->in, &e) == -1)
			mg_buf_clear(&co->in);	/* it does not read; its output's end will tell */
		if (fds[0].revents != 0 && mg_lines_fill(co->lines, &e) <= 0) {
			said_fail(out, "command", 1, "the command ended before its turn did");
			return 0;
		}
	}
}

int
coprocess_reply(struct agent *a, jv messages, jv tools, const struct mg_prompt *p, struct said *out)
{
	int64_t deadline = mg_sooner(a->turn_deadline, mg_after(mg_jv_num(a->backend, "timeout", 0)));
	struct mg_err e;
	int cut;

	if (a->co == NULL && start(a, &e) == -1) {
		said_fail(out, "command", 0, e.msg);
		return 0;
	}
	ask(a, messages, tools, p);
	cut = converse(a, p, out, deadline);
	if (cut == -1 || out->failed)	/* it may be anywhere in its turn: the next one begins afresh */
		coprocess_stop(a);
	else if (p != NULL && p->stage != MG_STAGE_ALONE && out->nwish == 0 && out->text.len > 0)
		wish(out, "new_answer", jv_object_set(jv_object(), jv_string("content"),
		    jv_string_sized(mg_buf_str(&out->text), (int)out->text.len)));
	return cut;
}
