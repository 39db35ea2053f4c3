/* asks_weigh.c - what the words of a sentence say for and against a request.
 * SPDX-License-Identifier: MIT */
#include "coord/asks_weigh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rt/mem.h"

/* what stands for the edges of a sentence and of its clauses, beside TOK_* */
enum { EDGE_START = 101, EDGE_END, EDGE_QUESTION, EDGE_CLAUSE, EDGE_GAP };

#define STEM_SALT	0x5bd1e995u	/* a stem alone is another feature than the word that looks like it */

static uint32_t
join(uint32_t a, uint32_t b)
{
	uint32_t h = (a ^ 0x9e3779b9u) * 0x85ebca6bu + b;

	h ^= h >> 15;
	h *= 0xc2b2ae35u;
	return ((h ^ h >> 13) | 1);
}

struct list {
	struct asks_feature	*out;
	unsigned		 n;
};

static void
add(struct list *l, uint32_t hash, unsigned first, enum asks_feature_sort sort)
{
	l->out[l->n++] = (struct asks_feature){ hash, (uint16_t)first, (uint16_t)sort };
}

unsigned
asks_features(const struct asks_sent *s, struct asks_feature out[ASKS_FEATURES])
{
	struct list l = { out, 0 };
	uint32_t one = EDGE_START, two = 0, pair = 0;	/* the token before, the one before that, and both */

	for (unsigned i = 0; i < s->n; i++) {
		const struct asks_tok *t = &s->t[i];
		int clause = t->clause && i > 0;

		if (clause) {
			add(&l, join(one, EDGE_CLAUSE), i - 1, F_BREAK);
			one = EDGE_CLAUSE;
			two = pair = 0;
		}
		add(&l, t->hash, i, F_WORD);
		if (t->stem != t->hash)
			add(&l, t->stem ^ STEM_SALT, i, F_STEM);
		add(&l, join(one, t->stem), i > 0 && !clause ? i - 1 : i, clause ? F_CLAUSE : i == 0 ? F_START : F_PAIR);
		if (two != 0) {
			add(&l, join(pair, t->stem), i - 2, F_TRIPLE);
			add(&l, join(join(two, EDGE_GAP), t->stem), i - 2, F_SKIP);
		}
		two = i > 0 && !clause ? one : 0;
		pair = two != 0 ? join(one, t->stem) : 0;
		one = t->stem;
	}
	add(&l, join(one, s->question ? EDGE_QUESTION : EDGE_END), s->n - 1, F_END);
	return (l.n);
}

/* Adds a token's stem, or with whole the word, folded. */
static size_t
spell(const struct asks_tok *t, int whole, const char *text, char *out, size_t size)
{
	static const char *const special[] = { "", "<n>", "<q>", ":", "<box>" };
	size_t n;

	if (t->hash < sizeof(special) / sizeof(special[0]))
		return ((size_t)snprintf(out, size, "%s", special[t->hash]));
	n = asks_fold(text + t->start, t->end - t->start, whole ? SIZE_MAX : ASKS_STEM, out, size);
	if (!whole && t->stem != t->hash)
		n += (size_t)snprintf(out + n, size - n, "*");
	return (n);
}

void
asks_spell(const struct asks_sent *s, const struct asks_feature *f, const char *text, char *out, size_t size)
{
	unsigned n = f->sort == F_PAIR || f->sort == F_SKIP ? 2 : f->sort == F_TRIPLE ? 3 : 1;
	size_t at = 0;

	if (f->sort == F_START || f->sort == F_CLAUSE)
		at += (size_t)snprintf(out, size, f->sort == F_START ? "^ " : ", ");
	for (unsigned i = 0; i < n; i++) {
		at += (size_t)snprintf(out + at, size - at, "%s", i == 0 ? "" : f->sort == F_SKIP ? " _ " : " ");
		at += spell(&s->t[f->first + (f->sort == F_SKIP ? 2 * i : i)], f->sort == F_WORD, text, out + at, size - at);
	}
	if (f->sort == F_END || f->sort == F_BREAK)
		snprintf(out + at, size - at, f->sort == F_BREAK ? " ," : s->question ? " ?" : " $");
}

