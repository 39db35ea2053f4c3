/* turn.h - what a reply means: an answer, a vote, or a fault with its reason.  Pure.
 * SPDX-License-Identifier: MIT
 *
 * Protocol, section 4. */
#ifndef MG_COORD_TURN_H
#define MG_COORD_TURN_H

#include <stddef.h>

#include "coord/prompt.h"
#include "coord/state.h"

#define MG_TRIES	3	/* replies of a turn that may be faults */

struct mg_wish {		/* a call of a workflow tool */
	const char	*name, *arguments;	/* arguments: the model's raw text */
};

enum mg_verdict { MG_IS_ANSWER, MG_IS_VOTE, MG_IS_FAULT, MG_IS_FAILURE };

struct mg_outcome {
	enum mg_verdict	 verdict;
	char		*content;	/* of an answer */
	size_t		 content_len;
	char		*label;		/* of the answer that is voted for: "a.2" */
	char		*reason;	/* of a vote; of a fault: a sentence for the model */
};

/* Whether a tool of this name belongs to the protocol and not to a tool provider. */
int	mg_turn_is_workflow(const char *name);
/* Judges the try-th reply (from 1) to p: its visible text and its workflow calls.  repeats
 * counts duplicates handed in during this turn and is kept by the caller, 0 at first. */
void	mg_turn_judge(const struct mg_state *, const struct mg_agent *self, const struct mg_prompt *p,
	    const char *text, size_t len, const struct mg_wish *, size_t n, int try, int *repeats,
	    struct mg_outcome *);
void	mg_outcome_free(struct mg_outcome *);
/* Whether a begins its next act now: rounds, its own valid vote, decision, deadline, failure. */
int	mg_turn_due(struct mg_state *, const struct mg_agent *a);

#endif
