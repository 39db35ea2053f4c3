/* part.h - the rules for what stands in lists: parts of content, messages of an ask, words of a command.
 * SPDX-License-Identifier: MIT
 *
 * Protocol: mg-chunk(5), "Content" and "Parts".  Types of parts that are not known pass. */
#ifndef MG_CHUNK_PART_H
#define MG_CHUNK_PART_H

#include "chunk/chunk.h"

/* Holds a read chunk's lists against these rules; the kinds of its members were
 * checked before.  0, or -1 and *bad (its pos where the member stands). */
int	mg_parts_check(const struct mg_chunk *, struct mg_bad *bad);

#endif
