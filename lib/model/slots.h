/* slots.h - tool calls out of the pieces in which they come, once for all providers.
 * SPDX-License-Identifier: MIT
 *
 * Which piece belongs to which call is guesswork where servers leave out numbers,
 * names or ids; the rules stand at the functions. */
#ifndef MG_MODEL_SLOTS_H
#define MG_MODEL_SLOTS_H

#include <jv.h>
#include <stddef.h>

#include "chunk/json.h"
#include "model/half.h"
#include "rt/buf.h"

struct mg_names;
struct mg_tool_call;

struct mg_slot {
	int		has_index;
	double		index;
	char		*id, *name;	/* NULL while none came */
	struct mg_buf	arguments;
	struct mg_half	half;
	int		whole;		/* arguments came as an object: nothing is appended */
	jv		extra;
};

struct mg_slots {
	struct mg_slot	*a;
	size_t		 n, cap;
};

/* Takes one piece {slot, id, name, arguments, raw, extra} of an event whose text is data (for raw);
 * marked: see half.h.  Borrows piece.  0, or -1: the arguments go beyond MG_BODY_MAX. */
int	mg_slots_add(struct mg_slots *, jv piece, struct mg_span data, int marked);
/* The calls, in the order in which they began; the caller frees them (mg_calls_free).
 * Appends {call_id, extra} to *opaque for those that have one. */
struct mg_tool_call *mg_slots_take(struct mg_slots *, const struct mg_names *, size_t *n, jv *opaque);
void	mg_slots_free(struct mg_slots *);
void	mg_calls_free(struct mg_tool_call *, size_t n);

/* The bytes of the value at a path of keys and positions; .p is NULL where there is none. */
struct mg_span	mg_json_at(struct mg_span json, jv path);

#endif
