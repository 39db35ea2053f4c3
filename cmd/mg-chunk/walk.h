/* walk.h - every line of some files, for the subcommands that read chunks.
 * SPDX-License-Identifier: MIT */
#ifndef MG_CHUNK_WALK_H
#define MG_CHUNK_WALK_H

#include <stddef.h>

#include "chunk/chunk.h"
#include "coord/state.h"

struct mg_lines;

struct walk {
	/* One whole line; line[len] is a NUL that it may overwrite.  0: go on, 1: enough. */
	int		 (*line)(struct walk *, char *line, size_t len);
	void		 (*end)(struct walk *);	/* a file is through; or NULL */
	void		*arg;
	int		 quiet;		/* bad lines are counted, not named */
	const char	*file;		/* for messages */
	size_t		 number;	/* of the line, from 1, in this file */
	size_t		 bad;		/* bad lines of this file */
	int		 enough;	/* the line function said so */
	int		 status;	/* what to exit with: MG_OK, MG_DATA, MG_SYS */
};

/* All files in their order; none, and "-", are standard input.  A file that
 * cannot be read is named and left out.  stdout is flushed whenever nothing
 * more stands in the input. */
void	walk_files(struct walk *, char *const *files, int n);
/* What l holds: one read at most where it holds no whole line.  1: go on,
 * 0: end of input, -1: the line function has enough, or the input failed. */
int	walk_step(struct walk *, struct mg_lines *l);
/* Names a line that is no chunk, and counts it. */
void	walk_bad(struct walk *, const char *line, size_t len, const struct mg_bad *);
/* The same where the line is a chunk but something is wrong with it. */
void	walk_fault(struct walk *, size_t column, const char *why);
/* Reads a line as a chunk; 0, or -1 and it has been named. */
int	walk_chunk(struct walk *, struct mg_chunk *, const char *line, size_t len);
/* Holds it against the table; 0, or -1 and it has been named. */
int	walk_check(struct walk *, const struct mg_chunk *);
/* Folds it in; 0, or -1 where it contradicts the run, and it has been named. */
int	walk_apply(struct walk *, struct mg_state *, const struct mg_chunk *);

#endif
