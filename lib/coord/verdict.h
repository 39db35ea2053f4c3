/* verdict.h - can this text stand as the final answer?  Pure.
 * SPDX-License-Identifier: MIT
 *
 * Beside the question whether it asks (asks.h): texts that hold no result.  What counts as
 * which is defined in mg-final(1). */
#ifndef MG_COORD_VERDICT_H
#define MG_COORD_VERDICT_H

#include "coord/asks.h"
#include "rt/buf.h"

enum mg_final_verdict {
	MG_FINAL_GOOD,
	MG_FINAL_EMPTY,
	MG_FINAL_TOOL,		/* a call of vote or new_answer, written out */
	MG_FINAL_REFERS,	/* points to an answer that its reader does not see */
	MG_FINAL_ASKS,
	MG_FINAL_PLAN		/* announces work instead of handing it over */
};

struct mg_checked {
	enum mg_final_verdict	 is;
	struct mg_asks		 asks;		/* what decided, for ASKS, PLAN and REFERS */
};

/* "good", "empty", "tool", "refers", "asks", "plan": as checks.verdict has it. */
const char *mg_verdict_name(enum mg_final_verdict);
/* Judges text by its task.  The lexicon holds the languages and autonomy/unfinished.words; names:
 * how many agents are known as agentN; winning: the length of the answer that won, 0: none. */
void	mg_verdict_judge(const struct mg_lexicon *, const char *task, size_t tasklen, const char *text,
	    size_t len, size_t names, size_t winning, struct mg_checked *out);
/* Whether text is a call of vote or new_answer in one of the forms that models write out. */
int	mg_verdict_is_call(const char *text, size_t len);
/* Adds the members asks, kind, score, where, why of an object, without its braces. */
void	mg_verdict_asks(struct mg_buf *, const struct mg_asks *, const char *text);
/* The sentence that decided, at most max bytes, cut between characters. */
void	mg_verdict_excerpt(struct mg_buf *, const struct mg_asks *, const char *text, size_t max);

#endif
