/* judge.c - what a peer may say, and what becomes of a line.
 * SPDX-License-Identifier: MIT
 *
 * Protocol: mg-bus(7), "Who may say what". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "chunk/emit.h"
#include "rt/clock.h"
#include "rt/mem.h"

#define NOISE_TOLD	100	/* lines that are no chunk: so many of a process are answered one by one */

void
bus_book(struct bus *b, const struct mg_chunk *c, int to)
{
	unsigned flags = mg_types[c->type].flags;
	int ready = c->type == MG_STATUS && mg_span_is(c->source, RUN_SOURCE) &&
	    mg_span_is(mg_chunk_raw(c, "status"), "\"ready\"");

	journal_add(&b->journal, c->line, c->len, (flags & MG_DURABLE) != 0);
	if (to != TO_NOBODY)
		relay_add(&b->relay, c->line, c->len, to, ready);
	if (c->type == MG_CONTENT || c->type == MG_REASONING)
		return;
	ledger_add(&b->ledger, c);
	bus_progress(b, c);
}

void
bus_say(struct bus *b, struct mg_buf *line, int to)
{
	struct mg_chunk c;
	struct mg_bad bad;
	struct mg_err e;

	if (mg_chunk_read(&c, line->p, line->len - 1, &bad) == 0) {
		if (mg_state_apply(b->state, &c, b->journal.lines + 1, &e) == -1)
			mg_warn("%s", e.msg);
		bus_book(b, &c, to);
	}
	mg_buf_clear(line);
}

void
bus_say_status(struct bus *b, const char *source, const char *status, long n, jv detail)
{
	struct mg_buf line = MG_BUF(MG_LINE_MAX);

	mg_put_begin(&line, "status", source, NULL);
	mg_put_str(&line, "status", status);
	mg_put_int(&line, "n", n);
	mg_put_value(&line, "detail", detail);
	mg_put_end(&line);
	if (strcmp(source, RUN_SOURCE) == 0 && strcmp(status, "ready") == 0) {
		free(b->ready);
		b->ready = mg_memdup(line.p, line.len - 1);
	}
	bus_say(b, &line, RELAY_ALL);
	mg_buf_free(&line);
}

void
bus_refuse(struct bus *b, struct peer *p, size_t number, int noise, const char *why)
{
	struct mg_buf line = MG_BUF(MG_LINE_MAX);
	jv detail = jv_object_set(jv_object(), jv_string("line"), jv_number((double)number));

	p->refused++;
	p->noise += noise != 0;
	if (p->refused <= REFUSED_TOLD)
		mg_warn("%s: line %zu refused: %s", p->id, number, why);
	if (noise && p->noise > NOISE_TOLD) {
		jv_free(detail);
		return;
	}
	mg_put_begin(&line, "error", RUN_SOURCE, p->id);
	mg_put_str(&line, "code", "refused");
	mg_put_str(&line, "message", why);
	mg_put_value(&line, "detail", jv_object_set(detail, jv_string("from"), jv_string(p->id)));
	mg_put_end(&line);
	bus_say(b, &line, p->proc.in >= 0 ? (int)(p - b->peer) : TO_NOBODY);
	mg_buf_free(&line);
}

static const char *
answer_refused(const struct bus *b, const struct mg_chunk *c, const struct mg_agent *a)
{
	size_t idlen, i;
	long n = 0;
	char *label;

	if (b->decided)
		return "the run is decided: no answer and no vote is taken any more";
	if (mg_state_deadline(b->state))
		return "the deadline is over: no answer and no vote is taken any more";
	if (a == NULL)
		return NULL;
	if (mg_state_failed(a))
		return "this agent has failed: it has left the run";
	if (c->type == MG_ANSWER && (label = mg_chunk_str(c, "label", NULL)) != NULL) {
		mg_label_split(label, strlen(label), &idlen, &n);
		free(label);
		for (i = 0; i < a->nanswer; i++)
			if (a->answer[i].n == n)
				return "the label is taken";
	} else if (mg_chunk_raw(c, "n").p != NULL) {
		n = mg_chunk_int(c, "n", 0);
		for (i = 0; i < a->nvote; i++)
			if (a->vote[i].n == n)
				return "the vote's number is taken";
	}
	return NULL;
}

