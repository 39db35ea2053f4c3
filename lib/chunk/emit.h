/* emit.h - writes chunks in their canonical form: type, source, to first, compact, one line.
 * SPDX-License-Identifier: MIT */
#ifndef MG_CHUNK_EMIT_H
#define MG_CHUNK_EMIT_H

#include <jv.h>
#include <stddef.h>

#include "rt/buf.h"

/* Begins a chunk in b (which may hold earlier lines); to may be NULL.  Members
 * follow, then mg_put_end closes it with a time stamp and a newline. */
void	mg_put_begin(struct mg_buf *b, const char *type, const char *source, const char *to);
void	mg_put_str(struct mg_buf *b, const char *key, const char *text);
void	mg_put_strn(struct mg_buf *b, const char *key, const char *text, size_t n);
void	mg_put_int(struct mg_buf *b, const char *key, long n);
void	mg_put_bool(struct mg_buf *b, const char *key, int yes);
/* JSON text as it is. */
void	mg_put_raw(struct mg_buf *b, const char *key, const char *json, size_t n);
/* Consumes v; an invalid one adds nothing. */
void	mg_put_value(struct mg_buf *b, const char *key, jv v);
void	mg_put_end(struct mg_buf *b);
/* The same without a time stamp: for what must be the same bytes each time. */
void	mg_put_close(struct mg_buf *b);

#endif
