/* present.c - the presentation: asked for, checked, sent back, and at the end exactly one final.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "chunk/emit.h"
#include "coord/asks.h"
#include "coord/prompt.h"
#include "mg-final/final.h"
#include "mg-final/words.h"
#include "rt/clock.h"
#include "rt/err.h"
#include "rt/mem.h"
#include "rt/write.h"

enum { EXCERPT = 300 };		/* bytes of a refused text that the final's checks quote */

/* What is recorded beside the text. */
struct record {
	long	 tries;
	double	 first;		/* seconds until the accepted text began; negative: there is none */
	double	 checking;	/* seconds of our own work on the texts */
	jv	 sent_back, judge;
};

const struct mg_agent *
final_winner(const struct final *f)
{
	const char *winner = mg_jv_str(f->s->decision, "winner", "");

	return mg_state_agent(f->s, winner, strlen(winner));
}

const struct mg_answer *
final_answer(const struct final *f)
{
	const char *label = mg_jv_str(f->s->decision, "answer", "");
	const struct mg_agent *a = final_winner(f);
	size_t idlen, i;
	long n = 0;

	if (a == NULL || a->nanswer == 0)
		return NULL;
	if (mg_label_split(label, strlen(label), &idlen, &n) == 0)
		for (i = 0; i < a->nanswer; i++)
			if (a->answer[i].n == n)
				return &a->answer[i];
	return &a->answer[a->nanswer - 1];
}

const struct mg_lexicon *
final_words(struct final *f)
{
	struct mg_err e;

	if (f->words == NULL && (f->words = words_load(1, &e)) == NULL)
		mg_die(&e);
	return f->words;
}

static double
since(int64_t start)
{
	return (double)(mg_now() - start) / 1000;
}

static void
judge(struct final *f, const struct mg_buf *text, struct mg_checked *v)
{
	struct mg_buf task = MG_BUF(MG_LINE_MAX), answer = MG_BUF(MG_LINE_MAX);

	mg_content_text(&task, f->s->task);
	mg_content_text(&answer, final_answer(f)->content);
	mg_verdict_judge(final_words(f), mg_buf_str(&task), task.len, mg_buf_str(text), text->len,
	    mg_state_registered(f->s), answer.len, v);
	mg_buf_free(&task);
	mg_buf_free(&answer);
}

/* The same, and where it is near the border a second agent's word, if that is wanted. */
static void
judge_text(struct final *f, const struct mg_buf *text, struct record *r, struct mg_checked *v)
{
	int64_t start = mg_now();
	int asks;

	judge(f, text, v);
	r->checking += since(start);
	if (!f->o.judge || !v->asks.unsure || (v->is != MG_FINAL_GOOD && v->is != MG_FINAL_ASKS))
		return;
	if ((asks = second_opinion(f, mg_buf_str(text), &r->judge)) == 1)
		v->is = MG_FINAL_ASKS;
	else if (asks == 0)
		v->is = MG_FINAL_GOOD;
}

static void
note(struct record *r, long try, const struct mg_checked *v, const struct mg_buf *text, double seconds)
{
	struct mg_buf b = MG_BUF(EXCERPT);
	jv o = jv_object_set(jv_object(), jv_string("try"), jv_number((double)try));

	o = jv_object_set(o, jv_string("verdict"), jv_string(mg_verdict_name(v->is)));
	if (v->is == MG_FINAL_ASKS)
		o = jv_object_set(o, jv_string("kind"), jv_string(v->asks.kind));
	mg_verdict_excerpt(&b, &v->asks, mg_buf_str(text), EXCERPT);
	if (b.len > 0)
		o = jv_object_set(o, jv_string("excerpt"), jv_string_sized(mg_buf_str(&b), (int)b.len));
	o = jv_object_set(o, jv_string("seconds"), jv_number(seconds));
	r->sent_back = jv_array_append(r->sent_back, o);
	mg_buf_free(&b);
}

static jv
checks(const struct final *f, struct record *r, enum mg_final_verdict is, int fallback)
{
	jv o = jv_object_set(jv_object(), jv_string("verdict"), jv_string(mg_verdict_name(is)));

	o = jv_object_set(o, jv_string("tries"), jv_number((double)r->tries));
	o = jv_object_set(o, jv_string("fallback"), jv_bool(fallback));
	o = jv_object_set(o, jv_string("seconds"), jv_number(since(f->start)));
	if (r->first >= 0)
		o = jv_object_set(o, jv_string("first_byte"), jv_number(r->first));
	o = jv_object_set(o, jv_string("checking"), jv_number(r->checking));
	o = jv_object_set(o, jv_string("sent_back"), jv_copy(r->sent_back));
	if (jv_is_valid(r->judge))
		o = jv_object_set(o, jv_string("judge"), jv_copy(r->judge));
	return o;
}

/* Writes the one final.  -1: it is longer than a line may be, and nothing was written. */
static int
write_final(struct final *f, jv content, const char *degraded, jv checked)
{
	struct mg_buf b = MG_BUF(8 * MG_LINE_MAX);
	jv d = jv_object_set(jv_object(), jv_string("winner"), mg_jv_get(f->s->decision, "winner"));
	struct mg_err e;
	int r = 0;

	d = jv_object_set(d, jv_string("answer"), mg_jv_get(f->s->decision, "answer"));
	mg_put_begin(&b, "final", SOURCE, NULL);
	mg_put_value(&b, "content", content);
	mg_put_value(&b, "decision", d);
	if (degraded != NULL)
		mg_put_str(&b, "degraded", degraded);
	mg_put_value(&b, "checks", checked);
	mg_put_end(&b);
	if (b.len > MG_LINE_MAX)
		r = -1;
	else if (mg_write(1, mg_buf_str(&b), b.len, &e) == -1)
		mg_die(&e);
	mg_buf_free(&b);
	return r;
}

