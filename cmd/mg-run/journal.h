/* journal.h - the run itself: every chunk in bus order, appended once a round.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RUN_JOURNAL_H
#define MG_RUN_JOURNAL_H

#include <stddef.h>
#include <sys/types.h>

#include "rt/buf.h"

struct mg_err;

struct journal {
	int		 fd;		/* borrowed from the run; opened for appending */
	off_t		 end;		/* bytes of whole lines on disk */
	size_t		 lines;		/* chunks so far */
	struct mg_buf	 round;		/* lines of this round */
	int		 sync;		/* one of them must be on disk before it counts */
	int		 lost;		/* the disk refused: nothing is written any more */
	int		 keep;		/* then what comes is kept in .kept: somebody reads it */
	struct mg_buf	 kept;
};

/* Called for each whole line of the file. */
typedef void journal_line(void *arg, const char *line, size_t len, size_t number);

/* Reads what is there and cuts off a torn last line, saying so.  0, or -1. */
int	journal_load(struct journal *, int fd, journal_line *f, void *arg, struct mg_err *e);
/* Adds a line (without its newline) to the round; durable: with fdatasync. */
void	journal_add(struct journal *, const char *line, size_t len, int durable);
/* Writes the round.  0; -1 once, when the disk refuses: see *e, and the run
 * goes on without it. */
int	journal_flush(struct journal *, struct mg_err *e);
void	journal_free(struct journal *);

#endif
