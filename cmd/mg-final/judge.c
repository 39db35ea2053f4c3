/* judge.c - a second agent's word on whether a text waits for somebody.
 * SPDX-License-Identifier: MIT
 *
 * Asked only where the detector is near its border, within a short limit; whatever goes
 * wrong, the detector's own verdict holds. */
#include <string.h>

#include "chunk/json.h"
#include "coord/prompt.h"
#include "mg-final/final.h"
#include "rt/clock.h"
#include "rt/err.h"

#define JUDGE_TIME	30.0	/* seconds, of those that the presentation has */

static int
can_judge(const struct final *f, const struct mg_agent *a)
{
	return a != NULL && a->registered && !mg_state_failed(a) && a != final_winner(f);
}

/* The one that the configuration names, else the first that is neither the winner nor failed; NULL: nobody. */
static const struct mg_agent *
who(const struct final *f)
{
	const char *named = mg_jv_str(f->s->limits, "judge", "");
	const struct mg_agent *a = mg_state_agent(f->s, named, strlen(named));
	size_t i;

	if (can_judge(f, a))
		return a;
	for (i = 0; i < f->s->nagent; i++)
		if (can_judge(f, &f->s->agent[i]))
			return &f->s->agent[i];
	return NULL;
}

/* 1, 0, or -1 where it did not say exactly one of the two words. */
static int
verdict_of(const struct mg_buf *text)
{
	int asks = strstr(mg_buf_str(text), "ASKS") != NULL, done = strstr(mg_buf_str(text), "DONE") != NULL;

	return asks == done ? -1 : asks;
}

int
second_opinion(struct final *f, const char *text, jv *says)
{
	static const char *const words[] = { "unknown", "done", "asks" };
	const struct mg_agent *a = who(f);
	struct mg_err e;
	struct try t;
	jv messages, o;
	int r = -1;

	if (a == NULL)
		return -1;
	messages = mg_prompt_judge(f->s, text, &e);
	if (!jv_is_valid(messages)) {
		jv_free(messages);
		mg_warn("%s", e.msg);
		return -1;
	}
	try_run(f, f->o.follow ? &f->bus : &f->judge, &t, a->id, "judge", messages, mg_sooner(f->total, mg_after(JUDGE_TIME)));
	if (t.why == NULL)
		r = verdict_of(&t.text);
	o = jv_object_set(jv_object(), jv_string("agent"), jv_string(a->id));
	o = jv_object_set(o, jv_string("says"), jv_string(words[r + 1]));
	o = jv_object_set(o, jv_string("seconds"), jv_number((double)(mg_now() - t.asked) / 1000));
	jv_free(*says);
	*says = o;
	try_free(&t);
	return r;
}
