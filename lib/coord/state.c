/* state.c - the one fold: what a list of chunks amounts to.
 * SPDX-License-Identifier: MIT */
#include "coord/state.h"

#include <stdlib.h>
#include <string.h>

#include "rt/err.h"
#include "rt/mem.h"

#define RUN_SOURCE "mg-run"	/* the only one that speaks for the run */

struct mg_state *
mg_state_new(void)
{
	struct mg_state *s = mg_calloc(1, sizeof *s);

	s->task = s->limits = s->decision = s->null_decision = s->final = jv_invalid();
	s->messages = jv_array();
	return s;
}

static void
view_free(struct mg_view *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		free(v->a[i].id);
	free(v->a);
}

static void
vote_free(struct mg_vote *v)
{
	free(v->target);
	free(v->label);
	free(v->reason);
	view_free(&v->seen);
}

static void
agent_free(struct mg_agent *a)
{
	size_t i;

	for (i = 0; i < a->nanswer; i++) {
		view_free(&a->answer[i].seen);
		jv_free(a->answer[i].content);
	}
	for (i = 0; i < a->nvote; i++)
		vote_free(&a->vote[i]);
	free(a->answer);
	free(a->vote);
	free(a->id);
	free(a->status);
	jv_free(a->chunk);
	jv_free(a->detail);
}

void
mg_state_free(struct mg_state *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->nagent; i++)
		agent_free(&s->agent[i]);
	free(s->agent);
	free(s->run);
	free(s->deadline);
	jv_free(s->task);
	jv_free(s->limits);
	jv_free(s->messages);
	jv_free(s->decision);
	jv_free(s->null_decision);
	jv_free(s->final);
	free(s);
}

struct mg_agent *
mg_state_agent(const struct mg_state *s, const char *id, size_t len)
{
	size_t i;

	for (i = 0; i < s->nagent; i++)
		if (strncmp(s->agent[i].id, id, len) == 0 && s->agent[i].id[len] == '\0')
			return &s->agent[i];
	return NULL;
}

static struct mg_agent *
find_or_add(struct mg_state *s, struct mg_span id)
{
	struct mg_agent *a = mg_state_agent(s, id.p, id.n);

	if (a != NULL)
		return a;
	s->agent = mg_grow(s->agent, s->nagent, &s->agent_cap, sizeof *s->agent);
	a = &s->agent[s->nagent++];
	*a = (struct mg_agent){ .id = mg_memdup(id.p, id.n) };
	a->chunk = a->detail = jv_invalid();
	return a;
}

static struct mg_view
view_of(jv seen)
{
	struct mg_view v = { NULL, 0 };
	size_t cap = 0;

	if (jv_get_kind(seen) == JV_KIND_OBJECT)
		jv_object_foreach(seen, k, n) {
			if (jv_get_kind(n) == JV_KIND_NUMBER && jv_number_value(n) > 0) {
				v.a = mg_grow(v.a, v.count, &cap, sizeof *v.a);
				v.a[v.count++] = (struct mg_seen){ mg_strdup(jv_string_value(k)),
				    (long)jv_number_value(n) };
			}
			jv_free(k);
			jv_free(n);
		}
	jv_free(seen);
	return v;
}

long
mg_view_of(const struct mg_view *v, const char *id)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (strcmp(v->a[i].id, id) == 0)
			return v->a[i].n;
	return 0;
}

static jv
whole(const struct mg_chunk *c)
{
	return jv_object_delete(mg_json_value((struct mg_span){ c->line, c->len }), jv_string("ts"));
}

static int
apply_agent(struct mg_state *s, const struct mg_chunk *c, size_t line, struct mg_err *e)
{
	struct mg_agent *a;
	jv chunk = whole(c);
	size_t place = mg_state_registered(s) + 1;

	if (place > MG_AGENTS_MAX) {
		jv_free(chunk);
		return mg_fail(e, MG_DATA, "line %zu: more than %d agents", line, MG_AGENTS_MAX);
	}
	a = find_or_add(s, c->source);
	if (a->registered && !mg_chunk_true(c, "replace") &&
	    !jv_equal(jv_copy(a->chunk), jv_copy(chunk))) {
		jv_free(chunk);
		return mg_fail(e, MG_DATA, "lines %zu and %zu: two different agents have the id '%s'",
		    a->line, line, a->id);
	}
	if (!a->registered)
		a->order = (long)place;
	if (mg_chunk_raw(c, "order").p != NULL)
		a->order = mg_chunk_int(c, "order", a->order);
	a->registered = 1;
	a->line = line;
	jv_free(a->chunk);
	a->chunk = chunk;
	return 0;
}