static const char *
status_refused(const struct mg_chunk *c, const struct mg_agent *a)
{
	if (a == NULL)
		return NULL;
	if (mg_state_failed(a))
		return "this agent has failed: only a resume brings it back";
	if (mg_chunk_raw(c, "n").p != NULL && mg_chunk_int(c, "n", 0) <= a->status_n)
		return "the status's number is taken";
	return NULL;
}

/* Why this chunk must not stand in the run now, or NULL. */
static const char *
refused(const struct bus *b, const struct peer *p, const struct mg_chunk *c)
{
	const struct mg_agent *a = mg_state_agent(b->state, c->source.p, c->source.n);

	if (c->to.p != NULL && mg_state_wants(c->type))
		return "this type goes to everybody: it has no `to`";
	switch (c->type) {
	case MG_TASK:
		return jv_is_valid(b->state->task) ? "the run has its task" : NULL;
	case MG_ANSWER:
	case MG_VOTE:
		return answer_refused(b, c, a);
	case MG_STATUS:
		return status_refused(c, a);
	case MG_DECISION:
		if (p->role != ROLE_VOTE)
			return "only mg-vote decides";
		return b->decided ? "the run is decided" : NULL;
	case MG_FINAL:
		if (p->role != ROLE_FINAL)
			return "only mg-final writes the final";
		if (!b->decided || b->nobody)
			return b->nobody ? "nobody won" : "nothing is decided yet";
		return jv_is_valid(b->state->final) ? "the run has its final" : NULL;
	default:
		return NULL;
	}
}

static void
decided(struct bus *b)
{
	b->decided = 1;
	b->nobody = !jv_is_valid(b->state->decision);
	b->decide_by = b->deadline_at = MG_NEVER;
	b->present_by = b->nobody ? mg_now() : mg_after(b->limit.final_timeout);
}

/* An ask that nobody will answer; retry: there will be somebody. */
static void
ask_failed(struct bus *b, size_t from, const char *turn, const char *to, const char *why, int retry)
{
	struct mg_buf line = MG_BUF(MG_LINE_MAX);
	char *message = mg_printf("%s %s", to, why);

	mg_put_begin(&line, "error", RUN_SOURCE, b->peer[from].id);
	mg_put_str(&line, "turn", turn);
	mg_put_str(&line, "code", "gone");
	mg_put_str(&line, "message", message);
	mg_put_bool(&line, "retryable", retry);
	mg_put_end(&line);
	bus_say(b, &line, b->peer[from].proc.in >= 0 ? (int)from : TO_NOBODY);
	mg_buf_free(&line);
	free(message);
}

void
bus_drop_asks(struct bus *b, const struct peer *p, int again)
{
	size_t who = (size_t)(p - b->peer), i, kept = 0, n = b->nask;
	struct ask a;

	for (i = 0; i < n; i++) {
		a = b->ask[i];
		if (a.from != who && a.to != who) {
			b->ask[kept++] = a;
			continue;
		}
		if (a.from != who)
			ask_failed(b, a.from, a.turn, p->id, "died before it had answered", again);
		free(a.turn);
	}
	b->nask = kept;
}

/* Remembers an ask on its way; where nobody is there, answers it.  Who is just
 * dying gets no line any more: the ask is answered when it is buried. */
