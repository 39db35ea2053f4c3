/* expand.h - ${NAME} in an address or a key.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_EXPAND_H
#define MG_MODEL_EXPAND_H

struct mg_err;

/* text with every ${NAME} and ${NAME:-otherwise} replaced from the environment; any other
 * dollar stays.  The caller frees it.  NULL and *e (MG_USAGE) where a variable is not set. */
char	*mg_expand(const char *text, struct mg_err *e);
/* NAME where text is ${NAME} and nothing else, else NULL.  The caller frees it. */
char	*mg_expand_alone(const char *text);

#endif
