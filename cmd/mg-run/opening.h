/* opening.h - a question and a configuration as the first chunks of a run.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RUN_OPENING_H
#define MG_RUN_OPENING_H

#include <jv.h>

#include "config/config.h"
#include "rt/buf.h"

struct mg_err;
struct options;

struct opening {
	jv			 content;	/* of the task; invalid where --from brings one */
	struct mg_config	 config;	/* agents, settings, secrets */
	struct mg_buf		 from;		/* the chunks of --from */
	int			 has_task;	/* one of them is a task */
};

/* Reads the question, its files, and the configuration: everything that can be
 * wrong before a run exists.  0, or -1: see *e. */
int	opening_read(struct opening *, const struct options *, struct mg_err *e);
/* Only the configuration's secrets, for a resume. */
int	opening_secrets(struct opening *, const struct options *, struct mg_err *e);
/* The chunks, a line each; run is the id that the task names, or NULL. */
void	opening_lines(const struct opening *, const struct options *, const char *run, struct mg_buf *lines);
void	opening_free(struct opening *);

/* The task's content from the operand, stdin and files; invalid where there is
 * none and --from is given.  0, or -1: see *e. */
int	question_read(const struct options *, jv *content, struct mg_err *e);

#endif
