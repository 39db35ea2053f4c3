/* half.h - surrogate halves that come in two pieces.
 * SPDX-License-Identifier: MIT
 *
 * A proxy that thinks in UTF-16 may cut a character between two deltas: "\ud83d" ends
 * one, "\ude42" begins the next.  libjq makes U+FFFD of each at once.  So before an
 * event is parsed, its lone halves are replaced by characters of a private plane, and
 * put together again, or given up, in the text that comes out. */
#ifndef MG_MODEL_HALF_H
#define MG_MODEL_HALF_H

#include <stddef.h>

#include "rt/buf.h"

struct mg_half {
	unsigned	high;	/* a first half that waits for its second; 0: none */
};

/* Whether JSON text holds lone halves; then out receives it with them marked. */
int	mg_half_mark(struct mg_buf *out, const char *json, size_t n);
/* Adds a piece of text to out.  marked: it comes from an event where mg_half_mark said yes. */
void	mg_half_add(struct mg_half *, struct mg_buf *out, const char *p, size_t n, int marked);
/* The end of a text: a half that is left becomes U+FFFD. */
void	mg_half_end(struct mg_half *, struct mg_buf *out);

#endif
