/* turn.c - what a reply means.
 * SPDX-License-Identifier: MIT */
#include "coord/turn.h"

#include <stdlib.h>
#include <string.h>

#include "coord/tally.h"
#include "rt/bounds.h"
#include "rt/mem.h"

int
mg_turn_is_workflow(const char *name)
{
	return strcmp(name, "vote") == 0 || strcmp(name, "new_answer") == 0;
}

static void
fault(struct mg_outcome *o, char *reason)
{
	o->verdict = MG_IS_FAULT;
	o->reason = reason;
}

/* Without the white space around it. */
static struct mg_span
trim(const char *s, size_t n)
{
	while (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL && s[n - 1] != '\0')
		n--;
	while (n > 0 && strchr(" \t\r\n", *s) != NULL && *s != '\0')
		s++, n--;
	return (struct mg_span){ s, n };
}

static int
same_text(jv content, struct mg_span t)
{
	struct mg_buf b = MG_BUF(MG_BODY_MAX);
	struct mg_span c;
	int same;

	mg_content_text(&b, content);
	c = trim(mg_buf_str(&b), b.len);
	same = c.n == t.n && memcmp(c.p, t.p, t.n) == 0;
	mg_buf_free(&b);
	return same;
}

/* The label of an answer in view that has this text, or NULL. */
static char *
duplicate(const struct mg_state *s, const struct mg_prompt *p, struct mg_span text)
{
	const struct mg_agent *a;
	size_t i, k;

	for (i = 0; i < p->seen.count; i++) {
		if ((a = mg_state_agent(s, p->seen.a[i].id, strlen(p->seen.a[i].id))) == NULL)
			continue;
		for (k = 0; k < a->nanswer; k++)
			if (a->answer[k].n == p->seen.a[i].n && same_text(a->answer[k].content, text))
				return mg_printf("%s.%ld", a->id, a->answer[k].n);
	}
	return NULL;
}

static void
judge_answer(const struct mg_state *s, const struct mg_prompt *p, const char *text, size_t len,
    int *repeats, struct mg_outcome *o)
{
	struct mg_span t = trim(text, len);
	char *label;

	if (t.n == 0) {
		fault(o, mg_strdup("the answer was empty."));
		return;
	}
	if ((label = duplicate(s, p, t)) != NULL) {
		if ((*repeats)++ == 0) {
			free(label);
			fault(o, mg_strdup("this answer stands among the answers already, word for word; "
			    "vote for it, or hand in something better."));
			return;
		}
		o->verdict = MG_IS_VOTE;
		o->label = label;
		o->reason = mg_strdup("hands in the same answer");
		return;
	}
	o->verdict = MG_IS_ANSWER;
	o->content = mg_memdup(text, len);
	o->content_len = len;
}

static char *
names_in_view(const struct mg_state *s, const struct mg_prompt *p)
{
	struct mg_buf b = MG_BUF(MG_MIB);
	const struct mg_agent *a;
	size_t i;

	for (i = 0; i < p->seen.count; i++)
		if ((a = mg_state_agent(s, p->seen.a[i].id, strlen(p->seen.a[i].id))) != NULL)
			mg_buf_printf(&b, "%sagent%d", i > 0 ? ", " : "", mg_state_place(s, a) + 1);
	return mg_buf_take(&b, NULL);
}

static void
judge_vote(const struct mg_state *s, const struct mg_prompt *p, jv args, struct mg_outcome *o)
{
	const char *name = mg_jv_str(args, "agent_id", "");
	const struct mg_agent *a = mg_prompt_named(s, name);
	long n = a != NULL ? mg_view_of(&p->seen, a->id) : 0;
	char *names;

	if (n == 0) {
		names = names_in_view(s, p);
		fault(o, mg_printf("'%.40s' is none of the names that have an answer: %s.", name, names));
		free(names);
		return;
	}
	o->verdict = MG_IS_VOTE;
	o->label = mg_printf("%s.%ld", a->id, n);
	o->reason = mg_strdup(mg_jv_str(args, "reason", ""));
}

/* The arguments as an object; invalid where they are none (cut off, or no JSON). */
static jv
arguments(const struct mg_wish *w)
{
	struct mg_bad bad;
	jv v;

	if (mg_json_check(w->arguments, strlen(w->arguments), &bad) == -1)
		return jv_invalid();
	v = jv_parse(w->arguments);
	if (jv_get_kind(v) == JV_KIND_OBJECT)
		return v;
	jv_free(v);
	return jv_invalid();
}

