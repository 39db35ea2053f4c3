/* options.h - what the command line said.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RUN_OPTIONS_H
#define MG_RUN_OPTIONS_H

#include <jv.h>
#include <stddef.h>

#include "output.h"

struct words {			/* option arguments in order; borrowed, NULL-ended */
	const char	**w;
	size_t		  n, cap;
};

struct options {
	const char	*config, *from, *resume, *dir;
	const char	*backend, *model, *base_url, *system;
	const char	*vote, *final;		/* commands in these places, or NULL */
	const char	*question;		/* the operand, or NULL */
	int		 dash;			/* "-" stood among the operands */
	struct words	 files, peers;
	struct words	 final_flags, agent_flags;	/* handed on */
	jv		 limits;		/* those that were given: {deadline, max_tokens, ...} */
	enum format	 format;
	int		 plan, quiet, verbose;
};

void	words_add(struct words *, const char *);

#endif
