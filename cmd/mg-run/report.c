/* report.c - what people and scripts are told about a run.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "bus.h"
#include "rt/clock.h"
#include "rt/mem.h"
#include "rt/write.h"

/* The message of a failed status: its detail, or the message in it. */
static char *
detail_text(jv detail)
{
	char *text;

	if (jv_get_kind(detail) == JV_KIND_STRING)
		text = mg_strdup(jv_string_value(detail));
	else
		text = mg_strdup(mg_jv_str(detail, "message", ""));
	jv_free(detail);
	return text;
}

static void
progress_status(const struct bus *b, const struct mg_chunk *c)
{
	char *word = mg_chunk_str(c, "status", NULL), *why = detail_text(mg_chunk_value(c, "detail"));
	int n = (int)c->source.n;

	if (strcmp(word, "failed") == 0)
		mg_warn("%.*s: failed%s%s", n, c->source.p, *why != '\0' ? ": " : "", why);
	else if (b->progress && mg_span_is(c->source, RUN_SOURCE) && strcmp(word, "ready") == 0)
		mg_warn("run %s: %zu agents", b->run->id, mg_state_registered(b->state));
	else if (b->progress)
		mg_warn("%.*s: %s%s%s", n, c->source.p, word, *why != '\0' ? ": " : "", why);
	free(word);
	free(why);
}

static void
progress_text(const struct mg_chunk *c, const char *what, const char *field)
{
	char *text = mg_chunk_str(c, field, NULL);

	mg_warn("%.*s: %s %.200s", (int)c->source.n, c->source.p, what, text != NULL ? text : "");
	free(text);
}

void
bus_progress(const struct bus *b, const struct mg_chunk *c)
{
	if (c->type == MG_STATUS && !b->quiet) {
		progress_status(b, c);
		return;
	}
	if (!b->progress)
		return;
	if (c->type == MG_ANSWER)
		progress_text(c, "answer", "label");
	else if (c->type == MG_VOTE)
		progress_text(c, "votes for", "for");
	else if (c->type == MG_DECISION)
		progress_text(c, "decided for", "answer");
	else if (c->type == MG_FINAL)
		mg_warn("%.*s: the final, %zu bytes", (int)c->source.n, c->source.p, c->len);
	else if (c->type == MG_ERROR && !mg_span_is(c->source, RUN_SOURCE))
		progress_text(c, "error:", "message");
}

int
bus_say_nobody(const struct bus *b)
{
	const struct account *a;
	const struct mg_agent *m;
	const char *why;
	char *failed;
	size_t i, passing = 0, n = 0;
	int retry;

	for (i = 0; i < b->state->nagent; i++) {
		m = &b->state->agent[i];
		if (!m->registered)
			continue;
		a = ledger_of(&b->ledger, m->id);
		failed = mg_state_failed(m) ? detail_text(jv_copy(m->detail)) : mg_strdup("");
		why = *failed != '\0' ? failed : a != NULL && a->error != NULL ? a->error :
		    mg_state_failed(m) ? "it failed and gave no reason" : "it had no answer in time";
		mg_warn("%s: no answer: %s", m->id, why);
		retry = mg_jv_true(m->detail, "retryable", -1);
		passing += retry == 1 || (retry == -1 && a != NULL && a->passing);
		n++;
		free(failed);
	}
	mg_warn("nobody answered");
	return n > 0 && passing == n ? MG_TEMP : MG_NO;
}

static jv
agent_value(const struct bus *b, const struct mg_agent *m)
{
	const struct account *a = ledger_of(&b->ledger, m->id);
	const struct mg_vote *v = mg_state_vote(m);
	struct used none = { 0 };
	jv o = jv_object_set(jv_object(), jv_string("id"), jv_string(m->id));

	o = jv_object_set(o, jv_string("status"), m->status != NULL ? jv_string(m->status) : jv_null());
	o = jv_object_set(o, jv_string("answers"), jv_number((double)m->nanswer));
	o = jv_object_set(o, jv_string("vote"), v != NULL ? jv_string(v->label) : jv_null());
	return jv_object_set(o, jv_string("usage"), ledger_value(a != NULL ? &a->used : &none));
}

void
bus_keep_final(const struct bus *b)
{
	struct mg_buf text = MG_BUF((size_t)-2);
	jv content = mg_jv_get(b->state->final, "content");
	char *path = mg_printf("%s/final.md", b->run->dir);
	struct mg_err e;

	mg_content_text(&text, content);
	if (text.len > 0 && text.p[text.len - 1] != '\n')
		mg_buf_addc(&text, '\n');
	if (mg_write_file(path, mg_buf_str(&text), text.len, &e) == -1)
		mg_warn("%s", e.msg);
	jv_free(content);
	mg_buf_free(&text);
	free(path);
}

/* A member of a chunk, null where it is absent. */
static jv
member(jv chunk, const char *key)
{
	jv v = mg_jv_get(chunk, key);

	if (jv_is_valid(v))
		return v;
	jv_free(v);
	return jv_null();
}

jv
bus_object(const struct bus *b)
{
	jv o = jv_object(), agents = jv_array();
	const struct mg_state *s = b->state;
	jv d = jv_is_valid(s->decision) ? s->decision : s->null_decision;
	size_t i;

	for (i = 0; i < s->nagent; i++)
		if (s->agent[i].registered)
			agents = jv_array_append(agents, agent_value(b, &s->agent[i]));
	o = jv_object_set(o, jv_string("run"), jv_string(b->run->id));
	o = jv_object_set(o, jv_string("final"), member(s->final, "content"));
	o = jv_object_set(o, jv_string("decision"), jv_is_valid(d) ? jv_copy(d) : jv_null());
	o = jv_object_set(o, jv_string("agents"), agents);
	o = jv_object_set(o, jv_string("usage"), ledger_value(&b->ledger.total));
	o = jv_object_set(o, jv_string("seconds"), jv_number((double)(mg_now() - b->start) / 1000));
	o = jv_object_set(o, jv_string("degraded"), member(s->final, "degraded"));
	return jv_object_set(o, jv_string("exit"), jv_number(b->code));
}

void
bus_say_resume(const struct bus *b)
{
	if (b->journal.lost)
		return;
	mg_warn("to go on with it: mg-run %s%s%s--resume %s", b->resume_dir != NULL ? "--dir " : "",
	    b->resume_dir != NULL ? b->resume_dir : "", b->resume_dir != NULL ? " " : "", b->run->id);
}
