/* template.h - the words that agents read: share/prompts, with places for variables.
 * SPDX-License-Identifier: MIT
 *
 * {{name}} is the variable's text; {{#name}}...{{/name}} stands where it is not
 * empty, {{^name}}...{{/name}} where it is.  A line that holds only such a mark
 * leaves no line.  Nothing else is special; see mg-prompts(7). */
#ifndef MG_COORD_TEMPLATE_H
#define MG_COORD_TEMPLATE_H

#include "rt/buf.h"

struct mg_err;

struct mg_var {
	const char	*name;
	const char	*text;	/* "" where it is not set */
};

/* Adds the template's text, its variables replaced; vars ends with { NULL }. A mark that
 * is not closed, or a name that is none of vars, is an error (MG_USAGE).  0, or -1. */
int	mg_template_fill(struct mg_buf *out, const char *text, const struct mg_var *vars, struct mg_err *e);
/* The same with the file share/prompts/NAME.txt. */
int	mg_template(struct mg_buf *out, const char *name, const struct mg_var *vars, struct mg_err *e);

#endif
