/* prompt.c - what an agent reads at each stage.
 * SPDX-License-Identifier: MIT */
#include "coord/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coord/template.h"
#include "coord/verdict.h"
#include "rt/bounds.h"
#include "rt/err.h"
#include "rt/mem.h"

enum mg_stage
mg_prompt_stage(const struct mg_state *s, const struct mg_agent *a, long max_answers)
{
	size_t i, others = 0;

	if (mg_state_registered(s) == 1)
		return MG_STAGE_ALONE;
	for (i = 0; i < s->nagent; i++)
		others += s->agent[i].registered && s->agent[i].nanswer > 0;
	if (mg_state_acts(a) == 0 || others == 0)
		return MG_STAGE_ANSWER;
	return mg_state_acts(a) >= max_answers ? MG_STAGE_VOTE : MG_STAGE_EVALUATE;
}

const struct mg_agent *
mg_prompt_named(const struct mg_state *s, const char *name)
{
	char *end;
	long n;

	if (strncmp(name, "agent", 5) != 0 || name[5] < '1' || name[5] > '9')
		return NULL;
	n = strtol(name + 5, &end, 10);
	if (*end != '\0' || n < 1 || (size_t)n > mg_state_registered(s))
		return NULL;
	return &s->agent[n - 1];
}

static void
add_history(struct mg_buf *b, jv messages)
{
	jv_array_foreach(messages, i, m) {
		jv content = mg_jv_get(m, "content");
		if (strcmp(mg_jv_str(m, "role", ""), "system") != 0) {
			mg_buf_printf(b, "%s%s: ", b->len > 0 ? "\n" : "", mg_jv_str(m, "role", ""));
			mg_content_text(b, content);
			mg_buf_addc(b, '\n');
		}
		jv_free(content);
		jv_free(m);
	}
}

/* Each answer follows its name directly; own marks the reader's. */
static void
add_answers(struct mg_buf *b, const struct mg_state *s, const struct mg_agent *own)
{
	size_t i;

	for (i = 0; i < s->nagent; i++) {
		const struct mg_agent *a = &s->agent[i];
		if (!a->registered || a->nanswer == 0)
			continue;
		mg_buf_printf(b, "%s[agent%zu%s]\n", b->len > 0 ? "\n" : "", i + 1, a == own ? ", your own" : "");
		mg_content_text(b, a->answer[a->nanswer - 1].content);
		mg_buf_addc(b, '\n');
	}
}

static jv
message(const char *role, struct mg_buf *text)
{
	jv m = jv_object_set(jv_object(), jv_string("role"), jv_string(role));

	m = jv_object_set(m, jv_string("content"), jv_string_sized(mg_buf_str(text), (int)text->len));
	mg_buf_free(text);
	return m;
}

/* The user's message: text, and the task's parts that are no text behind it. */
static jv
user_message(const struct mg_state *s, struct mg_buf *text)
{
	jv m = message("user", text), parts;
	int media = 0;

	if (jv_get_kind(s->task) != JV_KIND_ARRAY)
		return m;
	parts = jv_object_set(jv_object(), jv_string("type"), jv_string("text"));
	parts = jv_array_append(jv_array(), jv_object_set(parts, jv_string("text"), mg_jv_get(m, "content")));
	jv_array_foreach(s->task, i, part) {
		if (strcmp(mg_jv_str(part, "type", "text"), "text") == 0) {
			jv_free(part);
			continue;
		}
		parts = jv_array_append(parts, part);
		media = 1;
	}
	if (media)
		return jv_object_set(m, jv_string("content"), parts);
	jv_free(parts);
	return m;
}

static const char *
system_of(const struct mg_agent *a)
{
	return mg_jv_str(a->chunk, "system_message", "");
}

static jv
tool(const char *name, const char *about, const char *schema)
{
	jv t = jv_object_set(jv_object(), jv_string("name"), jv_string(name));

	t = jv_object_set(t, jv_string("description"), jv_string(about));
	return jv_object_set(t, jv_string("parameters"), jv_parse(schema));
}

static jv
vote_tool(const struct mg_state *s)
{
	jv names = jv_array(), schema;
	size_t i;

	for (i = 0; i < s->nagent; i++)
		if (s->agent[i].registered && s->agent[i].nanswer > 0)
			names = jv_array_append(names, jv_string_fmt("agent%zu", i + 1));
	schema = jv_parse("{\"type\":\"object\",\"properties\":{\"agent_id\":{\"type\":\"string\"},"
	    "\"reason\":{\"type\":\"string\"}},\"required\":[\"agent_id\",\"reason\"]}");
	schema = jv_setpath(schema, JV_ARRAY(jv_string("properties"), jv_string("agent_id"), jv_string("enum")), names);
	return jv_object_set(tool("vote", "Vote for the answer that should be presented.", "{}"),
	    jv_string("parameters"), schema);
}

