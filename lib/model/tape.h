/* tape.h - what a provider was asked and what it sent, kept in a folder and played back without a network.
 * SPDX-License-Identifier: MIT
 *
 * NNN.request.json   {"method","url","headers":{...},"body":{...}}; values that hold secrets are "***"
 * NNN.reply          a line {"status":200,"headers":{...}}, lines [ms since the request, "bytes as text"]
 *                    or [ms, "each character a byte", true] where they are no UTF-8, and a last line
 *                    {"end":"done"|"network"|"timeout"|"protocol","why":"..."}
 * One pair for each request, retries too, from 001; files are 0600. */
#ifndef MG_MODEL_TAPE_H
#define MG_MODEL_TAPE_H

#include <stddef.h>
#include <stdint.h>

#include "net/http.h"

struct mg_err;
struct mg_tape;
struct mg_wire;

/* Writes the request under *count + 1, or the next number that is free, and opens the reply's
 * file; *count is the number then.  NULL: see *e. */
struct mg_tape	*mg_tape_record(const char *dir, long *count, const struct mg_wire *, struct mg_err *e);
/* What came.  r gives status and headers. */
void		 mg_tape_data(struct mg_tape *, const struct mg_request *r, const char *p, size_t n);
void		 mg_tape_end(struct mg_tape *, const struct mg_request *r, enum mg_http_end, const char *why);

/* Opens reply *count + 1 and counts.  speed 0: without pauses.  NULL: see *e. */
struct mg_tape	*mg_tape_play(const char *dir, long *count, double speed, struct mg_err *e);
/* The next piece that is due: 1 (borrowed until the next call); 0: not yet; -1: that was all. */
int		 mg_tape_next(struct mg_tape *, const char **p, size_t *n);
/* When the next piece is due (mg_now's clock). */
int64_t		 mg_tape_due(const struct mg_tape *);
int		 mg_tape_status(const struct mg_tape *);
const char	*mg_tape_header(const struct mg_tape *, const char *name);	/* borrowed, or NULL */
/* How it ended, after -1. */
enum mg_http_end mg_tape_ending(const struct mg_tape *, const char **why);
void		 mg_tape_free(struct mg_tape *);

#endif
