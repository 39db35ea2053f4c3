/* turn.c - one act of coordination, and one turn that was asked for.
 * SPDX-License-Identifier: MIT
 *
 * Protocol, section 4. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunk/emit.h"
#include "coord/template.h"
#include "mg-agent/agent.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"

void
said_init(struct said *s)
{
	*s = (struct said){ .text = MG_BUF(MG_LINE_MAX / 2) };
	s->assistant = jv_invalid();
	s->calls = jv_array();
}

void
said_free(struct said *s)
{
	size_t i;

	for (i = 0; i < s->nwish; i++)
		free((char *)s->wish[i].arguments);
	free(s->wish);
	mg_buf_free(&s->text);
	jv_free(s->assistant);
	jv_free(s->calls);
}

static void
begin(struct agent *a, const char *turn, double seconds)
{
	a->turn = turn != NULL ? mg_strdup(turn) :
	    mg_printf("%s/%ld-%lx", a->o.id, ++a->turns, (unsigned long)getpid());
	a->cut = CUT_NONE;
	a->running = 1;
	a->turn_deadline = mg_after(seconds);
}

static void
end(struct agent *a)
{
	a->running = 0;
	free(a->turn);
	a->turn = NULL;
	a->to = NULL;
}

static void
say_done(struct agent *a)
{
	struct mg_buf b;

	say_begin(a, &b, "done");
	mg_put_end(&b);
	say(a, &b);
}

static jv
seen_value(const struct mg_view *v)
{
	jv o = jv_object();
	size_t i;

	for (i = 0; i < v->count; i++)
		o = jv_object_set(o, jv_string(v->a[i].id), jv_number((double)v->a[i].n));
	return o;
}

static void
say_answer(struct agent *a, const struct mg_prompt *p, const struct mg_outcome *o)
{
	struct mg_buf b;
	char *label = mg_printf("%s.%ld", a->o.id, mg_state_newest(agent_self(a)) + 1);

	say_begin(a, &b, "answer");
	mg_put_str(&b, "label", label);
	mg_put_value(&b, "seen", seen_value(&p->seen));
	mg_put_strn(&b, "content", o->content, o->content_len);
	mg_put_end(&b);
	if (b.len > MG_LINE_MAX) {
		mg_buf_free(&b);
		say_error(a, "too_large", "the answer is longer than a chunk may be", 0);
		say_status(a, "failed", jv_string("the answer is longer than a chunk may be"));
		a->failed = 1;
	} else {
		a->expected = mg_state_acts(agent_self(a)) + 1;
		say(a, &b);
		say_status(a, "answered", jv_invalid());
	}
	free(label);
}

static void
say_vote(struct agent *a, const struct mg_prompt *p, const struct mg_outcome *o)
{
	const struct mg_vote *last = mg_state_vote(agent_self(a));
	struct mg_buf b;

	say_begin(a, &b, "vote");
	mg_put_str(&b, "for", o->label);
	mg_put_value(&b, "seen", seen_value(&p->seen));
	mg_put_str(&b, "reason", o->reason);
	mg_put_int(&b, "n", last != NULL ? last->n + 1 : 1);
	mg_put_end(&b);
	a->expected = mg_state_acts(agent_self(a)) + 1;
	say(a, &b);
	say_status(a, "voted", jv_invalid());
}

static void
say_failed(struct agent *a, const char *code, const char *message, int retryable)
{
	jv d = jv_object_set(jv_object(), jv_string("code"), jv_string(code));

	say_error(a, code, message, retryable);
	d = jv_object_set(d, jv_string("message"), jv_string(message));
	say_status(a, "failed", jv_object_set(d, jv_string("retryable"), jv_bool(retryable)));
	mg_warn("%s: failed: %s", a->o.id, message);
	a->failed = 1;
	a->failed_temp = retryable;
}

static const char *
cut_word(enum cut why)
{
	static const char *const words[] = { "", "decided", "deadline", "asked", "end of input", "signal" };

	return words[why];
}

/* Tells the model why its reply did not count; every call gets its result. */
static jv
send_back(jv messages, const struct said *s, const char *reason, struct mg_err *e)
{
	struct mg_buf b = MG_BUF(MG_MIB);
	const struct mg_var vars[] = { { "reason", reason }, { NULL, NULL } };
	jv m;

	if (mg_template(&b, "retry", vars, e) == -1) {
		jv_free(messages);
		return jv_invalid();
	}
	if (jv_is_valid(s->assistant))
		messages = jv_array_append(messages, jv_copy(s->assistant));
	if (jv_array_length(jv_copy(s->calls)) > 0) {
		jv_array_foreach(s->calls, i, call) {
			m = jv_object_set(jv_object(), jv_string("role"), jv_string("tool"));
			m = jv_object_set(m, jv_string("call_id"), mg_jv_get(call, "id"));
			m = jv_object_set(m, jv_string("name"), mg_jv_get(call, "name"));
			m = jv_object_set(m, jv_string("is_error"), jv_true());
			m = jv_object_set(m, jv_string("content"), jv_string(mg_buf_str(&b)));
			messages = jv_array_append(messages, m);
			jv_free(call);
		}
	} else {
		m = jv_object_set(jv_object(), jv_string("role"), jv_string("user"));
		messages = jv_array_append(messages, jv_object_set(m, jv_string("content"), jv_string(mg_buf_str(&b))));
	}
	mg_buf_free(&b);
	return messages;
}

