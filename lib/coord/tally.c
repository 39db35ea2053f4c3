/* tally.c - who won: a pure function of the fold.
 * SPDX-License-Identifier: MIT */
#include "coord/tally.h"

#include <stdlib.h>
#include <string.h>

#include "rt/mem.h"

struct row {			/* one agent, in registration order, as far as it counts */
	const struct mg_agent	*a;
	int			 quorum;
	long			 newest;	/* its highest answer that counts */
	long			 vote_max;	/* votes above this number are left out */
	const struct mg_vote	*vote;		/* the one that is reported */
	int			 counted;
	const char		*why;		/* why it is not counted */
	long			 votes;		/* received */
};

struct count {
	const struct mg_state	*s;
	struct row		*row;
	size_t			 n;		/* all agents, the registered ones first */
	int			 now;
	const char		*rule;
};

static struct row *
row_of(const struct count *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (strcmp(c->row[i].a->id, id) == 0)
			return &c->row[i];
	return NULL;
}

/* A run that was decided is counted within what its decision counted. */
static void
bound_by(struct count *c, jv decision)
{
	jv vector = mg_jv_get(decision, "vector"), quorum = mg_jv_get(decision, "quorum");
	jv votes = mg_jv_get(decision, "votes");
	struct row *r;
	size_t i;

	for (i = 0; i < c->n; i++) {
		c->row[i].newest = (long)mg_jv_num(vector, c->row[i].a->id, 0);
		c->row[i].quorum = 0;
		c->row[i].vote_max = 0;
	}
	if (jv_get_kind(quorum) == JV_KIND_ARRAY)
		jv_array_foreach(quorum, k, id) {
			if (jv_get_kind(id) == JV_KIND_STRING && (r = row_of(c, jv_string_value(id))) != NULL)
				r->quorum = 1;
			jv_free(id);
		}
	if (jv_get_kind(votes) == JV_KIND_ARRAY)
		jv_array_foreach(votes, k, v) {
			if ((r = row_of(c, mg_jv_str(v, "source", ""))) != NULL)
				r->vote_max = (long)mg_jv_num(v, "n", 0);
			jv_free(v);
		}
	c->now = mg_jv_true(decision, "deadline", 0);
	jv_free(vector);
	jv_free(quorum);
	jv_free(votes);
}

static void
count_init(struct count *c, struct mg_state *s, int now)
{
	size_t i;

	mg_state_settle(s);
	c->s = s;
	c->n = s->nagent;
	c->row = mg_calloc(c->n, sizeof *c->row);
	c->now = now || mg_state_deadline(s);
	c->rule = "votes";
	for (i = 0; i < c->n; i++) {
		const struct mg_agent *a = &s->agent[i];
		c->row[i] = (struct row){ .a = a, .newest = mg_state_newest(a), .vote_max = -1,
		    .quorum = a->registered && !mg_state_failed(a) };
	}
	if (jv_is_valid(s->decision))
		bound_by(c, s->decision);
}

static int
has_answer(const struct count *c, const char *id)
{
	const struct row *r = row_of(c, id);

	return r != NULL && r->a->registered && r->newest > 0;
}

/* The newest answer of somebody that the author had not in view, or NULL. */
static const struct row *
unseen(const struct count *c, const struct mg_view *seen)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->row[i].a->registered && mg_view_of(seen, c->row[i].a->id) != c->row[i].newest)
			return &c->row[i];
	return NULL;
}

/* Each source's highest vote, and whether it is valid. */
static void
judge_votes(struct count *c)
{
	struct row *r;
	size_t i, k;

	for (i = 0; i < c->n; i++) {
		r = &c->row[i];
		for (k = r->a->nvote; k > 0; k--)
			if (r->vote_max == -1 || r->a->vote[k - 1].n <= r->vote_max)
				break;
		if (k == 0)
			continue;
		r->vote = &r->a->vote[k - 1];
		if (!r->a->registered)
			r->why = "its author is not registered";
		else if (!r->quorum)
			r->why = "its author has failed";
		else if (!has_answer(c, r->vote->target))
			r->why = "it names nobody who has an answer";
		else if (unseen(c, &r->vote->seen) != NULL)
			r->why = "stale: its author had not seen every answer";
		else
			r->counted = 1;
	}
}

/* Where no vote is valid: each agent's newest stale one for an agent that has an answer. */
static size_t
take_stale(struct count *c)
{
	struct row *r;
	size_t i, k, taken = 0;

	for (i = 0; i < c->n; i++) {
		r = &c->row[i];
		for (k = r->a->nvote; r->quorum && k > 0; k--) {
			const struct mg_vote *v = &r->a->vote[k - 1];
			if ((r->vote_max != -1 && v->n > r->vote_max) || !has_answer(c, v->target))
				continue;
			r->vote = v;
			r->counted = 1;
			r->why = NULL;
			taken++;
			break;
		}
	}
	return taken;
}

static struct row *
most_votes(struct count *c, int *tie)
{
	struct row *best = NULL, *t;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->row[i].counted && (t = row_of(c, c->row[i].vote->target)) != NULL)
			t->votes++;
	*tie = 0;
	for (i = 0; i < c->n; i++) {
		if (c->row[i].votes == 0)
			continue;
		if (best == NULL || c->row[i].votes > best->votes) {
			best = &c->row[i];
			*tie = 0;
		} else if (c->row[i].votes == best->votes) {
			*tie = 1;
		}
	}
	return best;
}

