/* final.h - the presentation: what it knows, and how it asks an agent.
 * SPDX-License-Identifier: MIT */
#ifndef MG_FINAL_FINAL_H
#define MG_FINAL_FINAL_H

#include <jv.h>
#include <stdint.h>

#include "coord/state.h"
#include "coord/verdict.h"
#include "rt/buf.h"
#include "rt/lines.h"
#include "rt/proc.h"

#define SOURCE "mg-final"

struct mg_err;

struct options {
	int		 follow, no_present, show, check, text, judge;
	long		 tries;			/* presentations that may be asked for */
	double		 total, first, idle, tool;	/* seconds; negative: not given */
	const char	*task;			/* of --text */
	const char	*audit, *config, *prompts;
	int		 json;			/* of --audit */
};

/* A process to talk to: the bus, or off it an agent's own. */
struct talk {
	struct mg_lines	*in;		/* NULL: not open */
	int		 out;
	struct mg_proc	 p;		/* off the bus */
	struct mg_buf	 todo;		/* off the bus: what it has not taken yet */
	const char	*id;		/* off the bus: whose it is.  Borrowed from the fold */
};

struct final {
	struct options	 o;
	struct mg_state	*s;
	struct mg_lexicon *words;	/* NULL until they are needed */
	struct mg_buf	 run;		/* off the bus: what an agent's process must hear */
	struct talk	 bus;		/* stdin and stdout; off the bus only read to its end */
	struct talk	 winner, judge;	/* off the bus, started when they are asked */
	double		 left;		/* seconds that one before us has left of the limit; 0: there was none */
	int64_t		 start, total;	/* when it began; when it must be over */
};

/* One turn that was asked for. */
struct try {
	const char	*to;		/* whom: an agent of the fold */
	char		*turn;
	struct mg_buf	 text;		/* what it says now */
	struct mg_buf	 before;	/* and what it said before it called tools */
	int		 begun, over, open;	/* open: tool calls that have no result yet */
	int		 called;	/* the last thing it did was a call of vote or new_answer */
	int		 gone;		/* nobody was there, but somebody will be */
	int64_t		 asked, first;	/* when it was asked, when it began */
	const char	*why;		/* it came to nothing: what became of the presentation */
	char		 reason[300];
};

/* Asks an agent of the fold and waits for the end of its turn, until the deadline and within the limits of
 * first byte and silence.  name: of the turn, a number and our process id are added; messages are consumed.
 * What was said stands in t, which the caller ends with try_free, also where t->why says that it failed. */
void	try_run(struct final *, struct talk *, struct try *t, const char *to, const char *name, jv messages,
	    int64_t deadline);
void	try_free(struct try *);
/* Ends the process off the bus, if there is one. */
void	talk_end(struct talk *);

/* The decision's winner, and its answer that won; NULL where the input lacks it. */
const struct mg_agent *final_winner(const struct final *);
const struct mg_answer *final_answer(const struct final *);
/* The lists, loaded at the first call; dies where they are damaged. */
const struct mg_lexicon *final_words(struct final *);

/* present.c: the one final of a run that is decided. */
void	present(struct final *);
/* judge.c: asks a second agent about a text; 1: it asks, 0: it does not, -1: nobody could say.  *says receives
 * what to record, or stays. */
int	second_opinion(struct final *, const char *text, jv *says);
/* audit.c: runs the scenarios and prints what came of them.  The exit status: 0 no final asks, 1 one does, 5 a
 * run had none. */
int	audit(const struct options *);

#endif
