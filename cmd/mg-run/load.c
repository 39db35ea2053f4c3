/* load.c - what a run begins with: its opening, or its journal.
 * SPDX-License-Identifier: MIT */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus.h"
#include "coord/tally.h"
#include "rt/clock.h"
#include "rt/mem.h"

static int
open_line(struct bus *b, const char *line, size_t len, size_t number, struct mg_err *e)
{
	struct mg_chunk c;
	struct mg_bad bad;

	if (mg_chunk_read(&c, line, len, &bad) == -1 || mg_chunk_check(&c, &bad) == -1)
		return mg_fail(e, MG_DATA, "opening: line %zu, column %zu: %s", number, bad.pos + 1, bad.why);
	if (c.type == MG_AGENT && (mg_span_is(c.source, RUN_SOURCE) ||
	    mg_span_is(c.source, VOTE_SOURCE) || mg_span_is(c.source, FINAL_SOURCE)))
		return mg_fail(e, MG_USAGE, "opening: line %zu: '%.*s' is no name for an agent: the run has "
		    "it already", number, (int)c.source.n, c.source.p);
	if (mg_state_apply(b->state, &c, number, e) == -1)
		return -1;
	bus_book(b, &c, RELAY_ALL);
	return 0;
}

int
bus_open(struct bus *b, const char *lines, size_t len, struct mg_err *e)
{
	const char *end = lines + len, *nl;
	size_t number = 0;

	for (; lines < end; lines = nl + 1) {
		if ((nl = memchr(lines, '\n', (size_t)(end - lines))) == NULL)
			nl = end;
		if (open_line(b, lines, (size_t)(nl - lines), ++number, e) == -1)
			return -1;
	}
	if (mg_state_registered(b->state) == 0)
		return mg_fail(e, MG_USAGE, "the opening names no agent");
	if (!jv_is_valid(b->state->task))
		return mg_fail(e, MG_USAGE, "the opening has no task");
	mg_state_settle(b->state);
	return 0;
}

/* A decision without a winner stands for nothing once the run goes on. */
static int
void_decision(const struct mg_chunk *c)
{
	return c->type == MG_DECISION && mg_span_is(mg_chunk_raw(c, "winner"), "null");
}

static void
old_line(void *arg, const char *line, size_t len, size_t number)
{
	struct bus *b = arg;
	struct mg_span type, source;
	struct mg_chunk c;
	struct mg_bad bad;
	struct mg_err e;

	if (mg_chunk_peek(line, len, &type, &source) &&
	    (mg_span_is(type, "content") || mg_span_is(type, "reasoning")))
		return;
	if (mg_chunk_read(&c, line, len, &bad) == -1) {
		mg_warn("journal: line %zu, column %zu: %s: left out", number, bad.pos + 1, bad.why);
		return;
	}
	if (void_decision(&c))
		return;
	ledger_add(&b->ledger, &c);
	if (mg_state_wants(c.type) && mg_state_apply(b->state, &c, number, &e) == -1) {
		mg_warn("journal: %s: left out", e.msg);
		return;
	}
	if ((mg_types[c.type].flags & MG_RELAYED) && c.to.p == NULL)
		relay_add(&b->relay, line, len, RELAY_ALL, c.type == MG_STATUS &&
		    mg_span_is(c.source, RUN_SOURCE) && mg_span_is(mg_chunk_raw(&c, "status"), "\"ready\""));
}

int
bus_load(struct bus *b, struct mg_err *e)
{
	if (journal_load(&b->journal, b->run->fd, old_line, b, e) == -1)
		return -1;
	if (mg_state_registered(b->state) == 0 || !jv_is_valid(b->state->task))
		return mg_fail(e, MG_DATA, "%s: the journal ends inside its opening: there is nothing to go "
		    "on with", b->run->id);
	mg_state_settle(b->state);
	return 0;
}

void
bus_bring_back(struct bus *b)
{
	struct mg_state *s = b->state;
	struct mg_tally t;
	const char *rule;
	long ready = s->ready_n;
	size_t i;
	int settled;

	s->ready_n = s->deadline_n + 1;		/* the coming `ready` lifts what deadline holds */
	mg_tally(s, 0, &t);
	s->ready_n = ready;
	rule = mg_jv_str(t.decision, "rule", "");
	settled = b->decided || (t.decided && (strcmp(rule, "votes") == 0 || strcmp(rule, "alone") == 0));
	mg_tally_free(&t);
	for (i = 0; !settled && i < s->nagent; i++)
		if (s->agent[i].registered && mg_state_failed(&s->agent[i]))
			bus_say_status(b, s->agent[i].id, "started", s->agent[i].status_n + 1, jv_invalid());
}

int
bus_print(struct bus *b)
{
	struct pollfd fd = { .fd = 1, .events = POLLOUT };
	struct mg_err e;
	char *path = mg_printf("%s/final.md", b->run->dir);

	if (access(path, F_OK) == -1)	/* it was killed between the two */
		bus_keep_final(b);
	free(path);
	b->start = mg_now();
	if (b->out.format == FORMAT_JSON)
		output_object(&b->out, bus_object(b));
	output_final(&b->out, b->state->final);
	while (output_waits(&b->out, &b->journal)) {
		if (poll(&fd, 1, -1) == 1 && output_step(&b->out, &b->journal, &e) == -1)
			mg_die(&e);
	}
	return MG_OK;
}
