/* body.h - the bytes of a reply: a stream of events, a whole JSON text, or an error page; whatever the header says.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_BODY_H
#define MG_MODEL_BODY_H

#include <stddef.h>

#include "model/reply.h"
#include "net/sse.h"
#include "rt/buf.h"

struct mg_provider;

enum mg_body_kind {
	MG_BODY_UNKNOWN,	/* nothing but blanks so far */
	MG_BODY_EVENTS,
	MG_BODY_WHOLE,
	MG_BODY_ERROR		/* of a status other than 2xx */
};

struct mg_body {
	struct mg_provider	*provider;
	struct mg_assembly	*to;
	enum mg_body_kind	 kind;
	int			 status;
	struct mg_buf		 raw;		/* all that is no stream of events */
	struct mg_sse		 sse;
	struct jv_parser	*parser;	/* for one event after the other; NULL: to be made */
	struct mg_buf		 marked;	/* see half.h */
	size_t			 total;
	int			 last;		/* the input has ended: what is torn is no error */
};

void	mg_body_init(struct mg_body *, struct mg_provider *, struct mg_assembly *to);
void	mg_body_free(struct mg_body *);
/* Takes bytes; status is HTTP's.  0, or -1: nothing more is wanted (the terminator, a failure, a limit). */
int	mg_body_feed(struct mg_body *, int status, const char *p, size_t n);
/* The end of the bytes, whole or not: reads what is no stream of events. */
void	mg_body_end(struct mg_body *, int status);

#endif
