/* tools.c - a tool provider as a coprocess: its death or silence costs only its own calls.
 * SPDX-License-Identifier: MIT */
#include "mg-agent/tools.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunk/emit.h"
#include "mg-agent/agent.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/proc.h"
#include "rt/write.h"

#define OFFER_TIME	30	/* seconds for the first `tools` */

struct mg_toolset {
	struct mg_proc	 p;
	struct mg_lines	*lines;		/* owns p.out */
	struct mg_buf	 in;
	jv		 offer;
	int		 dead;		/* nothing can be asked any more */
};

static char **
provider_argv(struct agent *a, struct mg_err *e)
{
	const struct mg_agent *self = agent_self(a);
	jv t;
	char **argv = NULL;
	int i, n;

	if (a->o.tools != NULL)
		return mg_argv_split(a->o.tools, e);
	t = self != NULL ? mg_jv_get(self->chunk, "tools") : jv_invalid();
	if (jv_get_kind(t) == JV_KIND_STRING) {
		argv = mg_argv_split(jv_string_value(t), e);
	} else if (jv_get_kind(t) == JV_KIND_ARRAY && (n = jv_array_length(jv_copy(t))) > 0) {
		argv = mg_calloc((size_t)n + 1, sizeof *argv);
		for (i = 0; i < n; i++) {
			jv w = jv_array_get(jv_copy(t), i);
			argv[i] = mg_strdup(jv_get_kind(w) == JV_KIND_STRING ? jv_string_value(w) : "");
			jv_free(w);
		}
	} else {
		e->code = MG_OK;
	}
	jv_free(t);
	return argv;
}

static void
give_up(struct mg_toolset *t, const char *why)
{
	if (!t->dead)
		mg_warn("tool provider: %s; its tools are gone", why);
	t->dead = 1;
	mg_proc_stop(&t->p, 200);
}

/* One wait for the provider's output; lines go to take (which may be told -1 for "ended"). */
static int
listen(struct agent *a, int64_t deadline)
{
	struct mg_toolset *t = a->tools;
	struct pollfd fds[2];
	struct mg_err e;
	int r;

	fds[0] = (struct pollfd){ .fd = mg_lines_fd(t->lines), .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = t->in.len > 0 ? t->p.in : -1, .events = POLLOUT };
	agent_wait(a, fds, 2, deadline);
	if (fds[1].revents != 0 && mg_drain(t->p.in, &t->in, &e) == -1)
		give_up(t, "it does not read");
	if (fds[0].revents != 0 && !t->dead) {
		r = mg_lines_fill(t->lines, &e);
		if (r <= 0)
			return -1;
	}
	return t->dead ? -1 : 0;
}

/* The next chunk of the type that the provider has written, or invalid. */
static jv
next_chunk(struct mg_toolset *t, enum mg_type type)
{
	struct mg_chunk c;
	struct mg_bad bad;
	enum mg_line r;
	char *line;
	size_t len;

	while ((r = mg_lines_next(t->lines, &line, &len)) != MG_LINES_MORE) {
		if (r == MG_LINES_LONG || mg_chunk_read(&c, line, len, &bad) == -1 || mg_chunk_check(&c, &bad) == -1)
			mg_warn("tool provider: line %zu: %s", mg_lines_number(t->lines),
			    r == MG_LINES_LONG ? "too long" : bad.why);
		else if (c.type == type)
			return mg_json_value((struct mg_span){ line, len });
	}
	return jv_invalid();
}

static void
start(struct agent *a)
{
	struct mg_toolset *t = a->tools = mg_calloc(1, sizeof *t);
	int64_t deadline = mg_sooner(a->turn_deadline, mg_after(OFFER_TIME));
	struct mg_err e = { 0 };
	char **argv = provider_argv(a, &e);
	struct mg_spawn spawn = { .argv = argv, .nonblock = 1, .death_signal = SIGTERM };
	jv chunk;

	t->p = MG_PROC_NONE;
	t->in = MG_BUF(MG_QUEUE_MAX);
	t->offer = jv_array();
	t->dead = 1;
	if (argv == NULL || mg_proc_start(&t->p, &spawn, &e) == -1) {
		if (e.code != MG_OK)
			mg_warn("tool provider: %s; its tools are missing", e.msg);
		mg_argv_free(argv);
		return;
	}
	mg_argv_free(argv);
	t->dead = 0;
	t->lines = mg_lines_new(t->p.out, MG_LINE_MAX);
	t->p.out = -1;
	for (;;) {
		chunk = next_chunk(t, MG_TOOLS);
		if (jv_is_valid(chunk))
			break;
		jv_free(chunk);
		if (mg_now() >= deadline || listen(a, deadline) == -1) {
			give_up(t, mg_now() >= deadline ? "no `tools` within its time" : "it ended before it offered anything");
			return;
		}
		if (a->cut != CUT_NONE)
			return;
	}
	jv_free(t->offer);
	t->offer = mg_jv_get(chunk, "tools");
	jv_free(chunk);
}