/* The next element of a spelt feature: its stem's hash, its own where it has no star; 0 at the end. */
static uint32_t
element(const char *s, size_t len, size_t *pos, int *star)
{
	static const struct { const char *s; uint32_t hash; } special[] = {
		{ "<n>", TOK_NUM }, { "<q>", TOK_QUOTE }, { "<box>", TOK_BOX }, { ":", TOK_COLON },
		{ "^", EDGE_START }, { "$", EDGE_END }, { "?", EDGE_QUESTION }, { ",", EDGE_CLAUSE }, { "_", EDGE_GAP },
	};
	enum { COUNT = sizeof(special) / sizeof(special[0]) };
	uint64_t h;

	while (*pos < len && s[*pos] == ' ')
		(*pos)++;
	if (*pos == len)
		return (0);
	for (size_t i = strchr("<:^$?,_", s[*pos]) != NULL ? 0 : COUNT; i < COUNT; i++) {
		size_t n = strlen(special[i].s);

		if (len - *pos >= n && memcmp(s + *pos, special[i].s, n) == 0) {
			*pos += n;
			return (special[i].hash);
		}
	}
	if ((h = asks_word(s, len, pos)) == 0)
		return (0);
	*star = *pos < len && s[*pos] == '*';
	*pos += (size_t)*star;
	return (asks_short(h));
}

uint32_t
asks_feature_hash(const char *s, size_t len)
{
	uint32_t h[3], e;
	unsigned n = 0;
	size_t pos = 0;
	int star = 0;

	while (n < 3 && (e = element(s, len, &pos, &star)) != 0)
		h[n++] = e;
	if (n < 2)
		return (n == 0 ? 0 : star ? h[0] ^ STEM_SALT : h[0]);
	h[0] = join(h[0], h[1]);
	return (n == 2 ? h[0] : join(h[0], h[2]));
}

const struct asks_weight *
asks_weight(const struct mg_lexicon *l, uint32_t hash)
{
	const struct asks_weights *w = &l->weights;

	if (w->cap == 0 || !(w->bits[hash >> 19] >> (hash >> 13 & 63) & 1))
		return (NULL);
	for (uint32_t i = hash; w->slot[i & (w->cap - 1)].hash != 0; i++)
		if (w->slot[i & (w->cap - 1)].hash == hash)
			return (&w->slot[i & (w->cap - 1)]);
	return (NULL);
}

/* A free slot for hash, or the one that has it. */
static struct asks_weight *
slot(struct asks_weights *w, uint32_t hash)
{
	uint32_t i = hash;

	while (w->slot[i & (w->cap - 1)].hash != 0 && w->slot[i & (w->cap - 1)].hash != hash)
		i++;
	return (&w->slot[i & (w->cap - 1)]);
}

void
asks_weight_put(struct asks_weights *w, struct asks_weight one)
{
	struct asks_weight *old = w->slot;
	size_t cap = w->cap;

	if (4 * (w->used + 1) > 3 * cap) {
		w->cap = cap == 0 ? 65536 : 2 * cap;
		w->slot = mg_calloc(w->cap, sizeof(*w->slot));
		for (size_t i = 0; i < cap; i++)
			if (old[i].hash != 0)
				*slot(w, old[i].hash) = old[i];
		free(old);
	}
	w->used += slot(w, one.hash)->hash == 0;
	*slot(w, one.hash) = one;
	w->bits[one.hash >> 19] |= UINT64_C(1) << (one.hash >> 13 & 63);
}

struct asks_sum
asks_weigh(const struct mg_lexicon *l, const struct asks_sent *s)
{
	struct asks_feature f[ASKS_FEATURES];
	struct asks_sum sum = { 0 };
	unsigned n = asks_features(s, f);

	for (unsigned i = 0; i < n; i++) {
		const struct asks_weight *w = asks_weight(l, f[i].hash);

		if (w == NULL)
			continue;
		sum.here += w->w[W_HERE];
		sum.next += w->w[W_NEXT];
		sum.back += w->w[W_BACK];
		sum.task += w->w[W_TASK];
		sum.order += w->w[W_ORDER];
	}
	return (sum);
}
