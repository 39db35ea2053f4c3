/* backend.h - the table of backends (share/providers.json): what stands behind a type or a model's name.
 * SPDX-License-Identifier: MIT
 *
 * A backend as configured, what mg reads of it (everything else goes to the provider):
 *   type, model, base_url; key_env: the variable(s) that hold the key, instead of the type's own;
 *   api_key: the key itself (configurations never leave it there: config.h);
 *   ${NAME} and ${NAME:-otherwise} in base_url, azure_endpoint and api_key are taken from the environment;
 *   azure_endpoint, api_version; command, mode, env, timeout: a program instead of a model.
 * A resolved one has besides, where they were not written:
 *   type       the row of the host, else of the type: "deepseek" for chatcompletion at api.deepseek.com
 *   wire       share/providers/WIRE.jq, or "command"
 *   base_url   no final slash, no path of the wire    path    what follows it: "/chat/completions"
 *   model      as the provider knows it               reasoning_effort  from the suffix of an old model name
 *   auth       bearer, api-key, x-api-key, x-goog-api-key (the header's name), none
 *   key_env    array of variables, tried in order     key_optional, key_default
 *   max_tokens_field, api_version (azure; "" in its version-less form)
 *   command: array of words, mode: text or chunk, env: object of texts or array of names, timeout: seconds */
#ifndef MG_MODEL_BACKEND_H
#define MG_MODEL_BACKEND_H

#include <jv.h>

struct mg_err;

/* Consumes the backend of an agent chunk; returns it resolved, as above.  A host that has a row decides
 * on type, key and header, whatever type was written: no key goes to another vendor's host.
 * Resolving twice changes nothing.  Invalid, and *e (MG_USAGE), for an unknown type or
 * model, an address that is none, a command that is none. */
jv	mg_backend_resolve(jv backend, struct mg_err *);
/* The same checks without what only the environment knows (endpoints).  Borrows. 0, or -1. */
int	mg_backend_check(jv backend, struct mg_err *);
/* The secret of a resolved backend from the environment, which the caller wipes and
 * frees; NULL with e->code 0 where none is needed; NULL and MG_USAGE where it is missing
 * (the message names every variable that was tried).  Borrows. */
char	*mg_backend_key(jv resolved, struct mg_err *);
/* The names of all variables that resolving and asking for the key look at, so that a child gets no more
 * than these.  Borrows; an array that the caller owns. */
jv	mg_backend_variables(jv resolved);
/* A backend for this machine: a key in the environment, else a local server on its usual port
 * (300 ms to connect).  *chose says in one line what and why (the caller frees it).  Invalid
 * and *e (MG_USAGE) where nothing is there, saying what was looked for. */
jv	mg_backend_find(char **chose, struct mg_err *);

#endif
