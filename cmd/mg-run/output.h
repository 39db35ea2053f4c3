/* output.h - stdout: the final's text, every chunk, or one object; never blocking the bus.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RUN_OUTPUT_H
#define MG_RUN_OUTPUT_H

#include <jv.h>
#include <sys/types.h>

#include "rt/buf.h"

struct journal;
struct mg_err;

enum format { FORMAT_TEXT, FORMAT_NDJSON, FORMAT_JSON };

struct output {
	enum format	format;
	struct mg_buf	text;		/* what text and json print */
	size_t		text_done, kept_done;
	off_t		sent;		/* ndjson: a second cursor over the journal */
};

#define OUTPUT(f)	((struct output){ .format = (f), .text = MG_BUF((size_t)-2) })

/* Adds the text of a final chunk, which it borrows. */
void	output_final(struct output *, jv final);
/* Consumes the one object of -o json. */
void	output_object(struct output *, jv object);
/* Whether something is left to write. */
int	output_waits(const struct output *, const struct journal *);
/* Writes while poll(2) says that it will not block: 1, on for more, or -1: see *e,
 * whose code is MG_OK where the reader is gone. */
int	output_step(struct output *, const struct journal *, struct mg_err *e);
void	output_free(struct output *);

#endif
