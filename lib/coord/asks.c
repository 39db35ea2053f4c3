/* asks.c - does a final answer wait for a human being?  The verdict.
 * SPDX-License-Identifier: MIT */
#include "coord/asks.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "coord/asks_weigh.h"

enum {
	KINDS = 64,		/* kinds of requests that are told apart */
	NEAR = 20,		/* a score nearer to the border than this is unsure */
	SURE = 2 * ASKS_UNIT	/* by so much more than a rule the words must say to name the kind */
};

struct candidate { int sum; size_t start, end; const char *kind; };	/* kind: a rule's, or NULL */

struct judge {
	const struct mg_lexicon	*l;
	int		 task, before;	/* what the task and the sentence before say of this one */
	int		 order;		/* what the task's words say of its order */
	struct candidate last, best;	/* the sentence before, which this one may yet change; the highest */
};

/* The kind that most of a sentence's weight belongs to. */
static const char *
kind_of(const struct mg_lexicon *l, const char *text, const struct candidate *c)
{
	struct asks_feature f[ASKS_FEATURES];
	int votes[KINDS] = { 0 };
	unsigned best = 0, n;
	struct asks_sent s;
	struct asks_scan scan;

	asks_block(&scan, text, c->start, c->end);
	n = asks_sentence(&scan, &l->words, &s) && s.n > 0 ? asks_features(&s, f) : 0;
	for (unsigned i = 0; i < n; i++) {
		const struct asks_weight *w = asks_weight(l, f[i].hash);

		if (w != NULL && w->kind > 0 && w->kind <= KINDS)
			votes[w->kind - 1] += w->w[W_HERE];
	}
	for (unsigned k = 1; k < KINDS; k++)
		if (votes[k] > votes[best])
			best = k;
	return (votes[best] > 0 ? l->kind[best] : "request");
}

/* What a rule of the lists says; INT_MIN where none fits. */
static int
ruled(const struct mg_lexicon *l, const struct asks_seen *o, const char **kind)
{
	int own = o->voice == V_FREE || o->voice == V_MIXED;
	const struct asks_rule *rule;
	struct asks_found f;
	double p;

	if (!(o->sent->key & ASKS_KEY_ASK))
		return (INT_MIN);
	asks_match(l, o->sent, &f);
	rule = own ? f.ask : f.askp;
	p = rule == NULL ? 0 : (own ? rule->w : rule->p) / 100.0;
	if (p <= 0)
		return (INT_MIN);
	*kind = l->kind[rule->kind];
	return ((int)lround(log(p / (1.001 - p)) * ASKS_UNIT));
}

/* The sentence before is complete: it may be the highest. */
static void
settle(struct judge *j)
{
	if (j->last.sum > j->best.sum)
		j->best = j->last;
	j->last.sum = INT_MIN;
}

static void
weigh(void *arg, const struct asks_seen *o)
{
	struct judge *j = arg;
	struct asks_sum sum = asks_weigh(j->l, o->sent);
	int z = j->task + j->before, r;
	const char *kind = NULL;

	z += o->voice == V_OTHER ? (int)(sum.here * ASKS_OTHERS_WORDS) : sum.here;
	for (unsigned i = 0; i < o->nmark; i++)
		z += j->l->weights.mark[o->mark[i]];
	if (j->last.sum != INT_MIN && j->last.kind == NULL)
		j->last.sum += sum.back;
	settle(j);
	r = ruled(j->l, o, &kind);
	if (r < z - SURE)
		kind = NULL;	/* the words are surer than the rule */
	z = r > z ? r : z;
	j->last = (struct candidate){ z, o->sent->start, o->sent->end, kind };
	j->before = sum.next;
}

/* What a sentence of the task says of any one of its answer. */
static void
weigh_task(void *arg, const struct asks_sent *s)
{
	struct judge *j = arg;
	struct asks_sum sum = asks_weigh(j->l, s);

	j->task += sum.task;
	j->order += sum.order;
}

void
mg_asks_judge(const struct mg_lexicon *l, const char *task, size_t tasklen, const char *text, size_t len,
    struct mg_asks *out)
{
	struct judge j = { .l = l, .last = { .sum = INT_MIN }, .best = { .sum = INT_MIN } };
	struct asks_order order;

	order = asks_task(l, task, tasklen, weigh_task, &j);
	order.foreign = j.order;
	asks_read(l, &order, text, len, weigh, &j);
	settle(&j);
	*out = (struct mg_asks){ .kind = "" };
	out->asks = j.best.sum > 0;
	if (j.best.sum != INT_MIN) {
		out->score = (int)lround(100 / (1 + exp(-(double)j.best.sum / ASKS_UNIT)));
		out->score -= !out->asks && out->score == 50;
	}
	out->unsure = out->score > 50 - NEAR && out->score < 50 + NEAR;
	if (out->asks) {
		out->kind = j.best.kind != NULL ? j.best.kind : kind_of(l, text, &j.best);
		out->start = j.best.start;
		out->end = j.best.end;
	}
	snprintf(out->why, sizeof(out->why), "%s%s (%d of 100)", out->asks ? "a request: " : "nothing asks", out->kind, out->score);
}
