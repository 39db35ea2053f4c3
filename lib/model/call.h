/* call.h - one call of a model over HTTP: a request, a stream, the assembled reply, retries within bounds.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_CALL_H
#define MG_MODEL_CALL_H

#include <jv.h>
#include <stddef.h>
#include <stdint.h>

#include "rt/buf.h"

struct mg_err;
struct mg_http;
struct mg_provider;
struct mg_call;

struct mg_tool_call {
	char	*id;		/* the provider's, or made up: never empty */
	char	*name;		/* as offered in tools; "unnamed" where the model gave none (cut is set) */
	char	*arguments;	/* the model's raw text, "{}" where it gave none */
	int	 cut;		/* the arguments are no JSON object: never run it */
};

struct mg_reply {
	struct mg_buf	 text, reasoning;	/* whole */
	struct mg_tool_call *call;
	size_t		 ncall;
	jv		 opaque;	/* array: the provider's items; back as the assistant's "opaque" */
	char		 stop[16];	/* stop, tool_calls, length, filter, pause, error, unknown;
					 * whether there are calls is told by ncall alone */
	char		 model[128];	/* as the provider names it, else as asked */
	long		 input, output, cached, thought;	/* tokens; -1: unknown */
	double		 cost;		/* USD; -1: unknown */
	int		 failed;
	char		 code[32];	/* auth, permission, not_found, bad_request, context_length, too_large,
					 * rate_limit, quota, overloaded, server, timeout, network, filter,
					 * truncated, protocol, conflict, cancelled */
	int		 status;	/* of HTTP, 0 where there was none */
	long		 tried;		/* requests that were sent for it */
	char		 message[400];	/* for people; holds no key */
	int		 retryable;	/* a later try may work */
};

struct mg_limits {			/* seconds; 0: no limit */
	double	connect, first_byte, idle;
	double	turn;			/* all tries of a call together */
	long	tries;			/* calls in all, 3 by default */
};

struct mg_call_spec {
	jv			 backend;	/* of the agent chunk, resolved; borrowed */
	jv			 messages;	/* neutral; borrowed */
	jv			 tools;		/* borrowed */
	struct mg_limits	 limits;
	const char		*record, *replay;	/* folders, or NULL; one for each agent */
	long			*tape;		/* how many requests of the folder are recorded or played so
						 * far, from 0; NULL: the provider keeps the count */
	double			 replay_speed;	/* 0: without pauses; 1: as it was recorded */
	const char		*key;		/* the secret itself, or NULL */
	/* Pieces of visible text and of thinking as they come: of any length where the reply is no stream. */
	void			(*text)(void *arg, const char *p, size_t n);
	void			(*think)(void *arg, const char *p, size_t n, int summary);
	/* "retry" and why and when; "restart" before a new try where text or thinking had been given. */
	void			(*note)(void *arg, const char *status, const char *detail);
	void			*arg;
};

/* Builds the request and begins to send it.  With replay mg_http may be NULL.  What spec
 * points to must stay until _free; its jv values are borrowed during this call only.  No
 * callback is called from here: they come from inside mg_http_wait and mg_call_running.  NULL: see *e. */
struct mg_call	*mg_call_start(struct mg_http *, struct mg_provider *, const struct mg_call_spec *, struct mg_err *);
/* After each mg_http_wait: 1 while it runs, 0 when the reply stands. */
int		 mg_call_running(struct mg_call *);
/* When mg_call_running wants to be asked at the latest (a retry is due). */
int64_t		 mg_call_deadline(const struct mg_call *);
/* Borrowed until _free; complete when it no longer runs. */
const struct mg_reply *mg_call_reply(const struct mg_call *);
void		 mg_call_free(struct mg_call *);	/* cancels where it runs */

/* The exact request as text (method, URL, headers with the key masked, body), for --dry-run. */
int		 mg_call_show(struct mg_provider *, const struct mg_call_spec *, struct mg_buf *out, struct mg_err *);

#endif