static void
ask(struct bus *b, size_t from, const struct mg_chunk *c)
{
	char *turn = mg_chunk_str(c, "turn", NULL), *id;
	long to = bus_peer(b, c->to);

	if (to == -1 || (!peer_lives(&b->peer[to]) && !b->peer[to].died)) {
		id = mg_memdup(c->to.p, c->to.n);
		ask_failed(b, from, turn, id, "is not there", 0);
		free(id);
		free(turn);
		return;
	}
	b->ask = mg_grow(b->ask, b->nask, &b->ask_cap, sizeof *b->ask);
	b->ask[b->nask++] = (struct ask){ from, (size_t)to, turn };
}

/* A done or an error with `to` and `turn` ends the ask of that turn. */
static void
asked(struct bus *b, size_t from, const struct mg_chunk *c, long to)
{
	char *turn = mg_chunk_str(c, "turn", NULL);
	size_t i;

	for (i = 0; turn != NULL && i < b->nask; i++)
		if (b->ask[i].to == from && (long)b->ask[i].from == to &&
		    strcmp(b->ask[i].turn, turn) == 0) {
			free(b->ask[i].turn);
			b->ask[i] = b->ask[--b->nask];
			break;
		}
	free(turn);
}

void
bus_budget(struct bus *b)
{
	const struct used *u = &b->ledger.total;
	const char *what = NULL;

	if (b->limit.max_tokens > 0 && u->input + u->output >= b->limit.max_tokens)
		what = "tokens";
	else if (b->limit.max_cost > 0 && u->cost >= b->limit.max_cost)
		what = "cost";
	if (what != NULL && b->due == NULL && !b->decided) {
		b->due = what;
		b->deadline_at = 0;	/* the loop says it, once */
	}
}

static int
destination(const struct bus *b, const struct mg_chunk *c)
{
	long to;

	if (c->to.p == NULL)
		return mg_types[c->type].flags & MG_RELAYED ? RELAY_ALL : TO_NOBODY;
	to = bus_peer(b, c->to);
	return to >= 0 && b->peer[to].proc.in >= 0 ? (int)to : TO_NOBODY;
}

static void
take(struct bus *b, struct peer *p, const struct mg_chunk *c)
{
	int to = destination(b, c);

	bus_book(b, c, to);
	if (to == RELAY_ALL && (p->said += c->len) > MG_QUEUE_MAX)
		peer_end(p, "it floods the bus: more than 64 MiB for everybody");
	switch (c->type) {
	case MG_DECISION:
		decided(b);
		break;
	case MG_FINAL:
		b->final_new = 1;
		break;
	case MG_USED:
		bus_budget(b);
		break;
	case MG_ASK:
		ask(b, (size_t)(p - b->peer), c);
		break;
	case MG_DONE:
	case MG_ERROR:
		asked(b, (size_t)(p - b->peer), c, to);
		break;
	default:
		break;
	}
}

void
bus_hear(struct bus *b, struct peer *p, const char *line, size_t len, size_t number)
{
	struct mg_chunk c;
	struct mg_bad bad;
	struct mg_err e;
	const char *why;
	char text[256];

	if (mg_chunk_read(&c, line, len, &bad) == -1) {
		snprintf(text, sizeof text, "no chunk: column %zu: %s", bad.pos + 1, bad.why);
		bus_refuse(b, p, number, 1, text);
	} else if (!mg_span_is(c.source, p->id)) {
		snprintf(text, sizeof text, "its source is '%.*s': a peer speaks for itself alone",
		    (int)(c.source.n < 100 ? c.source.n : 100), c.source.p);
		bus_refuse(b, p, number, 1, text);
	} else if (mg_chunk_check(&c, &bad) == -1) {
		bus_refuse(b, p, number, 1, bad.why);
	} else if ((why = refused(b, p, &c)) != NULL) {
		bus_refuse(b, p, number, 0, why);
	} else if (mg_state_wants(c.type) &&
	    mg_state_apply(b->state, &c, b->journal.lines + 1, &e) == -1) {
		bus_refuse(b, p, number, 0, e.msg);
	} else {
		take(b, p, &c);
	}
}
