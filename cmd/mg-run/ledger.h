/* ledger.h - what each source used, and the last error that it reported.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RUN_LEDGER_H
#define MG_RUN_LEDGER_H

#include <jv.h>
#include <stddef.h>

#include "chunk/chunk.h"

struct used {
	double	input, output, cached, reasoning;	/* tokens */
	double	cost;					/* USD */
	long	calls;
};

struct account {
	char		*id;
	struct used	 used;
	char		*error;		/* the last one's message, or NULL */
	int		 passing;	/* it may pass: retryable */
};

struct ledger {
	struct account	*a;
	size_t		 n, cap;
	struct used	 total;
};

/* Books a usage or an error chunk; other types are nothing to it. */
void		 ledger_add(struct ledger *, const struct mg_chunk *);
/* Borrowed; NULL where nothing is booked. */
const struct account *ledger_of(const struct ledger *, const char *id);
/* {input_tokens, output_tokens, cached_tokens, reasoning_tokens, cost_usd, calls} */
jv		 ledger_value(const struct used *);
void		 ledger_free(struct ledger *);

#endif
