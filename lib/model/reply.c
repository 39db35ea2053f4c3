/* reply.c - a reply put together from neutral deltas.
 * SPDX-License-Identifier: MIT */
#include "model/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/think.h"
#include "rt/bounds.h"
#include "rt/mem.h"

void
mg_assembly_init(struct mg_assembly *a, const struct mg_call_spec *spec, const struct mg_names *names)
{
	*a = (struct mg_assembly){ .spec = spec, .names = names, .failure = MG_FAILURE_NONE,
	    .held = MG_BUF(MG_BODY_MAX), .piece = MG_BUF(MG_BODY_MAX) };
	a->reply.text = a->reply.reasoning = MG_BUF(MG_BODY_MAX);
	a->reply.opaque = jv_array();
	a->reply.input = a->reply.output = a->reply.cached = a->reply.thought = -1;
	a->reply.cost = -1;
	snprintf(a->reply.stop, sizeof a->reply.stop, "unknown");
}

static void
kept_free(struct mg_assembly *a)
{
	size_t i;

	for (i = 0; i < a->nkept; i++) {
		free(a->kept[i].key);
		free(a->kept[i].join);
		jv_free(a->kept[i].item);
		mg_buf_free(&a->kept[i].text);
	}
	free(a->kept);
	a->kept = NULL;
	a->nkept = a->kept_cap = 0;
}

void
mg_assembly_free(struct mg_assembly *a)
{
	mg_buf_free(&a->reply.text);
	mg_buf_free(&a->reply.reasoning);
	jv_free(a->reply.opaque);
	mg_calls_free(a->reply.call, a->reply.ncall);
	mg_slots_free(&a->slots);
	kept_free(a);
	mg_buf_free(&a->held);
	mg_buf_free(&a->piece);
	free(a->think_as);
	*a = (struct mg_assembly){ .reply.opaque = jv_null() };
}

static void
too_long(struct mg_assembly *a)
{
	mg_failure_set(&a->failure, "protocol", "the reply goes beyond %zu bytes", (size_t)MG_BODY_MAX);
}

/* A string with what halves it completes; NULL where nothing is whole yet.  Borrowed. */
static const char *
whole(struct mg_assembly *a, struct mg_half *h, jv v, size_t *n)
{
	const char *s = jv_string_value(v);

	*n = (size_t)jv_string_length_bytes(jv_copy(v));
	if (*n == 0 || (!a->marked && h->high == 0))
		return s;
	mg_buf_clear(&a->piece);
	mg_half_add(h, &a->piece, s, *n, a->marked);
	*n = a->piece.len;
	return mg_buf_str(&a->piece);
}

static void
take_text(struct mg_assembly *a, jv v)
{
	const char *s;
	size_t n;

	if (jv_get_kind(v) == JV_KIND_STRING && (s = whole(a, &a->text_half, v, &n), n > 0)) {
		a->any = 1;
		if (mg_think_split(a, s, n) == -1)
			too_long(a);
	}
}

static void
take_thinking(struct mg_assembly *a, jv fields, int summary)
{
	const char *s;
	size_t n;
	int done = 0;

	if (jv_get_kind(fields) != JV_KIND_OBJECT)
		return;
	jv_object_foreach(fields, k, v) {
		if (!done && jv_get_kind(v) == JV_KIND_STRING && *jv_string_value(v) != '\0') {
			done = a->any = 1;
			if (a->think_as == NULL)
				a->think_as = mg_strdup(jv_string_value(k));
			s = whole(a, &a->think_half, v, &n);
			if (n > 0 && mg_think_give(a, s, n, summary) == -1)
				too_long(a);
		}
		jv_free(k);
		jv_free(v);
	}
}

static void
take_calls(struct mg_assembly *a, jv calls)
{
	if (jv_get_kind(calls) != JV_KIND_ARRAY)
		return;
	jv_array_foreach(calls, i, c) {
		a->any = 1;
		if (jv_get_kind(c) == JV_KIND_OBJECT && mg_slots_add(&a->slots, c, a->data, a->marked) == -1)
			too_long(a);
		jv_free(c);
	}
}

