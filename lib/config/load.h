/* load.h - what the readers of a configuration's sections share.
 * SPDX-License-Identifier: MIT */
#ifndef MG_CONFIG_LOAD_H
#define MG_CONFIG_LOAD_H

#include <jv.h>
#include <stddef.h>

#include "config/config.h"
#include "config/node.h"

struct mg_load {
	struct mg_tree	  tree;
	struct mg_config *config;
	mg_config_warn	 *warn;
	void		 *arg;
	struct mg_err	 *e;
	size_t		 *id_line;	/* of each agent so far, for doubled ids */
	size_t		  nagent, cap;
	unsigned long	  told;		/* which rows of the tables of later features were warned of */
	int		  v1;		/* the first v1 agent was told */
};

/* A warning about a place. */
void	mg_load_warn(struct mg_load *, const struct mg_node *at, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* An error about a place; returns -1. */
int	mg_load_fail(struct mg_load *, const struct mg_node *at, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* 0 where o is of that kind (an int is a float too); else an error that names what. */
int	mg_load_kind(struct mg_load *, const struct mg_node *o, enum mg_kind, const char *what);
/* Warns of every key of a mapping that is not in the list (ends with NULL). */
void	mg_load_unknown(struct mg_load *, const struct mg_node *map, const char *const *known);
/* A list of words from a list of scalars or one line; invalid: see *e. */
jv	mg_load_words(struct mg_load *, const struct mg_node *, const char *what);

/* agents.c */
int	mg_load_agents(struct mg_load *);
/* Takes a made agent in: checks its backend and its id.  Consumes agent. */
int	mg_load_agent_done(struct mg_load *, const struct mg_node *entry, const struct mg_node *id, jv agent);
/* backends.c: the backend as the agent chunk shows it.  Warns of what this version does not do. */
jv	mg_load_backend(struct mg_load *, const struct mg_node *);
/* Warns once of a key that this version takes and does not act on; 1 where it is one. */
int	mg_load_later(struct mg_load *, const struct mg_node *key, const struct mg_node *val);
/* legacy.c: an entry of the v1 schema; consumes nothing. */
int	mg_load_v1_agent(struct mg_load *, const struct mg_node *entry);
/* settings.c: orchestrator, timeout_settings; after the agents. */
int	mg_load_settings(struct mg_load *);

#endif
