/* buf.h - a growing byte buffer that knows its limit.
 * SPDX-License-Identifier: MIT
 *
 * Invariants: p is NULL while nothing was ever added, otherwise p[len] is NUL;
 * len <= max always.  Adding past max changes nothing and returns -1. */
#ifndef MG_RT_BUF_H
#define MG_RT_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct mg_err;

struct mg_buf {
	char	*p;
	size_t	 len;	/* bytes held */
	size_t	 cap;	/* bytes allocated */
	size_t	 max;	/* never more than these; from rt/bounds.h */
};

#define MG_BUF(limit)	((struct mg_buf){ .max = (limit) })

/* Appends n bytes.  0, or -1 past max. */
int	mg_buf_add(struct mg_buf *, const void *, size_t n);
int	mg_buf_adds(struct mg_buf *, const char *);
int	mg_buf_addc(struct mg_buf *, char);
int	mg_buf_printf(struct mg_buf *, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* Forgets the first n bytes. */
void	mg_buf_drop(struct mg_buf *, size_t n);
/* Empties it and keeps the memory. */
void	mg_buf_clear(struct mg_buf *);
/* Moves the bytes out (the caller frees them; "" where empty) and empties it. */
char	*mg_buf_take(struct mg_buf *, size_t *len);
/* Ends its contents; it may be used again. */
void	mg_buf_free(struct mg_buf *);
/* Its text, "" while empty.  Borrowed. */
const char *mg_buf_str(const struct mg_buf *);

#endif
