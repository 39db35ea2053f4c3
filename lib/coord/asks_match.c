/* asks_match.c - which rules does a sentence satisfy?
 * SPDX-License-Identifier: MIT */
#include <string.h>

#include "coord/asks_lex.h"

enum { HITS = 3000, BUDGET = 60 };	/* hits kept in a sentence; steps for each token */

struct hit { uint16_t class, len; uint16_t next, same; };	/* next at this place, next of this class */

struct work {
	const struct mg_lexicon	*l;
	const struct asks_sent	*t;
	struct hit	 hit[HITS + 1];
	unsigned	 nhit;
	uint16_t	 at[ASKS_TOKENS + 1];	/* first hit at a place */
	uint16_t	 pos[HITS + 1];		/* the place of a hit */
	uint64_t	 seen[ASKS_CLASSES / 64];
	uint16_t	 first[ASKS_CLASSES];	/* first hit of a class; valid where seen */
	long		 budget;
};

static void
add(struct work *w, unsigned pos, unsigned len, unsigned class)
{
	struct hit *h;

	if (w->nhit == HITS)
		return;
	h = &w->hit[++w->nhit];
	*h = (struct hit){ .class = (uint16_t)class, .len = (uint16_t)len, .next = w->at[pos] };
	w->pos[w->nhit] = (uint16_t)pos;
	w->at[pos] = (uint16_t)w->nhit;
	if (w->seen[class / 64] >> class % 64 & 1)
		h->same = w->first[class];
	w->seen[class / 64] |= UINT64_C(1) << class % 64;
	w->first[class] = (uint16_t)w->nhit;
}

/* All phrases that begin at pos: node is where the tokens from pos to at - 1 led. */
static void
phrases(struct work *w, unsigned pos, unsigned at, uint32_t node)
{
	for (uint32_t f = w->l->node[node].first; at > pos && f != 0; f = w->l->ends[f - 1].next)
		add(w, pos, at - pos, w->l->ends[f - 1].class);
	if (at == w->t->n || at - pos > 12)
		return;
	for (unsigned k = 0; k < ASKS_IDS && w->t->t[at].id[k] != 0; k++) {
		uint32_t id = w->t->t[at].id[k], to = node == 0 ? w->l->root[id] : asks_step(w->l, node, id);

		if (to != 0)
			phrases(w, pos, at + 1, to);
	}
}

static int
try_from(struct work *w, const struct asks_rule *r, unsigned k, unsigned pos)
{
	const struct asks_elem *e = &r->e[k];

	if (k == r->n)
		return (1);
	if (--w->budget < 0)
		return (0);
	if (e->opt && try_from(w, r, k + 1, pos))
		return (1);
	switch (e->sort) {
	case E_CLASS:
		for (unsigned h = w->at[pos]; h != 0; h = w->hit[h].next)
			if (w->hit[h].class == e->arg && try_from(w, r, k + 1, pos + w->hit[h].len))
				return (1);
		return (0);
	case E_GAP:
		for (unsigned d = 0; d <= e->arg && pos + d <= w->t->n; d++)
			if (try_from(w, r, k + 1, pos + d))
				return (1);
		return (0);
	case E_END:
		return (pos == w->t->n && try_from(w, r, k + 1, pos));
	case E_QUESTION:
		return (w->t->question && try_from(w, r, k + 1, pos));
	case E_START:
		return (pos == 0 && try_from(w, r, k + 1, pos));
	default:
		return (pos < w->t->n && w->t->t[pos].clause && try_from(w, r, k + 1, pos));
	}
}

static int
satisfies(struct work *w, const struct asks_rule *r)
{
	unsigned k, class = 0;

	for (k = 0; k < r->n; k++)
		if (r->e[k].sort == E_QUESTION && !w->t->question)
			return (0);
		else if (r->e[k].sort == E_CLASS && !r->e[k].opt &&
		    !(w->seen[r->e[k].arg / 64] >> r->e[k].arg % 64 & 1))
			return (0);
	/* begin where the first class stands, if nothing optional comes before it */
	if (r->e[0].sort == E_CLASS && !r->e[0].opt) {
		class = r->e[0].arg;
		for (unsigned h = w->first[class]; h != 0; h = w->hit[h].same)
			if (try_from(w, r, 0, w->pos[h]))
				return (1);
		return (0);
	}
	if (r->e[0].sort == E_START)
		return (try_from(w, r, 0, 0));
	for (unsigned p = 0; p < w->t->n; p++)
		if (try_from(w, r, 0, p))
			return (1);
	return (0);
}

static void
note(struct asks_found *f, const struct asks_rule *r)
{
	switch (r->type) {
	case R_ASK:
		if (f->ask == NULL || r->w > f->ask->w)
			f->ask = r;
		if (f->askp == NULL || r->p > f->askp->p)
			f->askp = r;
		break;
	default:
		f->what |= r->what;
		f->home |= r->foreign ? 0 : r->what;
	}
}

/* Can the rule still change what was found? */
static int
matters(const struct asks_found *f, const struct asks_rule *r)
{
	switch (r->type) {
	case R_ASK:
		return (f->ask == NULL || r->w > f->ask->w || r->p > f->askp->p);
	default:
		return (((r->foreign ? f->what : f->home) & r->what) != r->what);
	}
}

void
asks_match(const struct mg_lexicon *l, const struct asks_sent *t, struct asks_found *f)
{
	struct work w;

	memset(f, 0, sizeof(*f));
	w.l = l;
	w.t = t;
	w.nhit = 0;
	w.budget = BUDGET * (20 + (long)t->n);
	memset(w.at, 0, (t->n + 1) * sizeof(w.at[0]));
	memset(w.seen, 0, sizeof(w.seen));
	for (unsigned p = 0; p < t->n; p++)
		if (t->t[p].id[0] != 0)
			phrases(&w, p, p, 0);
	for (unsigned i = 0; i < (l->ncls + 63) / 64; i++)
		for (uint64_t m = w.seen[i]; m != 0; m &= m - 1) {
			unsigned c = i * 64 + (unsigned)__builtin_ctzll(m);

			f->english |= l->cls[c].common >> 6 & 1;
			for (uint32_t r = 0; r < l->cls[c].nref; r++) {
				const struct asks_ref *ref = &l->ref[l->cls[c].ref + r];

				if ((ref->need == 0 || (w.seen[ref->need / 64] >> ref->need % 64 & 1)) &&
				    matters(f, &l->rule[ref->rule]) && satisfies(&w, &l->rule[ref->rule]))
					note(f, &l->rule[ref->rule]);
			}
		}
}
