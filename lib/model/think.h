/* think.h - hands out visible text and thinking; splits <think>...</think> off the text's beginning.
 * SPDX-License-Identifier: MIT
 *
 * A server that runs without a parser for its model's thinking sends it inside the text. */
#ifndef MG_MODEL_THINK_H
#define MG_MODEL_THINK_H

#include <stddef.h>

struct mg_assembly;

/* Visible text as it came; parts of a tag may straddle pieces.  0, or -1: beyond MG_BODY_MAX. */
int	mg_think_split(struct mg_assembly *, const char *p, size_t n);
/* Thinking that came as such. */
int	mg_think_give(struct mg_assembly *, const char *p, size_t n, int summary);
/* The end: gives what was held back. */
int	mg_think_end(struct mg_assembly *);

#endif
