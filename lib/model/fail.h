/* fail.h - why a call failed: one vocabulary for what HTTP, streams and error bodies say.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_FAIL_H
#define MG_MODEL_FAIL_H

#include <jv.h>

struct mg_failure {
	char	code[32];	/* see mg_reply.code; "" while nothing failed */
	char	message[400];	/* one line */
	int	retryable;
	int	loading;	/* the server loads its model: wait as long as for a first byte */
	double	retry_after;	/* seconds that the server asks for; -1: none */
};

#define MG_FAILURE_NONE	((struct mg_failure){ .retry_after = -1 })

/* Whether a later try may help, by the code. */
int	mg_code_retryable(const char *code);
/* The code of an HTTP status from 300 on. */
const char *mg_status_code(int status);
/* Fills it; fmt is the message.  Text from outside is made one printable line. */
void	mg_failure_set(struct mg_failure *, const char *code, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* The same from a provider's error delta {code?, message?, status?, retryable?, retry_after?,
 * loading?} (borrowed); status is HTTP's own, 0 within a stream. */
void	mg_failure_delta(struct mg_failure *, jv error, int status);
/* Replaces every occurrence of key by ***. */
void	mg_failure_mask(struct mg_failure *, const char *key);
/* What headers say about trying again; each may be NULL. */
void	mg_failure_headers(struct mg_failure *, const char *should_retry, const char *after_ms, const char *after);

#endif
