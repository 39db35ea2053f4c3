/* relay.h - what every peer hears, in one order, kept once for all of them.
 * SPDX-License-Identifier: MIT
 *
 * An append-only list of lines.  Each peer has a cursor into it; a line that is
 * addressed to one peer is skipped by the others.  A peer that is started (or
 * started again) reads from the beginning: lines below its .replay are history,
 * of which it skips what was addressed to its dead self and every old `ready`,
 * because a program acts on the first `ready` that it hears. */
#ifndef MG_RUN_RELAY_H
#define MG_RUN_RELAY_H

#include <stddef.h>

#define RELAY_ALL	(-1)

struct relay_line {
	char	*text;		/* its newline included; NULL: its addressee has it */
	size_t	 len;
	int	 to;		/* a peer's index, or RELAY_ALL */
	int	 ready;		/* the run's status ready */
};

struct relay {
	struct relay_line	*line;
	size_t			 n, cap;
	size_t			 open;	/* lines below this are on disk as far as they must be */
};

struct cursor {
	size_t	next;		/* line */
	size_t	off;		/* bytes of it that are written */
	size_t	replay;		/* lines below this are history */
	size_t	owed;		/* bytes that are open, unwritten and no history */
};

/* Copies a line (without its newline).  Nobody hears it before relay_open. */
void	relay_add(struct relay *, const char *line, size_t len, int to, int ready);
/* Whether peer who skips line i. */
int	relay_skips(const struct relay *, const struct cursor *, size_t i, int who);
/* Sets a cursor to the beginning, everything so far being history. */
void	relay_rewind(const struct relay *, struct cursor *);
/* Whether who has something to read.  Moves the cursor past what it skips. */
int	relay_waiting(const struct relay *, struct cursor *, int who);
/* Writes what a non-blocking descriptor takes.  1: all, 0: would block, -1: the reader is gone. */
int	relay_write(struct relay *, struct cursor *, int who, int fd);
void	relay_free(struct relay *);

#endif
