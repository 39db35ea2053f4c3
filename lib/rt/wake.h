/* wake.h - signals as bytes in a pipe, so that a poll loop hears them.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RT_WAKE_H
#define MG_RT_WAKE_H

struct mg_err;

/* Catches the signals of the list (ends with 0) from here on; SIGPIPE in the
 * list is ignored instead, so that write(2) tells.  Once for each process.
 * Returns the descriptor to poll, or -1: see *e. */
int	mg_wake_start(const int *signals, struct mg_err *e);
/* The next signal that came, or 0.  A full pipe may drop one, so SIGCHLD is a
 * hint: reap until nothing is left. */
int	mg_wake_next(void);

#endif
