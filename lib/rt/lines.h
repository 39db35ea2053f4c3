/* lines.h - newline-terminated records from a descriptor, with a hard limit.
 * SPDX-License-Identifier: MIT
 *
 * In a poll loop: next() until it gives MG_LINES_MORE, poll, fill(), again.
 * In a filter: get(), which blocks.  A line longer than the limit is skipped
 * to its newline and told once as MG_LINES_LONG; it never ends the input. */
#ifndef MG_RT_LINES_H
#define MG_RT_LINES_H

#include <stddef.h>

struct mg_err;
struct mg_lines;

enum mg_line {
	MG_LINES_MORE,	/* nothing whole is there: fill */
	MG_LINES_OK,	/* a line */
	MG_LINES_LONG,	/* a line beyond the limit went by; its number counts */
	MG_LINES_TORN,	/* get() only: the input ended inside this line; its writer died */
	MG_LINES_END	/* get() only: clean end of input */
};

/* Owns fd from here on.  No line may exceed max bytes, its newline included. */
struct mg_lines	*mg_lines_new(int fd, size_t max);
void		 mg_lines_free(struct mg_lines *);
/* Borrowed, for poll(2) only. */
int		 mg_lines_fd(const struct mg_lines *);
/* At most one read(2).  1: go on, 0: end of input, -1: see *e. */
int		 mg_lines_fill(struct mg_lines *, struct mg_err *e);
/* The next whole line, its newline cut off and a NUL in its place.  Borrowed:
 * valid until the next call on this object. */
enum mg_line	 mg_lines_next(struct mg_lines *, char **line, size_t *len);
/* What stands after the last newline when the input has ended. */
enum mg_line	 mg_lines_rest(struct mg_lines *, char **line, size_t *len);
/* next(), fill() and rest() as often as it takes; -1: see *e. */
int		 mg_lines_get(struct mg_lines *, char **line, size_t *len, struct mg_err *e);
/* The number of the line given last, from 1. */
size_t		 mg_lines_number(const struct mg_lines *);

#endif