static jv
stage_tools(const struct mg_state *s, enum mg_stage stage)
{
	jv tools = jv_array();

	if (stage == MG_STAGE_EVALUATE || stage == MG_STAGE_VOTE)
		tools = jv_array_append(tools, vote_tool(s));
	if (stage == MG_STAGE_EVALUATE || stage == MG_STAGE_ANSWER)
		tools = jv_array_append(tools, tool("new_answer",
		    "Hand in your complete answer to the task, as the user should read it.",
		    "{\"type\":\"object\",\"properties\":{\"content\":{\"type\":\"string\"}},\"required\":[\"content\"]}"));
	return tools;
}

static void
take_view(struct mg_view *v, const struct mg_state *s)
{
	size_t i;

	*v = (struct mg_view){ mg_calloc(s->nagent, sizeof *v->a), 0 };
	for (i = 0; i < s->nagent; i++)
		if (s->agent[i].registered && s->agent[i].nanswer > 0)
			v->a[v->count++] = (struct mg_seen){ mg_strdup(s->agent[i].id), mg_state_newest(&s->agent[i]) };
}

int
mg_prompt_turn(struct mg_prompt *p, struct mg_state *s, const struct mg_agent *a, enum mg_stage stage,
    struct mg_err *e)
{
	static const char *const names[] = { "alone", "answer", "evaluate", "evaluate" };
	struct mg_buf sys = MG_BUF(MG_BODY_MAX), user = MG_BUF(MG_BODY_MAX), task = MG_BUF(MG_BODY_MAX);
	struct mg_buf history = MG_BUF(MG_BODY_MAX), answers = MG_BUF(MG_BODY_MAX);
	int blind = stage == MG_STAGE_ALONE || stage == MG_STAGE_ANSWER, r = -1;
	char name[32];

	*p = (struct mg_prompt){ .stage = stage };
	p->messages = jv_array();
	p->tools = stage_tools(s, stage);
	if (!blind)
		take_view(&p->seen, s);
	mg_content_text(&task, s->task);
	add_history(&history, s->messages);
	if (!blind)
		add_answers(&answers, s, a);
	snprintf(name, sizeof name, "agent%d", mg_state_place(s, a) + 1);
	const struct mg_var vars[] = {
		{ "system_message", system_of(a) }, { "task", mg_buf_str(&task) },
		{ "history", mg_buf_str(&history) }, { "answers", mg_buf_str(&answers) },
		{ "name", name }, { "vote_only", stage == MG_STAGE_VOTE ? "yes" : "" }, { NULL, NULL }
	};
	if (mg_template(&sys, names[stage], vars, e) == 0 && mg_template(&user, "task", vars, e) == 0) {
		p->messages = jv_array_append(p->messages, message("system", &sys));
		p->messages = jv_array_append(p->messages, user_message(s, &user));
		r = 0;
	} else {
		mg_buf_free(&sys);
		mg_buf_free(&user);
	}
	mg_buf_free(&task);
	mg_buf_free(&history);
	mg_buf_free(&answers);
	return r;
}

void
mg_prompt_free(struct mg_prompt *p)
{
	size_t i;

	for (i = 0; i < p->seen.count; i++)
		free(p->seen.a[i].id);
	free(p->seen.a);
	jv_free(p->messages);
	jv_free(p->tools);
}

/* The reasons of the votes that counted for the winner, a line each. */
static void
add_reasons(struct mg_buf *b, const struct mg_state *s, jv decision)
{
	jv votes = mg_jv_get(decision, "votes");
	const char *winner = mg_jv_str(decision, "winner", "");
	const struct mg_agent *a;
	const struct mg_vote *v;

	if (jv_get_kind(votes) == JV_KIND_ARRAY)
		jv_array_foreach(votes, i, x) {
			a = mg_state_agent(s, mg_jv_str(x, "source", ""), strlen(mg_jv_str(x, "source", "")));
			v = a != NULL ? mg_state_vote(a) : NULL;
			if (mg_jv_true(x, "counted", 0) && v != NULL && strcmp(v->target, winner) == 0 && *v->reason != '\0')
				mg_buf_printf(b, "- agent%d: %s\n", mg_state_place(s, a) + 1, v->reason);
			jv_free(x);
		}
	jv_free(votes);
}