static int
apply_answer(struct mg_state *s, const struct mg_chunk *c, size_t line, struct mg_err *e)
{
	struct mg_agent *a = find_or_add(s, c->source);
	char *label = mg_chunk_str(c, "label", NULL);
	jv content = mg_chunk_value(c, "content");
	size_t idlen, i;
	long n = 0;
	int r = 0;

	if (label == NULL || mg_label_split(label, strlen(label), &idlen, &n) == -1) {
		r = mg_fail(e, MG_DATA, "line %zu: not a label", line);
		goto out;
	}
	for (i = a->nanswer; i > 0 && a->answer[i - 1].n > n; i--)
		;
	if (i > 0 && a->answer[i - 1].n == n) {
		if (!jv_equal(jv_copy(a->answer[i - 1].content), jv_copy(content)))
			r = mg_fail(e, MG_DATA, "lines %zu and %zu: two different answers have the label '%s'",
			    a->answer[i - 1].line, line, label);
		goto out;
	}
	a->answer = mg_grow(a->answer, a->nanswer, &a->answer_cap, sizeof *a->answer);
	memmove(&a->answer[i + 1], &a->answer[i], (a->nanswer - i) * sizeof *a->answer);
	a->answer[i] = (struct mg_answer){ .n = n, .line = line };
	a->answer[i].content = jv_copy(content);
	a->answer[i].seen = view_of(mg_chunk_value(c, "seen"));
	a->nanswer++;
out:
	jv_free(content);
	free(label);
	return r;
}

static int
view_equal(const struct mg_view *a, const struct mg_view *b)
{
	size_t i;

	if (a->count != b->count)
		return 0;
	for (i = 0; i < a->count; i++)
		if (mg_view_of(b, a->a[i].id) != a->a[i].n)
			return 0;
	return 1;
}

static int
apply_vote(struct mg_state *s, const struct mg_chunk *c, size_t line, struct mg_err *e)
{
	struct mg_agent *a = find_or_add(s, c->source);
	struct mg_vote v = { .n = mg_chunk_int(c, "n", (long)a->nvote + 1), .line = line };
	size_t idlen, i;
	long number;

	v.label = mg_chunk_str(c, "for", NULL);
	if (v.label == NULL)
		return mg_fail(e, MG_DATA, "line %zu: for is missing", line);
	if (mg_label_split(v.label, strlen(v.label), &idlen, &number) == -1)
		idlen = strlen(v.label);	/* no label: names nobody, and is listed as that */
	v.target = mg_memdup(v.label, idlen);
	if ((v.reason = mg_chunk_str(c, "reason", NULL)) == NULL)
		v.reason = mg_strdup("");
	v.seen = view_of(mg_chunk_value(c, "seen"));
	for (i = a->nvote; i > 0 && a->vote[i - 1].n > v.n; i--)
		;
	if (i > 0 && a->vote[i - 1].n == v.n) {
		int same = strcmp(a->vote[i - 1].label, v.label) == 0 &&
		    view_equal(&a->vote[i - 1].seen, &v.seen);

		vote_free(&v);
		return same ? 0 : mg_fail(e, MG_DATA,
		    "lines %zu and %zu: two different votes of '%s' have the number %ld",
		    a->vote[i - 1].line, line, a->id, v.n);
	}
	a->vote = mg_grow(a->vote, a->nvote, &a->vote_cap, sizeof *a->vote);
	memmove(&a->vote[i + 1], &a->vote[i], (a->nvote - i) * sizeof *a->vote);
	a->vote[i] = v;
	a->nvote++;
	return 0;
}

/* The run's own: ready and deadline, numbered in one row. */
static void
apply_run_status(struct mg_state *s, const struct mg_chunk *c, char *word)
{
	long top = s->ready_n > s->deadline_n ? s->ready_n : s->deadline_n;
	long n = mg_chunk_int(c, "n", top + 1);

	if (strcmp(word, "ready") == 0 && n > s->ready_n)
		s->ready_n = n;
	if (strcmp(word, "deadline") == 0 && n > s->deadline_n) {
		s->deadline_n = n;
		free(s->deadline);
		if ((s->deadline = mg_chunk_str(c, "detail", NULL)) == NULL)
			s->deadline = mg_strdup("time");
	}
	free(word);
}

static void
apply_status(struct mg_state *s, const struct mg_chunk *c)
{
	char *word = mg_chunk_str(c, "status", NULL);
	struct mg_agent *a;
	long n;

	if (word == NULL)
		return;
	if (mg_span_is(c->source, RUN_SOURCE)) {
		apply_run_status(s, c, word);
		return;
	}
	a = find_or_add(s, c->source);
	n = mg_chunk_int(c, "n", a->status_n + 1);
	if (n < a->status_n || (n == a->status_n && strcmp(word, "failed") != 0)) {
		free(word);
		return;
	}
	a->status_n = n;
	free(a->status);
	a->status = word;
	jv_free(a->detail);
	a->detail = mg_chunk_value(c, "detail");
}

