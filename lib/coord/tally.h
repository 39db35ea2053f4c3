/* tally.h - who won: a pure function of the fold.
 * SPDX-License-Identifier: MIT
 *
 * Protocol, section 2. */
#ifndef MG_COORD_TALLY_H
#define MG_COORD_TALLY_H

#include <jv.h>

#include "coord/state.h"

struct mg_tally {
	int	 decided;	/* a decision stands in .decision, its winner may be null */
	jv	 decision;	/* members of the decision chunk without its head; invalid unless decided */
	jv	 owed;		/* array of ids whose valid vote is missing */
};

/* Counts.  With now (or where a deadline holds) it always decides.  A run that
 * holds a decision is counted within what that decision counted, and gives the
 * same again.  The caller ends it with mg_tally_free. */
void	mg_tally(struct mg_state *, int now, struct mg_tally *);
void	mg_tally_free(struct mg_tally *);

#endif
