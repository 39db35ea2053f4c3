/* wire.h - a call's request, as it goes out: what every provider needs done, around what its jq file says.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_WIRE_H
#define MG_MODEL_WIRE_H

#include <jv.h>
#include <stddef.h>

#include "model/names.h"
#include "rt/buf.h"

struct mg_call_spec;
struct mg_err;
struct mg_provider;

struct mg_wire {
	char	 method[16];
	char	*url;
	char	**header;	/* ends with NULL; the secret's, where there is one, is the first */
	int	 secret;	/* whether header[0] holds the key */
	char	*body;		/* JSON, compact */
	size_t	 body_len;
	jv	 optional;	/* array of names that may be left out when a 400 names them */
};

/* Builds the request.  omit: an array of names to be left out (borrowed).  names learns the
 * tools' names.  0, or -1: see *e; *w is to be freed either way. */
int	mg_wire_build(struct mg_wire *w, struct mg_provider *, const struct mg_call_spec *, jv omit,
	    struct mg_names *names, struct mg_err *e);
void	mg_wire_free(struct mg_wire *);
/* "Name: value" as it may be shown or kept: values that hold secrets are "***". */
void	mg_wire_header(struct mg_buf *, const char *header);

#endif
