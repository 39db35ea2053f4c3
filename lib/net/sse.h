/* sse.h - server-sent events out of bytes as they come (WHATWG HTML, section 9.2; what providers really send).
 * SPDX-License-Identifier: MIT */
#ifndef MG_NET_SSE_H
#define MG_NET_SSE_H

#include <stddef.h>

#include "rt/buf.h"

struct mg_sse {
	struct mg_buf	line;		/* a line that is not whole yet */
	struct mg_buf	data, event;	/* of the event that is being read */
	int		cr;		/* the last byte was CR: an LF after it belongs to it */
	int		bom;		/* how much of a byte order mark has been seen; -1: no longer looked for */
	int		has_data;
	size_t		comments;	/* how many lines were comments: keep-alives */
};

/* An event that has data (a field named "error", as old llama.cpp writes it, is an event
 * of that name); both texts NUL-terminated; -1 stops the feed. */
typedef int mg_sse_event(void *arg, const char *event, const char *data, size_t len);

void	mg_sse_init(struct mg_sse *);
/* Takes n bytes: LF, CRLF and CR end a line, a pair may be split between calls.
 * 0; -1: the callback stopped it; -2: an event beyond MG_SSE_MAX. */
int	mg_sse_feed(struct mg_sse *, const char *p, size_t n, mg_sse_event *, void *arg);
/* The end of input: an event that lacks only its blank line is still given. */
int	mg_sse_end(struct mg_sse *, mg_sse_event *, void *arg);
void	mg_sse_free(struct mg_sse *);

#endif
