/* asks_tok.h - text into sentences of tokens, for the ask detector alone.
 * SPDX-License-Identifier: MIT
 *
 * A token is a word, folded (case, accents, apostrophes), or one character of a
 * script that needs no spaces.  What stands in quotation marks or between
 * backticks becomes one token: somebody else's words. */
#ifndef MG_COORD_ASKS_TOK_H
#define MG_COORD_ASKS_TOK_H

#include <stddef.h>
#include <stdint.h>

enum {
	ASKS_IDS = 3,		/* one word may be itself and two stems */
	ASKS_STEM = 5,		/* letters that endings leave alone, more or less */
	ASKS_TOKENS = 400	/* a longer sentence is cut: nobody asks that way */
};

enum { ASKS_KEY_ASK = 1, ASKS_KEY_OTHER = 2 };	/* rules that find requests; of tasks and lines */

/* ids that no word has */
enum { TOK_NONE, TOK_NUM, TOK_QUOTE, TOK_COLON, TOK_BOX, TOK_FIRST_WORD };

struct asks_tok {
	uint32_t	id[ASKS_IDS];	/* 0: nothing (more) */
	uint32_t	hash, stem;	/* of the folded word; of its first five letters, where it has more */
	uint32_t	start, end;	/* bytes of the text */
	uint8_t		clause;		/* a clause begins here: after , ; : ( or a dash */
};

struct asks_sent {
	size_t		start, end;	/* bytes of the text */
	unsigned	n;
	unsigned	words;		/* words in it, known or not (n stops at ASKS_TOKENS) */
	int		question;	/* ended in a question mark */
	int		key;		/* ASKS_KEY_*: a word that such a rule hangs on is in it */
	int		bracket;	/* began with an opening bracket */
	struct asks_tok	t[ASKS_TOKENS];
};

/* Words to ids.  A slot is free where hash is 0. */
struct asks_words {
	struct asks_word { uint64_t hash; uint32_t id; uint8_t key; } *slot;
	size_t		 cap, used;	/* cap: a power of two */
	uint64_t	*stembits;	/* 2^16 bits: which hashes may be stems */
};

/* Where a search for a closing mark has failed, so that it is not repeated. */
struct asks_scan {
	const char	*text;
	size_t		 pos, end;	/* the block: what is left of it */
	int		 raw;		/* quotation marks are only punctuation */
	size_t		 none[8];	/* no closing mark of that sort before this offset */
};

uint64_t asks_hash(const char *word, size_t len);	/* of a folded ASCII word */
/* The next token of s from *pos on, as its hash; a helper of the lexicon's parser.
 * 0 at the end. */
uint64_t asks_word(const char *s, size_t len, size_t *pos);
/* Folds a word as it is hashed, letters of it at most, into out with a NUL; cut where
 * size is too small.  Its length. */
size_t	asks_fold(const char *word, size_t len, size_t letters, char *out, size_t size);
/* The same hash as the token of a sentence has it. */
uint32_t asks_short(uint64_t hash);
/* id of a hash, 0 where unknown. */
const struct asks_word *asks_find(const struct asks_words *, uint64_t hash);

/* Begins a block of text. */
void	asks_block(struct asks_scan *, const char *text, size_t start, size_t end);
/* The next sentence of the block; 0 at its end.  Without known words (NULL) its tokens have no ids. */
int	asks_sentence(struct asks_scan *, const struct asks_words *, struct asks_sent *);

#endif
