/* attempt.h - one request of a call, over the network or from a tape, and what became of it.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_ATTEMPT_H
#define MG_MODEL_ATTEMPT_H

#include <stdint.h>

#include "model/body.h"
#include "model/call.h"
#include "model/reply.h"

struct mg_err;
struct mg_http;
struct mg_names;
struct mg_provider;
struct mg_request;
struct mg_tape;
struct mg_wire;

struct mg_attempt {
	struct mg_assembly		 assembly;	/* where the reply is put together */
	struct mg_body			 body;
	const struct mg_call_spec	*spec;
	struct mg_request		*request;	/* NULL: played, or over */
	struct mg_tape			*tape;		/* recorded or played; NULL: neither */
	int64_t				 quiet;		/* with a reason to stop there, nobody waits longer than until
							 * then for what may still come */
	int				 status;	/* of HTTP, 0 before it is known */
	int				 enough;	/* the body wants no more */
};

/* Nothing is under way. */
void	mg_attempt_init(struct mg_attempt *);
/* Begins.  0, or -1: see *e. */
int	mg_attempt_start(struct mg_attempt *, struct mg_http *, struct mg_provider *, const struct mg_call_spec *,
	    const struct mg_names *, const struct mg_wire *, struct mg_err *e);
/* 0 while it runs.  1: it is over; assembly.failure says whether it went wrong. */
int	mg_attempt_over(struct mg_attempt *);
/* When mg_attempt_over wants to be asked at the latest. */
int64_t	mg_attempt_due(const struct mg_attempt *);
/* Ends the transfer, keeps what was read. */
void	mg_attempt_stop(struct mg_attempt *);
void	mg_attempt_free(struct mg_attempt *);

#endif