/* What is wrong with the calls as a set, or NULL. */
static char *
calls_fault(const struct mg_prompt *p, const struct mg_wish *w, size_t n)
{
	size_t i, votes = 0, answers = 0;

	for (i = 0; i < n; i++) {
		if (strcmp(w[i].name, "vote") == 0)
			votes++;
		else
			answers++;
	}
	if (votes > 0 && answers > 0)
		return mg_strdup("a vote and a new answer exclude each other; call one tool, once.");
	if (votes > 0 && p->stage == MG_STAGE_ANSWER)
		return mg_strdup("there is no answer to vote for yet; call new_answer.");
	if (answers > 0 && p->stage == MG_STAGE_VOTE)
		return mg_strdup("you may not hand in another answer; call vote.");
	return NULL;
}

static void
judge_calls(const struct mg_state *s, const struct mg_prompt *p, const char *text, size_t len,
    const struct mg_wish *w, size_t n, int *repeats, struct mg_outcome *o)
{
	jv args, other, content;
	char *why = calls_fault(p, w, n);
	size_t i;

	if (why != NULL) {
		fault(o, why);
		return;
	}
	args = arguments(&w[0]);
	if (!jv_is_valid(args)) {
		jv_free(args);
		fault(o, mg_printf("the arguments of %s were no JSON object, or were cut off.", w[0].name));
		return;
	}
	if (strcmp(w[0].name, "vote") == 0) {
		for (i = 1; i < n; i++) {	/* several votes for one agent are one vote */
			other = arguments(&w[i]);
			if (strcmp(mg_jv_str(other, "agent_id", ""), mg_jv_str(args, "agent_id", "")) != 0)
				fault(o, mg_strdup("there were votes for several agents; vote once."));
			jv_free(other);
			if (o->verdict == MG_IS_FAULT && o->reason != NULL)
				break;
		}
		if (o->reason == NULL)
			judge_vote(s, p, args, o);
	} else {
		content = mg_jv_get(args, "content");
		if (jv_get_kind(content) == JV_KIND_STRING)
			judge_answer(s, p, jv_string_value(content),
			    (size_t)jv_string_length_bytes(jv_copy(content)), repeats, o);
		else	/* it was said, only not where it belongs */
			judge_answer(s, p, text, len, repeats, o);
		jv_free(content);
	}
	jv_free(args);
}

void
mg_turn_judge(const struct mg_state *s, const struct mg_agent *self, const struct mg_prompt *p, const char *text,
    size_t len, const struct mg_wish *w, size_t n, int try, int *repeats, struct mg_outcome *o)
{
	struct mg_span t = trim(text, len);

	*o = (struct mg_outcome){ .verdict = MG_IS_FAULT };
	if (p->stage == MG_STAGE_ALONE)
		judge_answer(s, p, text, len, repeats, o);
	else if (n == 0)
		fault(o, mg_strdup(p->stage == MG_STAGE_ANSWER ? "the tool new_answer was not called." :
		    p->stage == MG_STAGE_VOTE ? "the tool vote was not called." :
		    "neither vote nor new_answer was called."));
	else
		judge_calls(s, p, text, len, w, n, repeats, o);
	if (o->verdict != MG_IS_FAULT || try < MG_TRIES)
		return;
	if (self->nanswer == 0 && t.n > 0) {
		free(o->reason);
		*o = (struct mg_outcome){ .verdict = MG_IS_ANSWER, .content = mg_memdup(text, len), .content_len = len };
	} else {
		o->verdict = MG_IS_FAILURE;
	}
}

void
mg_outcome_free(struct mg_outcome *o)
{
	free(o->content);
	free(o->label);
	free(o->reason);
}

int
mg_turn_due(struct mg_state *s, const struct mg_agent *a)
{
	struct mg_tally t;
	const char *id = a->id;
	size_t i;
	int decided;

	if (!a->registered || mg_state_failed(a) || jv_is_valid(s->decision) || mg_state_deadline(s) ||
	    mg_state_vote_valid(s, a, mg_state_vote(a)))
		return 0;
	for (i = 0; i < s->nagent; i++) {
		const struct mg_agent *b = &s->agent[i];
		if (b->registered && !mg_state_failed(b) && strcmp(b->id, id) != 0 &&
		    mg_state_acts(b) < mg_state_acts(a) && !mg_state_vote_valid(s, b, mg_state_vote(b)))
			return 0;
	}
	mg_tally(s, 0, &t);
	decided = t.decided;
	mg_tally_free(&t);
	return !decided;
}