static struct mg_kept *
kept_find(struct mg_assembly *a, const char *key)
{
	struct mg_kept *k;
	size_t i;

	for (i = 0; key != NULL && i < a->nkept; i++)
		if (a->kept[i].key != NULL && strcmp(a->kept[i].key, key) == 0)
			return &a->kept[i];
	a->kept = mg_grow(a->kept, a->nkept, &a->kept_cap, sizeof *a->kept);
	k = &a->kept[a->nkept++];
	*k = (struct mg_kept){ .key = key != NULL ? mg_strdup(key) : NULL, .item = jv_object(),
	    .text = MG_BUF(MG_BODY_MAX) };
	return k;
}

/* An item to be sent back: the same key continues it; what is null says nothing. */
static void
take_opaque(struct mg_assembly *a, jv item, const char *key, const char *join)
{
	struct mg_kept *k;

	if (jv_get_kind(item) != JV_KIND_OBJECT)
		return;
	a->any = 1;
	k = kept_find(a, key);
	if (k->join == NULL && join != NULL)
		k->join = mg_strdup(join);
	jv_object_foreach(item, name, v) {
		if (k->join != NULL && jv_get_kind(v) == JV_KIND_STRING &&
		    strcmp(jv_string_value(name), k->join) == 0) {
			if (mg_buf_add(&k->text, jv_string_value(v),
			    (size_t)jv_string_length_bytes(jv_copy(v))) == -1)
				too_long(a);
		} else if (jv_get_kind(v) != JV_KIND_NULL) {
			k->item = jv_object_set(k->item, name, v);
			continue;
		}
		jv_free(name);
		jv_free(v);
	}
}

static void
count(jv usage, const char *name, long *n)
{
	double d = mg_jv_num(usage, name, -1);

	if (d >= 0 && d < 1e15)
		*n = (long)d;
}

/* Cumulative for the request: the last one seen counts. */
static void
take_usage(struct mg_assembly *a, jv usage)
{
	double cost = mg_jv_num(usage, "cost_usd", -1);

	if (jv_get_kind(usage) != JV_KIND_OBJECT)
		return;
	count(usage, "input_tokens", &a->reply.input);
	count(usage, "output_tokens", &a->reply.output);
	count(usage, "cached_tokens", &a->reply.cached);
	count(usage, "reasoning_tokens", &a->reply.thought);
	if (cost >= 0)
		a->reply.cost = cost;
}

/* The words of all families; some write them in capitals. */
static const char *
neutral_stop(const char *word)
{
	static const char *const table[][2] = {
		{ "stop", "stop" }, { "eos", "stop" }, { "end_turn", "stop" }, { "stop_sequence", "stop" },
		{ "completed", "stop" }, { "tool_calls", "tool_calls" }, { "tool_use", "tool_calls" },
		{ "function_call", "tool_calls" }, { "length", "length" }, { "max_tokens", "length" },
		{ "max_output_tokens", "length" }, { "model_context_window_exceeded", "length" },
		{ "filter", "filter" }, { "content_filter", "filter" }, { "sensitive", "filter" },
		{ "refusal", "filter" }, { "safety", "filter" }, { "pause", "pause" }, { "pause_turn", "pause" },
		{ "error", "error" }, { "network_error", "error" }, { "abort", "error" }, { "repetition", "error" },
		{ "insufficient_system_resource", "error" },
	};
	size_t i;

	for (i = 0; i < sizeof table / sizeof *table; i++)
		if (strcasecmp(table[i][0], word) == 0)
			return table[i][1];
	return "unknown";
}

static void
take_stop(struct mg_assembly *a, jv stop)
{
	if (jv_get_kind(stop) != JV_KIND_STRING || *jv_string_value(stop) == '\0')
		return;
	a->any = a->stopped = 1;
	if (strcmp(a->reply.stop, "filter") != 0)	/* a refusal stays one */
		snprintf(a->reply.stop, sizeof a->reply.stop, "%s", neutral_stop(jv_string_value(stop)));
	if (strcmp(a->reply.stop, "error") == 0 && a->failure.code[0] == '\0')
		mg_failure_set(&a->failure, "server", "the server broke the reply off (%s)",
		    jv_string_value(stop));
}

