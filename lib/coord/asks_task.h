/* asks_task.h - what a task orders, for the ask detector.
 * SPDX-License-Identifier: MIT */
#ifndef MG_COORD_ASKS_TASK_H
#define MG_COORD_ASKS_TASK_H

#include "coord/asks_lex.h"

/* The P_* bits of the task, from its first paragraph.  *asked is set if it orders
 * a phrase (a translation, a rewording) and holds a request itself, so that a
 * request is what comes out of it. */
unsigned asks_task(const struct mg_lexicon *, const char *task, size_t len, int *asked);

#endif
