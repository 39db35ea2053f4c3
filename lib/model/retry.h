/* retry.h - whether and when a failed request is made again.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_RETRY_H
#define MG_MODEL_RETRY_H

#include <jv.h>

struct mg_attempt;
struct mg_failure;
struct mg_wire;

/* Seconds until the next try: what the server asks for, else half a second, doubled for each
 * try before it, at most 8, less up to a quarter. */
double	mg_retry_wait(const struct mg_failure *, long before);
/* The optional part of the request that a 400 or 422 names and that was not left out yet; the
 * caller frees it; NULL: none. */
char	*mg_retry_without(const struct mg_wire *, const struct mg_attempt *, jv omit);

#endif