/* The replies of one act until one counts.  0: it ended in something, -1: cut. */
static int
tries(struct agent *a, const struct mg_prompt *p)
{
	jv messages = jv_copy(p->messages);
	struct mg_outcome o;
	struct said s;
	struct mg_err e;
	int try, repeats = 0, r = 0, over = 0;

	for (try = 1; !over; try++) {
		said_init(&s);
		if ((r = agent_reply(a, messages, p->tools, p, &s)) == -1) {
			said_free(&s);
			break;
		}
		if (s.failed) {
			say_failed(a, s.code, s.message, s.retryable);
			said_free(&s);
			break;
		}
		mg_turn_judge(a->s, agent_self(a), p, mg_buf_str(&s.text), s.text.len, s.wish, s.nwish, try, &repeats, &o);
		over = o.verdict != MG_IS_FAULT;
		if (o.verdict == MG_IS_ANSWER) {
			say_answer(a, p, &o);
		} else if (o.verdict == MG_IS_VOTE) {
			say_vote(a, p, &o);
		} else if (o.verdict == MG_IS_FAILURE) {
			say_failed(a, "protocol", o.reason, 0);
		} else {
			say_error(a, "protocol", o.reason, 1);
			messages = send_back(messages, &s, o.reason, &e);
			if (!jv_is_valid(messages))
				mg_die(&e);
		}
		mg_outcome_free(&o);
		said_free(&s);
	}
	jv_free(messages);
	return r;
}

void
agent_act(struct agent *a)
{
	const struct mg_agent *self = agent_self(a);
	struct mg_prompt p;
	struct mg_err e;

	if (mg_prompt_turn(&p, a->s, self, mg_prompt_stage(a->s, self, a->o.max_answers), &e) == -1)
		mg_die(&e);
	begin(a, NULL, a->o.turn);
	say_status(a, "streaming", jv_invalid());
	if (tries(a, &p) == -1)
		say_status(a, "cut", jv_string(cut_word(a->cut)));
	end(a);
	mg_prompt_free(&p);
}

void
agent_asked(struct agent *a)
{
	jv ask = a->ask, limits = mg_jv_get(ask, "limits"), messages, tools = jv_array();
	struct mg_limits before = a->o.limit;
	struct mg_err e;
	struct said s;

	a->ask = jv_invalid();
	messages = mg_prompt_asked(agent_self(a), mg_jv_get(ask, "content"), &e);
	if (!jv_is_valid(messages))
		mg_die(&e);
	begin(a, mg_jv_str(ask, "turn", ""), mg_jv_num(limits, "total", a->o.turn));
	a->to = mg_jv_str(ask, "source", "");
	a->o.limit.first_byte = mg_jv_num(limits, "first_byte", before.first_byte);
	a->o.limit.idle = mg_jv_num(limits, "idle", before.idle);
	said_init(&s);
	if (agent_reply(a, messages, tools, NULL, &s) == -1)
		say_error(a, "cut", cut_word(a->cut), 0);
	else if (s.failed)
		say_error(a, s.code, s.message, s.retryable);
	else
		say_done(a);
	said_free(&s);
	end(a);
	a->o.limit = before;
	jv_free(messages);
	jv_free(tools);
	jv_free(limits);
	jv_free(ask);
}
