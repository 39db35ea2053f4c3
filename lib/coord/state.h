/* state.h - the one fold: what a list of chunks amounts to.
 * SPDX-License-Identifier: MIT
 *
 * Protocol, section 2.  mg_state_apply takes the chunks in any order and keeps
 * only what counts: its memory is bounded by the answers, not by the run.
 * Readers: mg-agent (prompts, whose turn it is), mg-vote (the tally), mg-final
 * (decision, winning answer), mg-run (is a label taken, is it over), mg-chunk
 * (what to draw).  There is no second copy of these rules. */
#ifndef MG_COORD_STATE_H
#define MG_COORD_STATE_H

#include <jv.h>
#include <stddef.h>

#include "chunk/chunk.h"

struct mg_err;

/* Another agent's answers in somebody's view. */
struct mg_seen {
	char	*id;
	long	 n;
};

struct mg_view {		/* a `seen` */
	struct mg_seen	*a;
	size_t		 count;
};

struct mg_answer {
	long		 n;		/* its number, from 1 */
	struct mg_view	 seen;
	jv		 content;	/* string or parts */
	size_t		 line;		/* where it stands, for messages */
};

struct mg_vote {
	long		 n;		/* numbered or counted, from 1 */
	char		*target;	/* the id before the last dot of `for` */
	char		*label;		/* `for` as written */
	char		*reason;	/* "" where none was given */
	struct mg_view	 seen;
	size_t		 line;
};

struct mg_agent {
	char		*id;
	int		 registered;	/* an agent chunk named it */
	int		 has_order;
	long		 order;		/* its place in the registration */
	jv		 chunk;		/* {backend, system_message, launcher, tools, ...}: the whole agent chunk */
	size_t		 line;		/* of its agent chunk */
	struct mg_answer *answer;	/* sorted by n */
	size_t		 nanswer, answer_cap;
	struct mg_vote	*vote;		/* every numbered one, sorted by n; the last counts */
	size_t		 nvote, vote_cap;
	long		 status_n;	/* the highest so far; 0: none */
	char		*status;	/* its word: started, streaming, failed, ... */
	jv		 detail;	/* of that status, or invalid; of failed: {code, message, retryable} */
};

struct mg_state {
	struct mg_agent *agent;	/* in registration order after mg_state_settle */
	size_t		 nagent, agent_cap;
	jv		 task;		/* content of the task; invalid until it came */
	jv		 limits;	/* of the task; invalid where absent */
	char		*run;		/* id of the run, or NULL */
	jv		 messages;	/* array of {role, content}: earlier turns */
	jv		 decision;	/* the whole chunk with a winner, or invalid */
	jv		 null_decision;	/* one whose winner is null, or invalid */
	jv		 final;		/* the whole chunk, or invalid */
	long		 ready_n, deadline_n;	/* highest numbers of the run's own statuses; 0: none */
	char		*deadline;	/* detail of the deadline: time, tokens, cost; NULL */
	size_t		 lines;		/* chunks applied */
};

struct mg_state	*mg_state_new(void);
void		 mg_state_free(struct mg_state *);
/* Folds one chunk in; line is its number for messages.  Types that do not
 * count are free of cost.  0, or -1 and *e (MG_DATA: a label with two contents,
 * two agents under one id, two decisions). */
int		 mg_state_apply(struct mg_state *, const struct mg_chunk *, size_t line, struct mg_err *e);
/* Whether the fold looks at chunks of this type at all: ask before parsing. */
int		 mg_state_wants(enum mg_type);
/* Puts the agents into registration order and drops nothing.  Call after the
 * last apply, before reading by position; cheap when nothing changed. */
void		 mg_state_settle(struct mg_state *);

/* Borrowed; NULL where nobody has that id. */
struct mg_agent *mg_state_agent(const struct mg_state *, const char *id, size_t len);
/* The agent's position in registration order from 0, or -1: agentN is position + 1. */
int	mg_state_place(const struct mg_state *, const struct mg_agent *);
/* How many agents are registered. */
size_t	mg_state_registered(const struct mg_state *);
int	mg_state_failed(const struct mg_agent *);	/* its highest status is failed */
/* The highest answer number, 0 where it has none. */
long	mg_state_newest(const struct mg_agent *);
/* Answers plus votes: protocol, section 4. */
long	mg_state_acts(const struct mg_agent *);
/* Its vote that counts (the highest number), or NULL.  Borrowed. */
const struct mg_vote *mg_state_vote(const struct mg_agent *);
/* Whether v's view equals the current vector and it names an agent with an answer. */
int	mg_state_vote_valid(const struct mg_state *, const struct mg_agent *, const struct mg_vote *);
/* Whether a deadline holds (no ready with a higher number after it). */
int	mg_state_deadline(const struct mg_state *);
/* How many answers of id this view holds. */
long	mg_view_of(const struct mg_view *, const char *id);

#endif