static int
apply_decision(struct mg_state *s, const struct mg_chunk *c, size_t line, struct mg_err *e)
{
	jv d = whole(c), *slot;

	slot = *mg_jv_str(d, "winner", "") != '\0' ? &s->decision : &s->null_decision;
	if (slot == &s->decision && jv_is_valid(s->decision) &&
	    !jv_equal(mg_jv_get(s->decision, "answer"), mg_jv_get(d, "answer"))) {
		jv_free(d);
		return mg_fail(e, MG_DATA, "line %zu: a second decision; leave one out to count again", line);
	}
	jv_free(*slot);
	*slot = d;
	return 0;
}

static void
apply_message(struct mg_state *s, const struct mg_chunk *c)
{
	jv m = jv_object_set(jv_object(), jv_string("role"), mg_chunk_value(c, "role"));

	m = jv_object_set(m, jv_string("content"), mg_chunk_value(c, "content"));
	s->messages = jv_array_append(s->messages, m);
}

static void
apply_task(struct mg_state *s, const struct mg_chunk *c)
{
	jv_free(s->task);
	jv_free(s->limits);
	free(s->run);
	s->task = mg_chunk_value(c, "content");
	s->limits = mg_chunk_value(c, "limits");
	s->run = mg_chunk_str(c, "run", NULL);
}

int
mg_state_wants(enum mg_type t)
{
	return t == MG_AGENT || t == MG_TASK || t == MG_MESSAGE || t == MG_ANSWER || t == MG_VOTE ||
	    t == MG_DECISION || t == MG_FINAL || t == MG_STATUS;
}

int
mg_state_apply(struct mg_state *s, const struct mg_chunk *c, size_t line, struct mg_err *e)
{
	s->lines++;
	switch (c->type) {
	case MG_AGENT:
		return apply_agent(s, c, line, e);
	case MG_TASK:
		apply_task(s, c);
		return 0;
	case MG_MESSAGE:
		apply_message(s, c);
		return 0;
	case MG_ANSWER:
		return apply_answer(s, c, line, e);
	case MG_VOTE:
		return apply_vote(s, c, line, e);
	case MG_DECISION:
		return apply_decision(s, c, line, e);
	case MG_FINAL:
		if (!jv_is_valid(s->final)) {
			jv_free(s->final);
			s->final = whole(c);
		}
		return 0;
	case MG_STATUS:
		apply_status(s, c);
		return 0;
	default:
		return 0;
	}
}

/* Registered ones first, by order, among equals as their lines came. */
static int
by_order(const void *x, const void *y)
{
	const struct mg_agent *a = x, *b = y;

	if (a->registered != b->registered)
		return b->registered - a->registered;
	if (a->registered && a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->registered && a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return strcmp(a->id, b->id);
}

void
mg_state_settle(struct mg_state *s)
{
	size_t i;

	for (i = 1; i < s->nagent; i++)
		if (by_order(&s->agent[i - 1], &s->agent[i]) > 0) {
			qsort(s->agent, s->nagent, sizeof *s->agent, by_order);
			return;
		}
}

int
mg_state_place(const struct mg_state *s, const struct mg_agent *a)
{
	return a->registered ? (int)(a - s->agent) : -1;
}

size_t
mg_state_registered(const struct mg_state *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->nagent; i++)
		n += (size_t)s->agent[i].registered;
	return n;
}

int
mg_state_failed(const struct mg_agent *a)
{
	return a->status != NULL && strcmp(a->status, "failed") == 0;
}

long
mg_state_newest(const struct mg_agent *a)
{
	return a->nanswer > 0 ? a->answer[a->nanswer - 1].n : 0;
}

long
mg_state_acts(const struct mg_agent *a)
{
	return mg_state_newest(a) + (a->nvote > 0 ? a->vote[a->nvote - 1].n : 0);
}

const struct mg_vote *
mg_state_vote(const struct mg_agent *a)
{
	return a->nvote > 0 ? &a->vote[a->nvote - 1] : NULL;
}

int
mg_state_vote_valid(const struct mg_state *s, const struct mg_agent *a, const struct mg_vote *v)
{
	const struct mg_agent *t;
	size_t i;

	if (v == NULL || !a->registered || mg_state_failed(a))
		return 0;
	t = mg_state_agent(s, v->target, strlen(v->target));
	if (t == NULL || !t->registered || t->nanswer == 0)
		return 0;
	for (i = 0; i < s->nagent; i++)
		if (s->agent[i].registered &&
		    mg_view_of(&v->seen, s->agent[i].id) != mg_state_newest(&s->agent[i]))
			return 0;
	return 1;
}

int
mg_state_deadline(const struct mg_state *s)
{
	return s->deadline_n > s->ready_n;
}
