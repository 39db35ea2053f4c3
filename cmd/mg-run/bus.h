/* bus.h - one process that reads every peer, writes the journal, and tells each peer what all hear.
 * SPDX-License-Identifier: MIT
 *
 * Protocol: mg-bus(7).  A round of the loop reads what there is, judges each
 * line (judge.c), appends the round to the journal, syncs it once where a line
 * must be on disk before it counts, and only then lets anybody hear of it; what
 * died is dealt with after that (death.c).  The bus knows no voting. */
#ifndef MG_RUN_BUS_H
#define MG_RUN_BUS_H

#include <stddef.h>
#include <stdint.h>

#include "chunk/chunk.h"
#include "coord/state.h"
#include "journal.h"
#include "ledger.h"
#include "output.h"
#include "peer.h"
#include "relay.h"
#include "rt/err.h"
#include "runs.h"

#define RUN_SOURCE	"mg-run"
#define VOTE_SOURCE	"mg-vote"
#define FINAL_SOURCE	"mg-final"
#define REFUSED_TOLD	5	/* refusals of a process that stderr shows one by one */
#define TO_NOBODY	(-2)	/* beside RELAY_ALL and a peer's index: the journal alone */

struct ask {			/* passed on, and not answered yet */
	size_t	 from, to;	/* peers */
	char	*turn;
};

struct limits {
	double	deadline, final_timeout;	/* seconds; 0: none */
	double	max_tokens, max_cost;		/* 0: none */
};

struct bus {
	struct run	*run;		/* borrowed */
	struct journal	 journal;
	struct relay	 relay;
	struct mg_state	*state;
	struct ledger	 ledger;
	struct output	 out;
	struct limits	 limit;
	const char	*resume_dir;	/* what --dir must say to find the run again, or NULL */
	int		 quiet, verbose, progress;

	struct peer	*peer;		/* all of them from the start: their number does not change in a run */
	size_t		 npeer, peer_cap;
	struct ask	*ask;
	size_t		 nask, ask_cap;

	char		*ready;		/* the line, for who is started again; NULL: not said yet */
	int		 decided;	/* by a decision of this session, or an older one with a winner */
	int		 nobody;	/* its winner is null */
	int		 final_new;	/* a final was taken in this round */
	int		 ending;	/* everybody is being sent home */
	int		 done;		/* the final is on disk */
	int		 reported;	/* all that stdout gets is queued */
	int		 code;		/* exit status, once ending */
	int		 signal;	/* that ended it, or 0 */
	int		 gone;		/* nobody reads stdout any more */
	const char	*due;		/* what ends coordination before its time: tokens, cost; NULL */
	int64_t		 start, deadline_at, decide_by;
	int64_t		 present_by;	/* when mg-final's limit ends; MG_NEVER */
};

/* bus.c */
/* Adds a peer; argv and env are owned from here on. */
void	bus_add(struct bus *, const char *id, enum role, char **argv, char **env);
/* The opening, or on a resume what the journal holds, is in: runs until the end.  The exit status. */
int	bus_run(struct bus *, int resumed);
/* Ends the run: everybody's stdin closes; hurry: TERM at once. */
void	bus_end(struct bus *, int code, int hurry);
/* The same with a sentence on stderr. */
void	bus_stop(struct bus *, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The peer of that id, or -1. */
long	bus_peer(const struct bus *, struct mg_span id);
/* Passes on what its stderr has. */
void	bus_read_stderr(struct bus *, struct peer *);
void	bus_free(struct bus *);

/* judge.c */
/* Books a line that counts: journal, relay, sums, progress.  to: a peer, RELAY_ALL, TO_NOBODY. */
void	bus_book(struct bus *, const struct mg_chunk *, int to);
/* A line of our own (the contents of line, its newline included, which it clears). */
void	bus_say(struct bus *, struct mg_buf *line, int to);
/* A status in somebody's name; detail is consumed and may be invalid. */
void	bus_say_status(struct bus *, const char *source, const char *status, long n, jv detail);
/* A line that a peer wrote; number is its line's. */
void	bus_hear(struct bus *, struct peer *, const char *line, size_t len, size_t number);
/* Makes the deadline due where all together have used what they may. */
void	bus_budget(struct bus *);
/* Refuses a line: noise is what was no chunk of its own at all. */
void	bus_refuse(struct bus *, struct peer *, size_t number, int noise, const char *why);

/* load.c */
/* The chunks of a new run's opening, a line each: checked, then booked.  0, or -1 (MG_DATA). */
int	bus_open(struct bus *, const char *lines, size_t len, struct mg_err *e);
/* What the journal of an old one holds.  0, or -1. */
int	bus_load(struct bus *, struct mg_err *e);
/* On a resume, before `ready`: every failed agent starts anew, unless votes have decided. */
void	bus_bring_back(struct bus *);
/* Prints a finished run again.  The exit status. */
int	bus_print(struct bus *);

/* death.c */
/* Reaps who died, and reads their last words. */
void	bus_reap(struct bus *);
/* Once those are on disk and relayed: starts again, or says that it has failed. */
void	bus_bury(struct bus *);
/* A peer that could not be started, or that is not started again. */
void	bus_gone(struct bus *, struct peer *, const char *why);
/* Answers the asks that p will not answer, and forgets its own; again: it lives again. */
void	bus_drop_asks(struct bus *, const struct peer *p, int again);
/* Ends every descendant that is left, whoever it belonged to. */
void	bus_end_orphans(void);

/* report.c */
/* Writes final.md. */
void	bus_keep_final(const struct bus *);
/* A line for people about what happened, where progress is shown. */
void	bus_progress(const struct bus *, const struct mg_chunk *);
/* Why nobody answered, for each agent; the exit status: MG_TEMP where every cause may pass. */
int	bus_say_nobody(const struct bus *);
/* What -o json prints. */
jv	bus_object(const struct bus *);
/* How to go on with an unfinished run. */
void	bus_say_resume(const struct bus *);

#endif
