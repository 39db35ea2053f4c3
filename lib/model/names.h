/* names.h - tools under names that every provider accepts, and back.
 * SPDX-License-Identifier: MIT
 *
 * The strictest take 1 to 64 of A-Z a-z 0-9 _ -; some servers hand a name back
 * in another case or with dashes changed. */
#ifndef MG_MODEL_NAMES_H
#define MG_MODEL_NAMES_H

#include <stddef.h>

#define MG_NAME_WIRE	64

struct mg_name {
	char	*real;
	char	 wire[MG_NAME_WIRE + 1];
};

struct mg_names {
	struct mg_name	*a;
	size_t		 n, cap;
};

/* What the provider reads for this name; entered when it is new.  Borrowed. */
const char	*mg_names_wire(struct mg_names *, const char *real);
/* What a model called: the tool that it means, else the name itself.  Borrowed. */
const char	*mg_names_real(const struct mg_names *, const char *wire);
void		 mg_names_free(struct mg_names *);

#endif
