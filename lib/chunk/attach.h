/* attach.h - a file as a part of content.
 * SPDX-License-Identifier: MIT
 *
 * Text (UTF-8 without NUL) becomes {"type":"text","name","text"}; everything else
 * {"type":"image"|"audio"|"video"|"file","name","mime","data"}, data in base64. */
#ifndef MG_CHUNK_ATTACH_H
#define MG_CHUNK_ATTACH_H

#include <jv.h>
#include <stddef.h>

struct mg_err;

/* n bytes as a part; name (its last component) may be NULL.  Kinds are told by the bytes
 * themselves, then by the name's ending. */
jv	mg_attach_bytes(const char *name, const char *p, size_t n);
/* A file ("-": standard input) as a part.  Invalid, and *e, where it cannot be read or is larger
 * than a line takes. */
jv	mg_attach_file(const char *path, struct mg_err *e);
/* Consumes both: content (string or list) with a part added, as a list. */
jv	mg_attach_add(jv content, jv part);
/* Whether the bytes are text that a chunk can hold as it is. */
int	mg_attach_is_text(const char *p, size_t n);

#endif
