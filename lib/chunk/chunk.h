/* chunk.h - one line of a run: its head, its kind, and whether it keeps the rules.
 * SPDX-License-Identifier: MIT
 *
 * Protocol: mg-chunk(5).  A chunk is never re-printed: who relays passes the
 * line on.  So a struct mg_chunk only points into a line. */
#ifndef MG_CHUNK_CHUNK_H
#define MG_CHUNK_CHUNK_H

#include <jv.h>
#include <stddef.h>

#include "chunk/json.h"
#include "rt/bounds.h"

struct mg_err;

/* In the order of the table in chunk.c, which says everything else about them. */
enum mg_type {
	MG_AGENT, MG_TASK, MG_MESSAGE, MG_CONTENT, MG_REASONING, MG_TOOLS, MG_TOOL_CALL,
	MG_TOOL_RESULT, MG_MEDIA, MG_ANSWER, MG_VOTE, MG_DECISION, MG_ASK, MG_FINAL,
	MG_USED, MG_STATUS, MG_ERROR, MG_DONE, MG_UNKNOWN
};

enum {	/* what the bus does with a type: protocol, section 3 */
	MG_RELAYED = 1,		/* every peer hears it */
	MG_DURABLE = 2,		/* on disk before anyone hears of it */
	MG_STREAMS = 4		/* its lines are at most MG_STREAM_MAX long */
};

enum {	/* kinds of values, as bits */
	MG_K_STR = 1, MG_K_NUM = 2, MG_K_BOOL = 4, MG_K_NULL = 8, MG_K_OBJ = 16, MG_K_ARR = 32,
	MG_K_INT = 64,			/* a whole number */
	MG_K_CONTENT = MG_K_STR | MG_K_ARR,	/* a string or a list of parts */
	MG_K_ANY = 63
};

struct mg_field {
	const char	*name;
	unsigned	 kinds;
	int		 required;
};

struct mg_type_row {
	const char		*name;
	unsigned		 flags;
	const struct mg_field	*fields;	/* ends with { 0 } */
	const char		*about;
};

/* The one table of types; entry MG_UNKNOWN has no name and no rules. */
extern const struct mg_type_row mg_types[MG_UNKNOWN + 1];
/* Fields that any type may carry: to, turn, ts. */
extern const struct mg_field mg_any_fields[];

#define MG_MEMBERS 48	/* top-level members that are looked up; more are checked and passed on */

struct mg_chunk {
	const char		*line;		/* borrowed */
	size_t			 len;
	enum mg_type		 type;
	struct mg_span		 type_name, source, to;	/* decoded; to.p NULL where absent */
	struct mg_member	 m[MG_MEMBERS];
	size_t			 count;
	char			 decoded[3][MG_ID_MAX + 1];	/* heads that needed it */
};

/* Reads a line: strict JSON, an object, with a string type and source, and
 * neither of these nor to twice.  Unknown types are fine.  0, or -1 and *bad. */
int	mg_chunk_read(struct mg_chunk *, const char *line, size_t len, struct mg_bad *bad);
/* Holds a read chunk against the table: required fields, kinds, ids, labels.
 * 0, or -1 and *bad (its pos where the member stands). */
int	mg_chunk_check(const struct mg_chunk *, struct mg_bad *bad);
/* Only the canonical head {"type":"…","source":"…" without looking further, for
 * speed; 1: both spans point into the line, 0: read the line instead. */
int	mg_chunk_peek(const char *line, size_t len, struct mg_span *type, struct mg_span *source);

enum mg_type mg_type_of(struct mg_span name);

/* A member's raw value; .p is NULL where it is absent.  Of doubled names the
 * last counts, as for every JSON parser that we use. */
struct mg_span	mg_chunk_raw(const struct mg_chunk *, const char *name);
/* Parsed; the caller owns it; invalid where absent. */
jv		mg_chunk_value(const struct mg_chunk *, const char *name);
/* A string member's text, which the caller frees; NULL where there is none. */
char		*mg_chunk_str(const struct mg_chunk *, const char *name, size_t *len);
/* A whole-number member, or absent where there is none. */
long		mg_chunk_int(const struct mg_chunk *, const char *name, long absent);
int		mg_chunk_true(const struct mg_chunk *, const char *name);

/* An id: UTF-8, 1 to 255 bytes, no control characters. */
int	mg_id_ok(const char *p, size_t n);
/* Splits "gpt-4.1.2" at its last dot into an id and a number from 1.  0, or -1. */
int	mg_label_split(const char *label, size_t len, size_t *idlen, long *number);

/* The text of a content value (a string, or the text parts of a list, and a
 * mark for each part that is none).  Borrows content. */
void	mg_content_text(struct mg_buf *, jv content);

#endif
