/* asks_weigh.h - what the words of a sentence say for and against a request.
 * SPDX-License-Identifier: MIT
 *
 * A linear model: each word, each stem (its first five letters), each pair and
 * triple of neighbouring stems has a weight, learnt from the labelled texts of tests/asks
 * (make words); so has each mark of its place (asks_read.h).  The sum is the
 * logarithm of the odds that the sentence asks. */
#ifndef MG_COORD_ASKS_WEIGH_H
#define MG_COORD_ASKS_WEIGH_H

#include "coord/asks_read.h"

enum { ASKS_FEATURES = 6 * ASKS_TOKENS + 1 };	/* of one sentence, at most */

#define ASKS_OTHERS_WORDS 0.5	/* what somebody else's words say, beside the agent's own */

enum asks_feature_sort {
	F_WORD, F_STEM, F_PAIR, F_TRIPLE,
	F_SKIP,			/* a pair with one token between */
	F_START, F_END,		/* the first or last stem of the sentence */
	F_CLAUSE, F_BREAK	/* the first stem of a clause, and the last before one */
};

struct asks_feature {
	uint32_t	hash;
	uint16_t	first;		/* its (first) token */
	uint16_t	sort;
};

/* The features of a sentence in the order of its tokens; their number. */
unsigned asks_features(const struct asks_sent *, struct asks_feature out[ASKS_FEATURES]);
/* The hash of the feature that s spells, as the word lists do: "please", "confi*",
 * "shall i", "^ pleas*", "you ?".  0: none. */
uint32_t asks_feature_hash(const char *s, size_t len);

/* The spelling of a feature of s, which is a sentence of text, with a NUL in out. */
void	asks_spell(const struct asks_sent *, const struct asks_feature *, const char *text, char *out, size_t size);

/* The weights of a feature; NULL where it has none. */
const struct asks_weight *asks_weight(const struct mg_lexicon *, uint32_t hash);
/* Adds a feature's weights, or puts them in the place of older ones. */
void	asks_weight_put(struct asks_weights *, struct asks_weight);

/* What the words of a sentence say, in 1/ASKS_UNIT. */
struct asks_sum {
	int	here;		/* of itself */
	int	next, back;	/* of the sentences behind and before it */
	int	task;		/* of the answer, where it is a task's */
	int	order;		/* and of what that orders */
};

struct asks_sum	asks_weigh(const struct mg_lexicon *, const struct asks_sent *);

#endif
