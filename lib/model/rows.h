/* rows.h - the rows of share/providers.json and share/models.json.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_ROWS_H
#define MG_MODEL_ROWS_H

#include <jv.h>

struct mg_err;

/* The array of rows, checked for what the readers rely on: objects with a text `type` and `wire`.
 * The caller owns it; invalid: see *e. */
jv	mg_rows_load(struct mg_err *);
/* The row of a type or one of its aliases, any case.  Borrows rows; the caller owns it; invalid: none. */
jv	mg_rows_type(jv rows, const char *type);
/* The row that a host belongs to; likewise. */
jv	mg_rows_host(jv rows, const char *host);
/* Whether a row's list holds exactly this text.  Borrows. */
int	mg_row_lists(jv row, const char *member, const char *text);
/* "no such type 'opnai': did you mean 'openai'?", or all names where none is near. */
void	mg_rows_unknown(jv rows, const char *type, struct mg_err *);
/* What a model's name stands for.  The type (the caller frees it; NULL: see *e). */
char	*mg_model_type(const char *model, struct mg_err *);
/* {model, reasoning_effort} of an old name that carries an effort; invalid: it carries none. */
jv	mg_model_effort(const char *model);

#endif
