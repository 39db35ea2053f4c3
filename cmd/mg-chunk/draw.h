/* draw.h - chunks as lines for people.
 * SPDX-License-Identifier: MIT */
#ifndef MG_CHUNK_DRAW_H
#define MG_CHUNK_DRAW_H

#include "chunk/chunk.h"
#include "rt/buf.h"

struct stream {		/* what a source is saying and has not been printed yet */
	char		*source;
	int		 thinks;	/* it is reasoning, not text */
	struct mg_buf	 text;
};

struct draw {
	int		 color;		/* escape sequences are welcome */
	size_t		 width;		/* columns of a line; 0: no line is shortened */
	struct stream	*stream;
	size_t		 n, cap;
};

/* Prints one event, what streamed before it first.  Text that streams is
 * printed as soon as a line of it is full. */
void	draw_chunk(struct draw *, const struct mg_chunk *);
/* Prints what has not been printed, and ends the contents of d. */
void	draw_end(struct draw *);

#endif