static void
take_model(struct mg_assembly *a, jv model)
{
	if (jv_get_kind(model) == JV_KIND_STRING && a->reply.model[0] == '\0')
		snprintf(a->reply.model, sizeof a->reply.model, "%s", jv_string_value(model));
}

static void
take_member(struct mg_assembly *a, jv delta, const char *name, jv v)
{
	if (strcmp(name, "text") == 0)
		take_text(a, v);
	else if (strcmp(name, "thinks") == 0)
		take_thinking(a, v, mg_jv_true(delta, "summary", 0));
	else if (strcmp(name, "calls") == 0)
		take_calls(a, v);
	else if (strcmp(name, "usage") == 0)
		take_usage(a, v);
	else if (strcmp(name, "model") == 0)
		take_model(a, v);
	else if (strcmp(name, "stop") == 0)
		take_stop(a, v);
	else if (strcmp(name, "opaque") == 0)
		take_opaque(a, v, mg_jv_str(delta, "key", NULL), mg_jv_str(delta, "join", NULL));
	else if (strcmp(name, "error") == 0) {
		a->any = 1;
		mg_failure_delta(&a->failure, v, a->status);
	} else if (strcmp(name, "end") == 0)
		a->ended = 1;
}

void
mg_assembly_delta(void *arg, jv delta)
{
	struct mg_assembly *a = arg;

	if (jv_get_kind(delta) == JV_KIND_OBJECT)
		jv_object_foreach(delta, k, v) {
			if (jv_get_kind(v) != JV_KIND_NULL)
				take_member(a, delta, jv_string_value(k), v);
			jv_free(k);
			jv_free(v);
		}
	jv_free(delta);
}

static void
finish_opaque(struct mg_assembly *a)
{
	struct mg_kept *k;
	size_t i;

	for (i = 0; i < a->nkept; i++) {
		k = &a->kept[i];
		if (k->join != NULL && k->text.len > 0)
			k->item = jv_object_set(k->item, jv_string(k->join),
			    jv_string_sized(k->text.p, (int)k->text.len));
		a->reply.opaque = jv_array_append(a->reply.opaque, jv_copy(k->item));
	}
	kept_free(a);
	if (a->think_as != NULL)
		a->reply.opaque = jv_array_append(a->reply.opaque, jv_object_set(jv_object(),
		    jv_string("think_as"), jv_string(a->think_as)));
}

void
mg_assembly_finish(struct mg_assembly *a)
{
	struct mg_reply *r = &a->reply;

	if (mg_think_end(a) == -1)
		too_long(a);
	finish_opaque(a);
	r->call = mg_slots_take(&a->slots, a->names, &r->ncall, &r->opaque);
	if (a->failure.code[0] != '\0') {	/* no call of such a reply may be run */
		mg_calls_free(r->call, r->ncall);
		r->call = NULL;
		r->ncall = 0;
		r->failed = 1;
		r->retryable = a->failure.retryable;
		snprintf(r->code, sizeof r->code, "%s", a->failure.code);
		snprintf(r->message, sizeof r->message, "%s", a->failure.message);
		snprintf(r->stop, sizeof r->stop, "error");
	} else if (r->ncall > 0 && (strcmp(r->stop, "stop") == 0 || strcmp(r->stop, "unknown") == 0)) {
		snprintf(r->stop, sizeof r->stop, "tool_calls");
	} else if (r->ncall == 0 && (strcmp(r->stop, "tool_calls") == 0 || !a->stopped)) {
		snprintf(r->stop, sizeof r->stop, "stop");
	}
	if (r->model[0] == '\0')
		snprintf(r->model, sizeof r->model, "%s", mg_jv_str(a->spec->backend, "model", ""));
}
