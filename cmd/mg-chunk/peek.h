/* peek.h - which types of chunks a jq program can let through, read from its text.
 * SPDX-License-Identifier: MIT */
#ifndef MG_CHUNK_PEEK_H
#define MG_CHUNK_PEEK_H

#include <stddef.h>

#include "chunk/json.h"

#define PEEK_TYPES 16

struct peek {
	struct mg_span	type[PEEK_TYPES];	/* they point into the program */
	size_t		n;
	int		exact;	/* the program says nothing but this: jq is not needed */
};

/* Recognizes a comparison of .type with a string; several joined with `or`; a
 * conjunction that begins with one; parentheses; and select(...) of these where
 * a pipe begins with it.  1: for a chunk of any other type the program gives
 * false or nothing, and no error; 0: nothing is known.  When in doubt, 0. */
int	peek_program(struct peek *, const char *program);

#endif