/* The agent of which any answer had most other agents' answers in view. */
static struct row *
widest_view(struct count *c)
{
	struct row *best = NULL, *r;
	size_t i, k, j;
	long most = -1, others;

	for (i = 0; i < c->n; i++) {
		r = &c->row[i];
		for (k = 0; r->a->registered && k < r->a->nanswer && r->a->answer[k].n <= r->newest; k++) {
			const struct mg_view *v = &r->a->answer[k].seen;
			for (others = 0, j = 0; j < v->count; j++)
				others += strcmp(v->a[j].id, r->a->id) != 0;
			if (others > most) {
				most = others;
				best = r;
			}
		}
	}
	return best;
}

static jv
votes_value(const struct count *c)
{
	jv votes = jv_array(), v;
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct row *r = &c->row[i];
		if (r->vote == NULL)
			continue;
		v = jv_object_set(jv_object(), jv_string("source"), jv_string(r->a->id));
		v = jv_object_set(v, jv_string("n"), jv_number((double)r->vote->n));
		v = jv_object_set(v, jv_string("for"), jv_string(r->vote->label));
		v = jv_object_set(v, jv_string("counted"), jv_bool(r->counted));
		if (r->why != NULL)
			v = jv_object_set(v, jv_string("why"), jv_string(r->why));
		else if (*r->vote->reason != '\0')
			v = jv_object_set(v, jv_string("why"), jv_string(r->vote->reason));
		votes = jv_array_append(votes, v);
	}
	return votes;
}

static jv
ignored_value(const struct count *c)
{
	jv ignored = jv_array(), v;
	size_t i, k;

	for (i = 0; i < c->n; i++)
		for (k = 0; !c->row[i].a->registered && k < c->row[i].a->nanswer; k++) {
			v = jv_object_set(jv_object(), jv_string("label"),
			    jv_string_fmt("%s.%ld", c->row[i].a->id, c->row[i].a->answer[k].n));
			v = jv_object_set(v, jv_string("why"), jv_string("its author is not registered"));
			ignored = jv_array_append(ignored, v);
		}
	return ignored;
}

static jv
decision_value(const struct count *c, const struct row *winner, int tie)
{
	jv d = jv_object(), count = jv_object(), vector = jv_object(), quorum = jv_array();
	size_t i;

	for (i = 0; i < c->n; i++) {
		const struct row *r = &c->row[i];
		if (r->votes > 0)
			count = jv_object_set(count, jv_string(r->a->id), jv_number((double)r->votes));
		if (r->a->registered && r->newest > 0)
			vector = jv_object_set(vector, jv_string(r->a->id), jv_number((double)r->newest));
		if (r->quorum)
			quorum = jv_array_append(quorum, jv_string(r->a->id));
	}
	d = jv_object_set(d, jv_string("winner"), winner != NULL ? jv_string(winner->a->id) : jv_null());
	d = jv_object_set(d, jv_string("answer"), winner != NULL ?
	    jv_string_fmt("%s.%ld", winner->a->id, winner->newest) : jv_null());
	d = jv_object_set(d, jv_string("tie"), jv_bool(tie));
	d = jv_object_set(d, jv_string("rule"), jv_string(c->rule));
	d = jv_object_set(d, jv_string("count"), count);
	d = jv_object_set(d, jv_string("votes"), votes_value(c));
	d = jv_object_set(d, jv_string("vector"), vector);
	d = jv_object_set(d, jv_string("quorum"), quorum);
	d = jv_object_set(d, jv_string("deadline"), jv_bool(c->now));
	return jv_object_set(d, jv_string("ignored"), ignored_value(c));
}

/* Fills owed; returns how many of the quorum there are. */
static size_t
quorum_owing(const struct count *c, jv *owed, size_t *answers, const struct row **alone)
{
	size_t i, n = 0;

	*answers = 0;
	for (i = 0; i < c->n; i++) {
		const struct row *r = &c->row[i];
		*answers += r->a->registered && r->newest > 0;
		if (!r->quorum)
			continue;
		n++;
		*alone = r;
		if (!r->counted)
			*owed = jv_array_append(*owed, jv_string(r->a->id));
	}
	return n;
}

void
mg_tally(struct mg_state *s, int now, struct mg_tally *t)
{
	struct count c;
	const struct row *alone = NULL;
	struct row *winner = NULL;
	size_t quorum, answers, i;
	int tie = 0, any = 0;

	count_init(&c, s, now);
	judge_votes(&c);
	t->owed = jv_array();
	quorum = quorum_owing(&c, &t->owed, &answers, &alone);
	for (i = 0; i < c.n; i++)
		any += c.row[i].counted;
	t->decided = 1;
	if (quorum == 1 && answers == 1 && alone->newest > 0) {
		c.rule = "alone";
		winner = row_of(&c, alone->a->id);
		for (i = 0; i < c.n; i++)
			if (c.row[i].counted)	/* a vote that was not needed is no count */
				c.row[i].counted = 0, c.row[i].why = "nobody else has an answer";
	} else if (quorum > 0 && jv_array_length(jv_copy(t->owed)) == 0) {
		winner = most_votes(&c, &tie);
	} else if ((c.now || quorum == 0) && mg_state_registered(s) > 0) {
		if (any == 0 && take_stale(&c) > 0)
			c.rule = "stale";
		if ((winner = most_votes(&c, &tie)) == NULL) {
			winner = widest_view(&c);
			c.rule = winner != NULL ? "view" : "nobody";
		}
	} else {
		t->decided = 0;
	}
	t->decision = t->decided ? decision_value(&c, winner, tie) : jv_invalid();
	free(c.row);
}

void
mg_tally_free(struct mg_tally *t)
{
	jv_free(t->decision);
	jv_free(t->owed);
}
