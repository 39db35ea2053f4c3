/* model.c - a model as the agent: calls, tool rounds, until a reply stands.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mg-agent/agent.h"
#include "mg-agent/tools.h"
#include "model/backend.h"
#include "model/provider.h"
#include "net/http.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"

#define TOOL_ROUNDS 32		/* calls of the model in one reply */

static void
on_text(void *arg, const char *p, size_t n)
{
	say_stream(arg, "content", p, n, 0);
}

static void
on_think(void *arg, const char *p, size_t n, int summary)
{
	say_stream(arg, "reasoning", p, n, summary);
}

static void
on_note(void *arg, const char *status, const char *detail)
{
	say_status(arg, status, jv_string(detail));
}

static void
prepare(struct agent *a)
{
	struct mg_err e;

	if (a->http == NULL && a->o.replay == NULL && (a->http = mg_http_new(&e)) == NULL)
		mg_die(&e);
	if (a->provider == NULL && (a->provider = mg_provider_new(mg_jv_str(a->backend, "wire", ""), &e)) == NULL)
		mg_die(&e);
}

static struct mg_call_spec
call_spec(struct agent *a, jv messages, jv tools)
{
	struct mg_call_spec s = { .backend = a->backend, .messages = messages, .tools = tools, .limits = a->o.limit,
		.record = a->o.record, .replay = a->o.replay, .key = a->key,
		.text = on_text, .think = on_think, .note = on_note, .arg = a };

	if (a->turn_deadline != MG_NEVER) {
		s.limits.turn = (double)(a->turn_deadline - mg_now()) / 1000;
		if (s.limits.turn <= 0)
			s.limits.turn = 0.001;
	}
	return s;
}

/* One call.  NULL where it was cut; else it has ended. */
static struct mg_call *
run_call(struct agent *a, jv messages, jv tools, struct mg_err *e)
{
	struct mg_call_spec spec = call_spec(a, messages, tools);
	struct mg_call *c = mg_call_start(a->http, a->provider, &spec, e);

	while (c != NULL && mg_call_running(c)) {
		agent_wait(a, NULL, 0, mg_call_deadline(c));
		if (a->cut != CUT_NONE) {
			mg_call_free(c);
			e->code = MG_OK;
			return NULL;
		}
	}
	return c;
}

static jv
calls_value(const struct mg_reply *r)
{
	jv calls = jv_array(), c;
	size_t i;

	for (i = 0; i < r->ncall; i++) {
		c = jv_object_set(jv_object(), jv_string("id"), jv_string(r->call[i].id));
		c = jv_object_set(c, jv_string("name"), jv_string(r->call[i].name));
		c = jv_object_set(c, jv_string("arguments"), jv_string(r->call[i].arguments));
		if (r->call[i].cut)
			c = jv_object_set(c, jv_string("cut"), jv_true());
		calls = jv_array_append(calls, c);
	}
	return calls;
}

static jv
assistant(const struct mg_reply *r, jv calls)
{
	jv m = jv_object_set(jv_object(), jv_string("role"), jv_string("assistant"));

	m = jv_object_set(m, jv_string("content"), jv_string_sized(mg_buf_str(&r->text), (int)r->text.len));
	if (jv_array_length(jv_copy(calls)) > 0)
		m = jv_object_set(m, jv_string("calls"), jv_copy(calls));
	if (r->reasoning.len > 0)
		m = jv_object_set(m, jv_string("reasoning"), jv_string_sized(mg_buf_str(&r->reasoning), (int)r->reasoning.len));
	if (jv_get_kind(r->opaque) == JV_KIND_ARRAY && jv_array_length(jv_copy(r->opaque)) > 0)
		m = jv_object_set(m, jv_string("opaque"), jv_copy(r->opaque));
	return m;
}

static void
take_reply(struct said *out, const struct mg_reply *r, int asked)
{
	size_t i;

	mg_buf_add(&out->text, mg_buf_str(&r->text), r->text.len);
	jv_free(out->calls);
	out->calls = calls_value(r);
	jv_free(out->assistant);
	out->assistant = assistant(r, out->calls);
	if (r->failed) {
		out->failed = 1;
		out->retryable = r->retryable;
		snprintf(out->code, sizeof out->code, "%s", r->code);
		snprintf(out->message, sizeof out->message, "%s", r->message);
	}
	for (i = 0; i < r->ncall && !asked; i++)
		if (mg_turn_is_workflow(r->call[i].name)) {
			out->wish = mg_realloc(out->wish, (out->nwish + 1) * sizeof *out->wish);
			out->wish[out->nwish].name = strcmp(r->call[i].name, "vote") == 0 ? "vote" : "new_answer";
			out->wish[out->nwish++].arguments = mg_strdup(r->call[i].arguments);
		}
}