/* The winning answer as it stands; degraded says why, where it should not have been. */
static void
fall_back(struct final *f, struct record *r, const char *degraded)
{
	jv content = jv_copy(final_answer(f)->content);
	struct mg_buf text = MG_BUF(MG_LINE_MAX);
	struct mg_checked v;
	char *why = NULL;

	mg_content_text(&text, content);
	judge(f, &text, &v);
	if (degraded != NULL && v.is == MG_FINAL_ASKS)
		why = mg_printf("%s; and this answer asks for something, too", degraded);
	if (degraded != NULL && !f->o.follow)	/* on the bus mg-run says so */
		mg_warn("%s; the winning answer is the final", degraded);
	if (write_final(f, content, why != NULL ? why : degraded, checks(f, r, v.is, degraded != NULL)) == -1)
		mg_quit(MG_DATA, "the winning answer is longer than a final may be");
	mg_buf_free(&text);
	free(why);
}

/* The messages of the next try: what was wrong with the last one, if there was one.  Invalid: see *e. */
static jv
messages(struct final *f, const struct mg_checked *v, const struct mg_buf *said, struct mg_err *e)
{
	char *again = NULL;
	jv m;

	if (v->is != MG_FINAL_GOOD && (again = mg_prompt_again(v, mg_buf_str(said), e)) == NULL)
		return jv_invalid();
	m = mg_prompt_final(f->s, again, again != NULL ? mg_buf_str(said) : NULL, e);
	free(again);
	return m;
}

static const char *
refused(enum mg_final_verdict is)
{
	switch (is) {
	case MG_FINAL_EMPTY:
		return "the presentation was empty";
	case MG_FINAL_TOOL:
		return "the presentation was a call of vote or new_answer";
	case MG_FINAL_REFERS:
		return "the presentation only points to another answer";
	case MG_FINAL_PLAN:
		return "the presentation only announces work";
	default:
		return "the presentation asks for something";
	}
}

/* What was said: good and out, or noted and kept for the next try.  1: it is out. */
static int
weigh(struct final *f, struct record *r, const struct try *t, struct mg_checked *v, struct mg_buf *said)
{
	judge_text(f, &t->text, r, v);
	if (t->called)
		v->is = MG_FINAL_TOOL;
	r->first = (double)(t->first - t->asked) / 1000;
	if (v->is == MG_FINAL_GOOD)
		return write_final(f, jv_string_sized(mg_buf_str(&t->text), (int)t->text.len), NULL, checks(f, r, v->is, 0)) == 0;
	note(r, r->tries, v, &t->text, since(t->asked));
	mg_buf_clear(said);
	mg_buf_add(said, mg_buf_str(&t->text), t->text.len);
	return 0;
}

/* One presentation.  1: the final is out, or it cannot be had: *why says so.  0: sent back, *v and *said say why. */
static int
one_try(struct final *f, struct record *r, struct mg_checked *v, struct mg_buf *said, int *gone, char **why)
{
	struct talk *k = f->o.follow ? &f->bus : &f->winner;
	struct mg_err e;
	struct try t;
	jv m = messages(f, v, said, &e);
	int over = 1;

	if (!jv_is_valid(m)) {
		jv_free(m);
		*why = mg_printf("the winner could not be asked: %s", e.msg);
		return 1;
	}
	try_run(f, k, &t, final_winner(f)->id, "final", m, f->total);
	if (t.gone && !*gone) {		/* it is being started again: that was no presentation */
		*gone = 1;
		r->tries--;
		over = 0;
	} else if (t.why != NULL) {
		*why = mg_strdup(t.why);
	} else {
		over = weigh(f, r, &t, v, said);
		if (!over && v->is == MG_FINAL_GOOD) {
			*why = mg_strdup("the presentation is longer than a chunk may be");
			over = 1;
		}
	}
	try_free(&t);
	return over;
}

/* Asks until a text can stand, or nothing more may be asked. */
static void
ask_winner(struct final *f, struct record *r, struct mg_checked *v, struct mg_buf *said)
{
	char *why = NULL;
	int gone = 0;

	for (;;) {
		if (r->tries == f->o.tries || mg_now() >= f->total) {
			why = mg_strdup(v->is != MG_FINAL_GOOD ? refused(v->is) : "the presentation took longer than its limit");
			break;
		}
		r->tries++;
		if (one_try(f, r, v, said, &gone, &why))
			break;
	}
	if (why != NULL) {
		r->first = -1;
		fall_back(f, r, why);
		free(why);
	}
}

/* Whether nothing more may be bought: the winning answer is the final. */
static int
spent(const struct final *f)
{
	return mg_state_deadline(f->s) && f->s->deadline != NULL && strcmp(f->s->deadline, "time") != 0;
}

void
present(struct final *f)
{
	struct record r = { .first = -1, .sent_back = jv_array(), .judge = jv_invalid() };
	struct mg_checked v = { .is = MG_FINAL_GOOD };
	struct mg_buf said = MG_BUF(MG_LINE_MAX);
	int alone = mg_state_registered(f->s) == 1;

	if (alone && !f->o.no_present && !spent(f)) {
		mg_content_text(&said, final_answer(f)->content);
		judge_text(f, &said, &r, &v);
		if (v.is != MG_FINAL_GOOD)
			note(&r, 0, &v, &said, 0);
	}
	if (f->o.no_present || spent(f) || (alone && v.is == MG_FINAL_GOOD))
		fall_back(f, &r, f->o.no_present || !spent(f) ? NULL : "the run's budget is used up");
	else
		ask_winner(f, &r, &v, &said);
	mg_buf_free(&said);
	jv_free(r.sent_back);
	jv_free(r.judge);
}
