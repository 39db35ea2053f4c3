/* prompt.h - what an agent reads at each stage, made from the fold.
 * SPDX-License-Identifier: MIT
 *
 * Messages are neutral: [{role, content}].  Agents appear under anonymous names
 * alone: agentN, N being the place in the order of registration. */
#ifndef MG_COORD_PROMPT_H
#define MG_COORD_PROMPT_H

#include <jv.h>

#include "coord/state.h"

struct mg_err;
struct mg_checked;

enum mg_stage {
	MG_STAGE_ALONE,		/* the only agent: its reply is its answer, no tools */
	MG_STAGE_ANSWER,	/* the first act: blind, new_answer alone */
	MG_STAGE_EVALUATE,	/* both tools */
	MG_STAGE_VOTE		/* its answers are used up: vote alone */
};

struct mg_prompt {
	enum mg_stage	 stage;
	jv		 messages;	/* array of {role, content} */
	jv		 tools;		/* array of {name, description, parameters} */
	struct mg_view	 seen;		/* whose answers stand in it, and how many each had */
};

/* The stage of a's next act; max_answers: after as many acts it may only vote. */
enum mg_stage	mg_prompt_stage(const struct mg_state *, const struct mg_agent *, long max_answers);
/* Builds it.  0, or -1 (a template that is broken). */
int	mg_prompt_turn(struct mg_prompt *, struct mg_state *, const struct mg_agent *, enum mg_stage, struct mg_err *);
void	mg_prompt_free(struct mg_prompt *);
/* The presentation by the winner of the decision that the fold holds: messages for an ask.
 * again: why an earlier try was sent back, or NULL; said: that try's text.  Invalid: see *e. */
jv	mg_prompt_final(struct mg_state *, const char *again, const char *said, struct mg_err *);
/* Why a text is sent back, as a sentence for its author, who is asked again.  The caller frees it; NULL: see *e. */
char	*mg_prompt_again(const struct mg_checked *, const char *text, struct mg_err *);
/* The question to a second agent whether text waits for somebody.  Invalid: see *e. */
jv	mg_prompt_judge(const struct mg_state *, const char *text, struct mg_err *);
/* The asker's messages (consumed) as an agent sends them: its own system message before theirs, named
 * as what it is, since what comes later and says so outranks it.  Invalid: see *e. */
jv	mg_prompt_asked(const struct mg_agent *, jv messages, struct mg_err *);
/* agentN as an agent of the fold, or NULL.  Real ids are never taken for one. */
const struct mg_agent *mg_prompt_named(const struct mg_state *, const char *name);
/* A whole prompt as plain text for a program that reads text. */
void	mg_prompt_text(struct mg_buf *, jv messages);

#endif
