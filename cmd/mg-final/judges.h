/* judges.h - many finals judged at once, their verdicts printed in order.
 * SPDX-License-Identifier: MIT
 *
 * Judging costs more than reading, so where there is much of it threads share it, each a
 * batch; where there is little none is started.  Nothing else in mg has threads. */
#ifndef MG_FINAL_JUDGES_H
#define MG_FINAL_JUDGES_H

#include <stddef.h>

struct judges;
struct mg_lexicon;

/* The lexicon is borrowed. */
struct judges *judges_new(const struct mg_lexicon *);
/* One more; both texts are copied.  line: its number in the input, 0 where that says nothing. */
void	judges_add(struct judges *, const char *task, size_t tasklen, const char *text, size_t len, size_t line);
/* Prints what was added so far. */
void	judges_flush(struct judges *);
/* How many asked, of those that were printed. */
size_t	judges_asked(const struct judges *);
void	judges_free(struct judges *);

#endif
