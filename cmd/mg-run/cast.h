/* cast.h - who is on the bus: each agent, the tally, the presenter, and what --peer adds.
 * SPDX-License-Identifier: MIT */
#ifndef MG_RUN_CAST_H
#define MG_RUN_CAST_H

#include <jv.h>

struct bus;
struct mg_config;
struct mg_err;
struct mg_state;
struct options;

/* Which environment variables each agent's backend reads its key from: {id: [names]}.
 * Every one that is missing is told with its agent.  0, or -1 (MG_USAGE) where any is. */
int	cast_keys(const struct mg_state *, const struct options *, const struct mg_config *, jv *keys,
	    struct mg_err *e);
/* The commands of --vote, --final and --peer, before a run exists.  0, or -1 (MG_USAGE). */
int	cast_check(const struct options *, struct mg_err *e);
/* Adds every peer to the bus, the opening or the journal being in.  0, or -1: see *e. */
int	cast_peers(struct bus *, const struct options *, const struct mg_config *, jv keys, struct mg_err *e);

/* The environment of an agent: what any program needs, and of secrets only its own.
 * chunk is its agent chunk, names its key variables (both borrowed). */
char	**environment_of_agent(const char *id, jv chunk, jv names, const struct mg_config *,
	    const char *state, const char *run);
/* Of a command that the user names: ours without what looks like a secret. */
char	**environment_of_command(const char *state, const char *run);
/* Of mg-vote and mg-final. */
char	**environment_plain(const char *state, const char *run);

#endif
