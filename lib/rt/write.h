/* write.h - bytes out: all of them, or an error.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RT_WRITE_H
#define MG_RT_WRITE_H

#include <stddef.h>

struct mg_buf;
struct mg_err;

/* All n bytes, however many writes it takes; for blocking descriptors. 0, or -1: see *e. */
int	mg_write(int fd, const void *p, size_t n, struct mg_err *e);
/* What a non-blocking descriptor takes of b.  1: drained, 0: would block, -1: see *e. */
int	mg_drain(int fd, struct mg_buf *b, struct mg_err *e);
/* Flushes and closes stdout: a full disk is an error too.  0, or -1: see *e. */
int	mg_stdout_close(struct mg_err *e);
/* Writes a whole file under a temporary name (mode 0600), syncs and renames it.
 * 0, or -1 and the old file stands. */
int	mg_write_file(const char *path, const void *p, size_t n, struct mg_err *e);
/* Reads a whole file ("-": stdin) of at most max bytes; the caller frees it; NUL added. */
char	*mg_read_file(const char *path, size_t max, size_t *n, struct mg_err *e);

#endif