jv
mg_prompt_final(struct mg_state *s, const char *again, const char *said, struct mg_err *e)
{
	struct mg_buf sys = MG_BUF(MG_BODY_MAX), user = MG_BUF(MG_BODY_MAX), task = MG_BUF(MG_BODY_MAX);
	struct mg_buf history = MG_BUF(MG_BODY_MAX), answers = MG_BUF(MG_BODY_MAX), reasons = MG_BUF(MG_BODY_MAX);
	int alone = mg_state_registered(s) == 1;
	const char *winner = mg_jv_str(s->decision, "winner", "");
	const struct mg_agent *a;
	jv messages = jv_invalid();
	char name[32];

	mg_state_settle(s);
	a = mg_state_agent(s, winner, strlen(winner));
	mg_content_text(&task, s->task);
	add_history(&history, s->messages);
	if (!alone)
		add_answers(&answers, s, a);
	add_reasons(&reasons, s, s->decision);
	snprintf(name, sizeof name, "agent%d", a != NULL ? mg_state_place(s, a) + 1 : 0);
	const struct mg_var vars[] = {
		{ "task", mg_buf_str(&task) }, { "history", mg_buf_str(&history) },
		{ "answers", mg_buf_str(&answers) }, { "reasons", mg_buf_str(&reasons) }, { "name", name },
		{ "again", again != NULL ? again : "" }, { "said", said != NULL ? said : "" },
		{ "alone", alone ? "yes" : "" }, { NULL, NULL }
	};
	if (mg_template(&sys, "final", vars, e) == 0 && mg_template(&user, "final-task", vars, e) == 0) {
		messages = jv_array_append(jv_array(), message("system", &sys));
		messages = jv_array_append(messages, user_message(s, &user));
	} else {
		mg_buf_free(&sys);
		mg_buf_free(&user);
	}
	mg_buf_free(&task);
	mg_buf_free(&history);
	mg_buf_free(&answers);
	mg_buf_free(&reasons);
	return messages;
}

char *
mg_prompt_again(const struct mg_checked *v, const char *text, struct mg_err *e)
{
	struct mg_buf b = MG_BUF(MG_BODY_MAX), excerpt = MG_BUF(MG_BODY_MAX);
	const char *is = mg_verdict_name(v->is);
	const struct mg_var vars[] = {
		{ "asks", strcmp(is, "asks") == 0 ? "yes" : "" }, { "empty", strcmp(is, "empty") == 0 ? "yes" : "" },
		{ "plan", strcmp(is, "plan") == 0 ? "yes" : "" }, { "tool", strcmp(is, "tool") == 0 ? "yes" : "" },
		{ "refers", strcmp(is, "refers") == 0 ? "yes" : "" },
		{ "excerpt", (mg_verdict_excerpt(&excerpt, &v->asks, text, 200), mg_buf_str(&excerpt)) }, { NULL, NULL }
	};
	int r = mg_template(&b, "final-again", vars, e);

	mg_buf_free(&excerpt);
	while (b.len > 0 && b.p[b.len - 1] == '\n')
		b.p[--b.len] = '\0';
	if (r == 0)
		return mg_buf_take(&b, NULL);
	mg_buf_free(&b);
	return NULL;
}

jv
mg_prompt_judge(const struct mg_state *s, const char *text, struct mg_err *e)
{
	struct mg_buf sys = MG_BUF(MG_BODY_MAX), user = MG_BUF(MG_BODY_MAX), task = MG_BUF(MG_BODY_MAX);
	jv messages = jv_invalid();

	mg_content_text(&task, s->task);
	const struct mg_var vars[] = { { "task", mg_buf_str(&task) }, { "said", text }, { NULL, NULL } };
	if (mg_template(&sys, "judge", vars, e) == 0 && mg_template(&user, "judge-task", vars, e) == 0) {
		messages = jv_array_append(jv_array(), message("system", &sys));
		messages = jv_array_append(messages, message("user", &user));
	} else {
		mg_buf_free(&sys);
		mg_buf_free(&user);
	}
	mg_buf_free(&task);
	return messages;
}

jv
mg_prompt_asked(const struct mg_agent *a, jv asked, struct mg_err *e)
{
	struct mg_buf sys = MG_BUF(MG_BODY_MAX), given = MG_BUF(MG_BODY_MAX);
	jv out = jv_array(), rest = jv_array();
	int r;

	jv_array_foreach(asked, i, x) {
		jv content = mg_jv_get(x, "content");
		if (strcmp(mg_jv_str(x, "role", ""), "system") == 0) {
			mg_buf_adds(&given, given.len > 0 ? "\n\n" : "");
			mg_content_text(&given, content);
			jv_free(x);
		} else {
			rest = jv_array_append(rest, x);
		}
		jv_free(content);
	}
	jv_free(asked);
	while (given.len > 0 && given.p[given.len - 1] == '\n')
		given.p[--given.len] = '\0';
	const struct mg_var vars[] = { { "system_message", a != NULL ? system_of(a) : "" },
		{ "instructions", mg_buf_str(&given) }, { NULL, NULL } };
	r = mg_template(&sys, "asked", vars, e);
	if (r == 0 && sys.len != strspn(mg_buf_str(&sys), "\n"))
		out = jv_array_append(out, message("system", &sys));
	mg_buf_free(&sys);
	mg_buf_free(&given);
	if (r == 0)
		return jv_array_concat(out, rest);
	jv_free(out);
	jv_free(rest);
	return jv_invalid();
}

void
mg_prompt_text(struct mg_buf *b, jv messages)
{
	jv_array_foreach(messages, i, m) {
		jv content = mg_jv_get(m, "content");
		mg_content_text(b, content);
		mg_buf_addc(b, '\n');
		jv_free(content);
		jv_free(m);
	}
}
