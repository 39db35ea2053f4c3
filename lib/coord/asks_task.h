/* asks_task.h - what a task orders, for the ask detector.
 * SPDX-License-Identifier: MIT */
#ifndef MG_COORD_ASKS_TASK_H
#define MG_COORD_ASKS_TASK_H

#include "coord/asks_lex.h"

struct asks_order {
	unsigned what;	/* P_* */
	size_t	len;	/* of the whole task, in bytes */
	size_t	material;	/* of what it holds beside the order, in bytes */
	int	english;	/* it has English words */
	int	foreign;	/* the words of it say that it orders words for somebody else: their sum
				 * (asks_weigh.h), which the caller adds */
	int	given;	/* another wording (a translation, a rewording) of words that the task holds:
			 * what comes out is somebody else's */
};

typedef void asks_task_fn(void *arg, const struct asks_sent *);

/* Reads the order in the first paragraph of a task, and calls back with each sentence of that. */
struct asks_order asks_task(const struct mg_lexicon *, const char *task, size_t len, asks_task_fn *fn, void *arg);

#endif
