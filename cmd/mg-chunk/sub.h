/* sub.h - the subcommands of mg-chunk: one file each, one row each.
 * SPDX-License-Identifier: MIT */
#ifndef MG_CHUNK_SUB_H
#define MG_CHUNK_SUB_H

#include "rt/opt.h"

struct sub {
	const struct mg_cmd	*cmd;	/* its name there is "mg-chunk NAME" */
	/* Its own argument vector, from its name on; returns the exit status.
	 * What it leaves in stdout's buffer is flushed after it. */
	int			(*run)(int argc, char *argv[]);
};

extern const struct sub sub_agent, sub_check, sub_message, sub_select, sub_task, sub_text, sub_view;

#endif
