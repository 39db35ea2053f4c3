/* bus.c - what the agent hears: the fold, and what cuts a running turn.
 * SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "mg-agent/agent.h"
#include "net/http.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/wake.h"

#define EXTRA 8		/* descriptors of a turn: a command's three, a tool provider's two */

const struct mg_agent *
agent_self(const struct agent *a)
{
	return a->o.id != NULL ? mg_state_agent(a->s, a->o.id, strlen(a->o.id)) : NULL;
}

static void
set_cut(struct agent *a, enum cut why)
{
	if (a->running && a->cut == CUT_NONE)
		a->cut = why;
}

/* Only what was decided or is over cuts a turn; an ask is no coordination. */
static void
look_for_cut(struct agent *a)
{
	if (a->to != NULL)
		return;
	if (jv_is_valid(a->s->decision))
		set_cut(a, CUT_DECIDED);
	if (mg_state_deadline(a->s))
		set_cut(a, CUT_DEADLINE);
}

/* A command in chunk mode hears what the agent heard; which kind it is may not be known yet. */
static void
keep(struct agent *a, const char *line, size_t len)
{
	if (jv_is_valid(a->backend) && strcmp(mg_jv_str(a->backend, "mode", ""), "chunk") != 0) {
		mg_buf_free(&a->heard);
		return;
	}
	if (mg_buf_add(&a->heard, line, len) == -1 || mg_buf_addc(&a->heard, '\n') == -1)
		mg_warn("%s: the run is longer than its program can be told", a->o.id);
}

static void
hear(struct agent *a, const char *line, size_t len)
{
	struct mg_span type, source;
	struct mg_chunk c;
	struct mg_bad bad;
	struct mg_err e;

	if (mg_chunk_peek(line, len, &type, &source) && mg_type_of(type) != MG_UNKNOWN &&
	    mg_type_of(type) != MG_ASK && mg_type_of(type) != MG_ERROR && !mg_state_wants(mg_type_of(type)))
		return;
	if (mg_chunk_read(&c, line, len, &bad) == -1 || mg_chunk_check(&c, &bad) == -1) {
		mg_warn("line %zu: %s; it is left out", mg_lines_number(a->in), bad.why);
		return;
	}
	if (c.type == MG_ASK && a->o.id != NULL && mg_span_is(c.to, a->o.id)) {
		jv_free(a->ask);
		a->ask = mg_json_value((struct mg_span){ line, len });
		set_cut(a, CUT_ASKED);
		return;
	}
	if (c.type == MG_ERROR && a->o.id != NULL && mg_span_is(c.to, a->o.id))
		a->expected = 0;	/* refused: go on as if it had not been written */
	if (!mg_state_wants(c.type))
		return;
	if (mg_state_apply(a->s, &c, mg_lines_number(a->in), &e) == -1)
		mg_die(&e);
	keep(a, line, len);
	if (c.type == MG_STATUS && mg_span_is(c.source, "mg-run") && a->s->ready_n > 0)
		a->ready = 1;
	look_for_cut(a);
}

static void
take_lines(struct agent *a)
{
	enum mg_line r;
	char *line;
	size_t len;

	while ((r = mg_lines_next(a->in, &line, &len)) != MG_LINES_MORE) {
		if (r == MG_LINES_LONG)
			mg_warn("line %zu: longer than 16 MiB; it is left out", mg_lines_number(a->in));
		else
			hear(a, line, len);
	}
}

static void
end_of_input(struct agent *a)
{
	char *line;
	size_t len;

	if (mg_lines_rest(a->in, &line, &len) == MG_LINES_TORN)
		mg_warn("line %zu: the input ends inside this line; it is left out", mg_lines_number(a->in));
	a->eof = 1;
	if (a->o.follow)
		set_cut(a, CUT_END);
}

static void
take_signals(struct agent *a)
{
	int sig;

	while ((sig = mg_wake_next()) != 0)
		if (sig != SIGCHLD) {
			a->signal = sig;
			set_cut(a, CUT_SIGNAL);
		}
}

void
agent_wait(struct agent *a, struct pollfd *fds, size_t n, int64_t deadline)
{
	struct pollfd all[EXTRA + 2];
	struct mg_err e;
	int r;

	all[0] = (struct pollfd){ .fd = a->eof ? -1 : mg_lines_fd(a->in), .events = POLLIN };
	all[1] = (struct pollfd){ .fd = a->wake, .events = POLLIN };
	if (n > 0)
		memcpy(all + 2, fds, n * sizeof *fds);
	if (a->http != NULL) {
		if (mg_http_wait(a->http, all, n + 2, deadline, &e) == -1)
			mg_die(&e);
	} else if (poll(all, n + 2, mg_timeout(deadline)) == -1) {
		if (errno != EINTR)
			mg_quit(MG_SYS, "poll: %s", strerror(errno));
		for (size_t i = 0; i < n + 2; i++)
			all[i].revents = 0;
	}
	if (n > 0)
		memcpy(fds, all + 2, n * sizeof *fds);
	if (all[0].revents != 0) {
		if ((r = mg_lines_fill(a->in, &e)) == -1)
			mg_die(&e);
		take_lines(a);
		if (r == 0)
			end_of_input(a);
	}
	if (all[1].revents != 0)
		take_signals(a);
}

void
agent_read_all(struct agent *a)
{
	while (!a->eof && a->signal == 0)
		agent_wait(a, NULL, 0, MG_NEVER);
}
