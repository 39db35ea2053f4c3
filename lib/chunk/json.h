/* json.h - a strict check of JSON text (RFC 8259), and where an object's members stand in it.
 * SPDX-License-Identifier: MIT
 *
 * libjq builds values; this only looks.  It exists because a router must know
 * a line's head without building a value (libjq: 25 ns a byte, this: under 1),
 * and because libjq before 1.7 accepts what is no JSON (NaN, a raw NUL). */
#ifndef MG_CHUNK_JSON_H
#define MG_CHUNK_JSON_H

#include <jv.h>
#include <stddef.h>

#include "rt/buf.h"

/* Bytes of somebody else's text. */
struct mg_span {
	const char	*p;
	size_t		 n;
};

struct mg_member {
	struct mg_span	key;	/* between its quotes, as written */
	struct mg_span	val;	/* the raw value; its first byte tells its kind */
};

struct mg_bad {
	size_t		 pos;	/* byte offset of the first byte that is wrong */
	const char	*why;	/* "a comma or } is missing" */
};

/* Checks that s is exactly one JSON value, with nothing but white space around
 * it, valid UTF-8, at most MG_DEPTH_MAX deep.  0, or -1: see *bad. */
int	mg_json_check(const char *s, size_t n, struct mg_bad *bad);
/* The same for an object; stores its first max members, in order, and their
 * true number in *count. */
int	mg_json_object(const char *s, size_t n, struct mg_member *m, size_t max,
	    size_t *count, struct mg_bad *bad);

/* Adds s as a JSON string, quotes included; what is not UTF-8 becomes U+FFFD. */
void	mg_json_quote(struct mg_buf *, const char *s, size_t n);
/* Adds the text of a raw, checked JSON string (its quotes included). A lone
 * half of a surrogate pair becomes U+FFFD. */
void	mg_json_unquote(struct mg_buf *, const char *s, size_t n);
/* Adds a value's compact text.  Consumes v. */
void	mg_json_add(struct mg_buf *, jv v);
/* A raw value parsed; the caller owns it.  Invalid where it is no JSON. */
jv	mg_json_value(struct mg_span);

int	mg_span_is(struct mg_span, const char *text);
/* How many bytes from the start are UTF-8 (RFC 3629); n where all are. */
size_t	mg_utf8_prefix(const char *s, size_t n);

/* Shorthands on jv objects that borrow o: its member, or what stands for "absent". */
jv		 mg_jv_get(jv o, const char *key);		/* owned; invalid if absent */
const char	*mg_jv_str(jv o, const char *key, const char *absent); /* borrowed from o */
double		 mg_jv_num(jv o, const char *key, double absent);
int		 mg_jv_true(jv o, const char *key, int absent);

#endif
