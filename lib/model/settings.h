/* settings.h - what of a call is the same for every provider, in the form its jq file reads.
 * SPDX-License-Identifier: MIT */
#ifndef MG_MODEL_SETTINGS_H
#define MG_MODEL_SETTINGS_H

#include <jv.h>

#include "model/names.h"

/* What a backend sends along: all its keys but those that are for mg or for older
 * configurations, without nulls; the limit of tokens under the name this backend has for it
 * (the other one where omit names it).  *rich is set where there is more than numbers and texts.
 * Borrows; the caller owns the object. */
jv	mg_settings(jv backend, jv omit, int *rich);
/* The messages with tool names as on the wire, arguments that are JSON objects, lists of mere text
 * as one string, no empty lists of calls.  *rich is set where any has more than
 * a role and a text.  Borrows; the caller owns the array. */
jv	mg_neutral_messages(jv messages, struct mg_names *, int *rich);
/* The tools: name (as on the wire), description, parameters (an object schema), nothing else. */
jv	mg_neutral_tools(jv tools, struct mg_names *);

#endif
