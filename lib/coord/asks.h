/* asks.h - does a final answer wait for a human being?
 * SPDX-License-Identifier: MIT
 *
 * Pure: text in, verdict out; no I/O, no globals, time linear in the text,
 * any bytes.  What words weigh comes from share/autonomy, which its README
 * describes; the structure (what is quoted, a letter, a script, code, a table)
 * is in asks_read.h.  What counts as an ask is defined in mg-final(1). */
#ifndef MG_COORD_ASKS_H
#define MG_COORD_ASKS_H

#include <stddef.h>

struct mg_err;
struct mg_lexicon;

struct mg_asks {
	int		 asks;		/* the verdict */
	int		 unsure;	/* it was near the border: worth a judge */
	int		 score;		/* the chance of an ask in percent; one from 50 on */
	size_t		 start, end;	/* the sentence that decided, in bytes of text; equal: none */
	const char	*kind;		/* "permission", "upload-request", ...; "" for none.  The lexicon's. */
	char		 why[160];	/* a line for people */
};

/* An empty lexicon; with no words added nothing ever asks. */
struct mg_lexicon *mg_lexicon_new(void);
void	mg_lexicon_free(struct mg_lexicon *);

/* Adds the words, rules and weights of one file, which end in NUL; name (as "autonomy/en") stands in errors
 * with the line.  Not after the first mg_asks_judge.  0, or -1 with MG_DATA in *e. */
int	mg_lexicon_add(struct mg_lexicon *, const char *name, const char *text, size_t len,
	    struct mg_err *e);
/* Ends adding: builds the tables.  Called by the caller once, before judging. */
void	mg_lexicon_ready(struct mg_lexicon *);

/* Judges text by its task.  Neither need end in NUL.  The lexicon is only read,
 * so several threads may share it. */
void	mg_asks_judge(const struct mg_lexicon *, const char *task, size_t tasklen,
	    const char *text, size_t len, struct mg_asks *out);

#endif
