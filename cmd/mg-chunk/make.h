/* make.h - what the subcommands that make a chunk share: text in, one line out.
 * SPDX-License-Identifier: MIT */
#ifndef MG_CHUNK_MAKE_H
#define MG_CHUNK_MAKE_H

#include <jv.h>

#include "rt/buf.h"

/* An operand as text, standard input for "-".  Ends the program (exit 3) where
 * it is not UTF-8 or holds a NUL, naming the byte. */
jv	make_text(const char *operand);
/* Content of the text and the files, each of them a part; a string where there
 * are no files.  Ends the program where one cannot be read. */
jv	make_content(const char *text, char *const *files, int n);
/* Writes the line that b holds, unless it is too long or no good chunk: that
 * ends the program.  Frees b. */
void	make_line(struct mg_buf *b);

struct make_files {		/* -f FILE, as often as it is given */
	char	**name;
	int	  n;
};
/* Takes one; room for most files is made at the first. */
void	make_file_add(struct make_files *, char *name, int most);

#endif
