/* tools.h - a tool provider: any program that prints `tools` and answers `tool_call`.
 * SPDX-License-Identifier: MIT */
#ifndef MG_AGENT_TOOLS_H
#define MG_AGENT_TOOLS_H

#include <jv.h>

struct agent;

/* The offer, as an array of {name, description, parameters}; starts the provider the first
 * time.  Empty where there is none, or where it has died or did not speak in time (told once). */
jv	tools_offer(struct agent *);
/* Runs calls ([{id, name, arguments}], borrowed), all at once; an array of {id, name, content, is_error}
 * in their order: every call gets a result, within its limit.  Invalid where the turn was cut. */
jv	tools_call(struct agent *, jv calls);
void	tools_stop(struct agent *);

#endif
