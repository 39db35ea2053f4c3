/* asks_read.h - a text as sentences, and whose words each is, for the ask detector.
 * SPDX-License-Identifier: MIT
 *
 * Structure alone: what is quoted, a letter, a script, code, a table, a list; where a
 * sentence stands.  What the words say is weighed elsewhere (asks_weigh.h). */
#ifndef MG_COORD_ASKS_READ_H
#define MG_COORD_ASKS_READ_H

#include "coord/asks_task.h"

/* whose words a sentence is */
enum asks_voice {
	V_FREE,		/* the agent's own */
	V_MIXED,	/* the product's or the agent's: behind a rule, or where the product seems absent */
	V_PRODUCT,	/* most likely the product's */
	V_COMMENT,	/* a comment in code */
	V_ROW,		/* a row of a table */
	V_DATA,		/* a line of data, JSON and the like */
	V_OTHER,	/* quoted, scripted, a letter's: somebody else's */
	V_COUNT
};

/* What is known of a sentence's place; each has a value below ASKS_VALUES. */
enum asks_mark {
	M_VOICE,	/* voice, whether a product is ordered, whether it is a question */
	M_LETTER, M_DIALOG, M_QUESTIONS, M_TEXT, M_PHRASE, M_CODE, M_EXPLAIN, M_DATA, M_OTHER, M_WRITE, M_WORK,
			/* the task orders this: voice, question */
	M_LAST,		/* in the last paragraph: voice, question */
	M_END,		/* the last sentence: voice, question */
	M_SHORT,	/* the first sentence of a short text: product ordered, question */
	M_ITEM,		/* of a list: voice, question */
	M_BRACKET,	/* begins with a bracket: voice, question */
	M_LONE,		/* a line of its own: product, question */
	M_LABEL,	/* a line in bold, with a label, in a list or table: voice, question */
	M_WORDS,	/* how many words, as a power of two; question */
	M_LENGTH,	/* length of the text, as a power of two of 50 bytes; product */
	M_AFTER,	/* the sentence before was a question; question */
	M_SCRIPT,	/* English, or by the script of another language; question */
	M_GIVEN,	/* the task gives the words: length of the text beside them; question */
	M_ORDER,	/* what the task's words say of its order; own voice, question */
	M_TASK,		/* length of the task, as a power of two of 12 bytes; product */
	M_COUNT
};

enum { ASKS_VALUES = 32, ASKS_MARKS = M_COUNT };

struct asks_seen {
	const struct asks_sent	*sent;
	enum asks_voice		 voice;
	uint16_t		 mark[ASKS_MARKS];	/* mark * ASKS_VALUES + value */
	unsigned		 nmark;
};

/* The name of a mark in the word lists: "last", "task-letter". */
extern const char *const asks_mark_names[M_COUNT];

typedef void asks_sentence_fn(void *arg, const struct asks_seen *);

/* Reads text, which answers an order, and calls back with each sentence in turn. */
void	asks_read(const struct mg_lexicon *, const struct asks_order *, const char *text, size_t len,
	    asks_sentence_fn *fn, void *arg);

#endif