jv
tools_offer(struct agent *a)
{
	if (a->tools == NULL)
		start(a);
	return a->tools->dead ? jv_array() : jv_copy(a->tools->offer);
}

static void
send_call(struct agent *a, jv call)
{
	struct mg_toolset *t = a->tools;

	mg_put_begin(&t->in, "tool_call", a->o.id, NULL);
	mg_put_str(&t->in, "id", mg_jv_str(call, "id", ""));
	mg_put_str(&t->in, "name", mg_jv_str(call, "name", ""));
	mg_put_str(&t->in, "arguments", mg_jv_str(call, "arguments", "{}"));
	mg_put_end(&t->in);
}

static int
offered(const struct mg_toolset *t, const char *name)
{
	int found = 0;

	jv_array_foreach(t->offer, i, tool) {
		found |= strcmp(mg_jv_str(tool, "name", ""), name) == 0;
		jv_free(tool);
	}
	return found && !t->dead;
}

static jv
result(jv call, jv content, int is_error)
{
	jv r = jv_object_set(jv_object(), jv_string("id"), mg_jv_get(call, "id"));

	r = jv_object_set(r, jv_string("name"), mg_jv_get(call, "name"));
	r = jv_object_set(r, jv_string("content"), content);
	return jv_object_set(r, jv_string("is_error"), jv_bool(is_error));
}

/* Puts a provider's result where its call stands.  How many were filled: 0 or 1. */
static int
place(jv *results, jv calls, jv chunk)
{
	int i, n = jv_array_length(jv_copy(calls)), done = 0;

	for (i = 0; i < n && !done; i++) {
		jv call = jv_array_get(jv_copy(calls), i), have = jv_array_get(jv_copy(*results), i);
		if (jv_get_kind(have) == JV_KIND_NULL &&
		    strcmp(mg_jv_str(call, "id", ""), mg_jv_str(chunk, "id", "")) == 0) {
			*results = jv_array_set(*results, i,
			    result(call, mg_jv_get(chunk, "content"), mg_jv_true(chunk, "is_error", 0)));
			done = 1;
		}
		jv_free(call);
		jv_free(have);
	}
	return done;
}

/* Sends what can be sent; a name that nobody offers gets its error at once. */
static int
begin_calls(struct agent *a, jv calls, jv *results)
{
	int open = 0;

	jv_array_foreach(calls, i, call) {
		const char *name = mg_jv_str(call, "name", "");
		say_tool(a, mg_jv_str(call, "id", ""), name, mg_jv_str(call, "arguments", "{}"));
		if (mg_jv_true(call, "cut", 0)) {
			*results = jv_array_set(*results, i, result(call,
			    jv_string("the arguments are no JSON object, or were cut off; nothing was run"), 1));
		} else if (offered(a->tools, name)) {
			*results = jv_array_set(*results, i, jv_null());
			send_call(a, call);
			open++;
		} else {
			*results = jv_array_set(*results, i, result(call, jv_string_fmt("there is no tool '%s'", name), 1));
		}
		jv_free(call);
	}
	return open;
}

jv
tools_call(struct agent *a, jv calls)
{
	jv results = jv_array(), chunk;
	int64_t deadline;
	const char *why = "the tool did not answer within its time";
	int open;

	if (a->tools == NULL)
		start(a);
	deadline = mg_sooner(a->turn_deadline, mg_after(a->o.tool));
	open = begin_calls(a, calls, &results);
	while (open > 0) {
		while (open > 0 && (chunk = next_chunk(a->tools, MG_TOOL_RESULT), jv_is_valid(chunk))) {
			open -= place(&results, calls, chunk);
			jv_free(chunk);
		}
		if (open == 0 || mg_now() >= deadline)
			break;
		if (listen(a, deadline) == -1) {
			give_up(a->tools, "it ended");
			why = "the tool provider ended; nothing more can be called";
			break;
		}
		if (a->cut != CUT_NONE) {
			jv_free(results);
			return jv_invalid();
		}
	}
	jv_array_foreach(calls, i, call) {
		jv r = jv_array_get(jv_copy(results), i);
		if (jv_get_kind(r) != JV_KIND_OBJECT)
			results = jv_array_set(results, i, result(call, jv_string(why), 1));
		jv_free(r);
		r = jv_array_get(jv_copy(results), i);
		say_result(a, mg_jv_str(r, "id", ""), mg_jv_get(r, "content"), mg_jv_true(r, "is_error", 0));
		jv_free(r);
		jv_free(call);
	}
	return results;
}

void
tools_stop(struct agent *a)
{
	struct mg_toolset *t = a->tools;

	if (t == NULL)
		return;
	mg_proc_stop(&t->p, 500);
	mg_lines_free(t->lines);
	mg_buf_free(&t->in);
	jv_free(t->offer);
	free(t);
	a->tools = NULL;
}