/* Appends the assistant's turn and the results of its calls.  -1: cut. */
static int
append_results(struct agent *a, jv *messages, const struct said *s)
{
	jv results = tools_call(a, s->calls), m;

	if (!jv_is_valid(results)) {
		jv_free(results);
		return -1;
	}
	*messages = jv_array_append(*messages, jv_copy(s->assistant));
	jv_array_foreach(results, i, r) {
		m = jv_object_set(jv_object(), jv_string("role"), jv_string("tool"));
		m = jv_object_set(m, jv_string("call_id"), mg_jv_get(r, "id"));
		m = jv_object_set(m, jv_string("name"), mg_jv_get(r, "name"));
		m = jv_object_set(m, jv_string("content"), mg_jv_get(r, "content"));
		m = jv_object_set(m, jv_string("is_error"), mg_jv_get(r, "is_error"));
		*messages = jv_array_append(*messages, m);
		jv_free(r);
	}
	jv_free(results);
	return 0;
}

int
model_reply(struct agent *a, jv given, jv workflow, struct said *out)
{
	jv messages = jv_copy(given), tools;
	struct mg_call *c;
	struct mg_err e = { 0 };
	int round, r = 0, asked = a->to != NULL;

	prepare(a);
	tools = jv_array_concat(jv_copy(workflow), tools_offer(a));
	for (round = 1; r == 0; round++) {
		mg_buf_clear(&out->text);
		if ((c = run_call(a, messages, tools, &e)) == NULL) {
			r = e.code == MG_OK ? -1 : 1;
			break;
		}
		take_reply(out, mg_call_reply(c), asked);
		say_usage(a, mg_call_reply(c));
		mg_call_free(c);
		if (out->failed || out->nwish > 0 || jv_array_length(jv_copy(out->calls)) == 0)
			break;
		if (round == TOOL_ROUNDS) {
			out->failed = 1;
			snprintf(out->code, sizeof out->code, "tool_rounds");
			snprintf(out->message, sizeof out->message, "the model called tools %d times in a row", TOOL_ROUNDS);
			break;
		}
		r = append_results(a, &messages, out);
	}
	if (r == 1) {
		out->failed = 1;
		snprintf(out->code, sizeof out->code, "bad_request");
		snprintf(out->message, sizeof out->message, "%s", e.msg);
		r = 0;
	}
	jv_free(messages);
	jv_free(tools);
	return r;
}

void
agent_backend(struct agent *a)
{
	const struct mg_agent *self = agent_self(a);
	struct mg_err e = { 0 };

	jv_free(a->backend);
	a->backend = mg_backend_resolve(mg_jv_get(self->chunk, "backend"), &e);
	if (!jv_is_valid(a->backend))
		mg_quit(e.code, "%s: %s", a->o.id, e.msg);
	if (a->o.replay != NULL || strcmp(mg_jv_str(a->backend, "wire", ""), "command") == 0)
		return;
	e.code = MG_OK;
	if ((a->key = mg_backend_key(a->backend, &e)) == NULL && e.code != MG_OK && !a->o.dry_run && !a->o.show_prompt)
		mg_quit(e.code, "%s: %s", a->o.id, e.msg);
}

int
agent_reply(struct agent *a, jv messages, jv tools, const struct mg_prompt *p, struct said *out)
{
	if (strcmp(mg_jv_str(a->backend, "wire", ""), "command") == 0)
		return strcmp(mg_jv_str(a->backend, "mode", "text"), "chunk") == 0 ?
		    coprocess_reply(a, messages, tools, p, out) : command_reply(a, messages, p, out);
	return model_reply(a, messages, tools, out);
}

int
agent_show(struct agent *a)
{
	const struct mg_agent *self = agent_self(a);
	struct mg_buf out = MG_BUF(MG_BODY_MAX);
	struct mg_call_spec spec;
	struct mg_prompt p;
	struct mg_err e;
	jv tools;

	if (mg_prompt_turn(&p, a->s, self, mg_prompt_stage(a->s, self, a->o.max_answers), &e) == -1)
		mg_die(&e);
	a->turn_deadline = MG_NEVER;
	if (a->o.show_prompt || strcmp(mg_jv_str(a->backend, "wire", ""), "command") == 0) {
		mg_prompt_text(&out, p.messages);
	} else {
		a->o.replay = "";
		prepare(a);
		a->o.replay = NULL;
		tools = jv_array_concat(jv_copy(p.tools), tools_offer(a));
		spec = call_spec(a, p.messages, tools);
		if (mg_call_show(a->provider, &spec, &out, &e) == -1)
			mg_die(&e);
		jv_free(tools);
	}
	fwrite(mg_buf_str(&out), 1, out.len, stdout);
	mg_buf_free(&out);
	mg_prompt_free(&p);
	return MG_OK;
}
