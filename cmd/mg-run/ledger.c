/* ledger.c - what each source used.
 * SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "rt/mem.h"

static struct account *
account(struct ledger *l, struct mg_span id)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (mg_span_is(id, l->a[i].id))
			return &l->a[i];
	l->a = mg_grow(l->a, l->n, &l->cap, sizeof *l->a);
	l->a[l->n] = (struct account){ .id = mg_memdup(id.p, id.n) };
	return &l->a[l->n++];
}

static double
tokens(const struct mg_chunk *c, const char *name)
{
	long n = mg_chunk_int(c, name, 0);

	return n > 0 ? (double)n : 0;
}

static void
sum(struct used *u, const struct used *more)
{
	u->input += more->input;
	u->output += more->output;
	u->cached += more->cached;
	u->reasoning += more->reasoning;
	u->cost += more->cost;
	u->calls += more->calls;
}

void
ledger_add(struct ledger *l, const struct mg_chunk *c)
{
	struct account *a;
	struct used u = { .calls = 1 };
	jv cost;

	if (c->type == MG_USED) {
		u.input = tokens(c, "input_tokens");
		u.output = tokens(c, "output_tokens");
		u.cached = tokens(c, "cached_tokens");
		u.reasoning = tokens(c, "reasoning_tokens");
		cost = mg_chunk_value(c, "cost_usd");
		if (jv_get_kind(cost) == JV_KIND_NUMBER && jv_number_value(cost) > 0)
			u.cost = jv_number_value(cost);
		jv_free(cost);
		sum(&account(l, c->source)->used, &u);
		sum(&l->total, &u);
	} else if (c->type == MG_ERROR && c->to.p == NULL) {
		a = account(l, c->source);
		free(a->error);
		a->error = mg_chunk_str(c, "message", NULL);
		a->passing = mg_chunk_true(c, "retryable");
	}
}

const struct account *
ledger_of(const struct ledger *l, const char *id)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->a[i].id, id) == 0)
			return &l->a[i];
	return NULL;
}

static jv
set(jv o, const char *key, double n)
{
	return jv_object_set(o, jv_string(key), jv_number(n));
}

jv
ledger_value(const struct used *u)
{
	jv o = set(jv_object(), "calls", (double)u->calls);

	o = set(o, "input_tokens", u->input);
	o = set(o, "output_tokens", u->output);
	o = set(o, "cached_tokens", u->cached);
	o = set(o, "reasoning_tokens", u->reasoning);
	return set(o, "cost_usd", u->cost);
}

void
ledger_free(struct ledger *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		free(l->a[i].id);
		free(l->a[i].error);
	}
	free(l->a);
}
