/* config.h - a configuration file, or a few flags, as the opening of a run.
 * SPDX-License-Identifier: MIT
 *
 * A MassGen v0.0.24 configuration keeps its meaning; nothing of it survives
 * here but agent chunks and limits: `mg-run --plan` prints all there is.
 *
 * Top level        agent or agents, orchestrator, timeout_settings, ui (accepted, no effect)
 * An agent         id, system_message, backend; tools, launcher (words, or one line), order
 * backend          what model/backend.h says; everything else goes to the provider as it is
 * orchestrator and timeout_settings, each key in either of them:
 *     key                            setting              value
 *     orchestrator_timeout_seconds   deadline             seconds; null or 0: no limit (here: 0)
 *     final_timeout_seconds          final_timeout        "
 *     first_byte_timeout_seconds     first_byte_timeout   "
 *     idle_timeout_seconds           idle_timeout         "
 *     turn_timeout_seconds           turn_timeout         "
 *     connect_timeout_seconds        connect_timeout      "
 *     tool_timeout_seconds           tool_timeout         "
 *     max_answers                    max_answers          from 1
 *     max_tries                      tries                requests for one model call, from 1
 *     max_tool_rounds                tool_rounds          from 1
 *     max_cost                       max_cost             USD, more than 0
 *     max_tokens                     max_tokens           from 1
 *     present                        present              true or false: ask the winner to present
 *     judge                          judge                an agent's id, or true or false
 * Only what was written is in settings.  A v1 file (agents[].model_config) is translated; there
 * an agent may carry "limits" {turn_timeout, tries, tool_rounds} of its own.
 *
 * ${NAME} is expanded in base_url and api_key alone: an api_key that is ${NAME} becomes key_env, a
 * base_url keeps it until the agent resolves its backend.  Everywhere else it is text, as it was. */
#ifndef MG_CONFIG_CONFIG_H
#define MG_CONFIG_CONFIG_H

#include <jv.h>
#include <stddef.h>

struct mg_err;

struct mg_secret {		/* a literal api_key: reaches the agent's process by its environment alone */
	char	*agent;		/* id */
	char	*variable;	/* the name that the agent chunk's backend.key_env holds */
	char	*value;
};

struct mg_config {
	jv		 agents;	/* array of objects: the members of agent chunks, with "id" for the source */
	jv		 settings;	/* object: the table above */
	struct mg_secret *secret;
	size_t		 nsecret;
};

/* Called for each warning ("file: line 3: unknown key 'modle': did you mean 'model'?"). */
typedef void mg_config_warn(void *arg, const char *text);

/* Reads a .yaml, .yml or .json file ("-" is YAML on stdin; a pipe is YAML too).  A path that does not exist
 * is looked for among the examples.  Broken input: file, line, column and what was expected
 * (MG_USAGE).  0, or -1 and *config holds nothing (mg_config_free is allowed, not needed). */
int	mg_config_load(struct mg_config *, const char *path, mg_config_warn *, void *arg, struct mg_err *);
/* One agent, "agent1", from flags; type or model may be NULL (the model's name then tells the type). */
int	mg_config_quick(struct mg_config *, const char *type, const char *model, const char *base_url,
	    const char *system_message, struct mg_err *);
/* Reads ./.env into the environment; what is set already wins, and a later line wins over an earlier
 * one.  KEY=value, export allowed, quotes stripped, " #" begins a comment; nothing is
 * expanded.  Names that change how programs are loaded (LD_...) are left out. */
void	mg_config_dotenv(void);
/* Wipes the secrets too. */
void	mg_config_free(struct mg_config *);

#endif
