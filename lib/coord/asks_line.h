/* asks_line.h - the lines of a text and what their marks say, for the ask detector.
 * SPDX-License-Identifier: MIT */
#ifndef MG_COORD_ASKS_LINE_H
#define MG_COORD_ASKS_LINE_H

#include <stddef.h>

enum asks_line_sort {
	LINE_BLANK, LINE_PLAIN, LINE_HEAD, LINE_ITEM, LINE_ROW, LINE_BLOCKQUOTE, LINE_FENCE, LINE_RULE
};

struct asks_line {
	enum asks_line_sort sort;
	size_t	start, body, end;	/* bytes: of the line, behind its marks, its end without newline */
	size_t	bold_question;		/* behind a leading **question?**; 0: none */
	int	bold;			/* begins in bold */
	int	script;			/* NAME: words, or a dash of dialogue */
	int	dash;			/* the latter */
	int	label;			/* has "Word:" at its head */
	int	indented;		/* by four or more blanks */
	int	bracketed;		/* wholly in brackets */
	int	data;			/* "key": value; of a fence: its language is one of data, or none */
};

/* The line at *pos; 0 at the end of the text. */
int	asks_line(const char *text, size_t len, size_t *pos, struct asks_line *);
/* Joins the lines that only a hard wrap parts from it. */
void	asks_wrapped(const char *text, size_t len, size_t *pos, struct asks_line *);
/* Where a comment begins in a line of code; 0: nowhere. */
size_t	asks_comment(const char *text, const struct asks_line *);

#endif
