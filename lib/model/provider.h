/* provider.h - a family of models as data: one jq file.
 * SPDX-License-Identifier: MIT
 *
 * share/providers/NAME.jq defines two stateless functions, `request` and `event`.  Compiling costs
 * by the size of what is compiled (libjq 1.6: 13 ms, and 15 microseconds or more for each small thing), so a
 * file may answer {rare: true} and do the rest in `rare_request` and `rare_event`, which stand below a line
 * "#: rare" and are compiled when needed.
 *
 * request: {backend, messages, tools, settings, omit, rich} -> {body, path?, url?, method?, headers?, optional?}
 *   backend   resolved: see backend.h
 *   messages  [{role: system|user|assistant|tool, content: a string, or parts where there is more than text,
 *               calls?: [{id, name, arguments}], call_id?, is_error?, reasoning?, opaque?}]
 *             arguments is the text of a JSON object; where the wire wants a string, it is that string
 *   tools     [{name, description?, parameters}]
 *   settings  what the backend sends along, for the root of the body; with the limit of tokens
 *   omit      names to leave out (a server refused them); rich: there is more than {role, content}
 *             with text, and settings that are numbers, texts and lists
 *   path      in place of backend.path, behind backend.base_url; url: in place of all
 *   optional  what may be left out when a 400 names it
 *   The key's header, extra_headers, extra_query and extra_body are put in afterwards: no jq program sees a secret.
 * event: {event?, data} -> deltas.  data is an object, parsed.  rare_event besides: {event, data: a string
 *   or array}, and {status, data} for the body of an HTTP error, which gives an error.  A whole reply that is no
 *   stream is one event.  "[DONE]" is seen to by the caller.
 *   A delta is an object with any of these; null is as absent:
 *   text: T                              visible text (a list makes the event rare)
 *   thinks: {FIELD: T, ...}              thinking: the first that is a text; the field's name is kept in opaque
 *                                        as {think_as: FIELD}.  summary: true, where it is a summary
 *   calls: [{slot, id, name, arguments, raw, extra}]   pieces of tool calls; arguments is text to append;
 *                                        raw: the path in data of an object whose bytes are the arguments (an
 *                                        object in `arguments` makes the event rare); extra: kept in opaque as
 *                                        {call_id, extra}
 *   opaque: {...}, key: K, join: NAME    an item to be sent back; one with the same key is continued, and the
 *                                        text of its member NAME appended
 *   usage: {input_tokens, output_tokens, cached_tokens, reasoning_tokens, cost_usd}; model: NAME; end: true
 *   stop: REASON                         neutral, or a word that providers use (reply.c knows them)
 *   error: {code, message, status, retryable, retry_after, loading}
 *   Reasons and codes: see struct mg_reply in call.h. */
#ifndef MG_MODEL_PROVIDER_H
#define MG_MODEL_PROVIDER_H

#include <jv.h>

struct mg_err;
struct mg_provider;

/* Compiles share/providers/NAME.jq, so do it while something else is waited for, but in no
 * second thread.  ~/.jq is never read.  NULL: see *e (MG_USAGE). */
struct mg_provider *mg_provider_new(const char *name, struct mg_err *);
void	mg_provider_free(struct mg_provider *);
/* Consumes input.  The request object, or invalid: see *e. */
jv	mg_provider_request(struct mg_provider *, jv input, struct mg_err *);
/* {event?, data}: consumes data; event may be NULL. */
jv	mg_provider_input(struct mg_provider *, const char *event, jv data);
/* Consumes input; calls delta (which owns each) for every delta.  0, or -1: see *e (MG_DATA). */
int	mg_provider_event(struct mg_provider *, jv input, void (*delta)(void *, jv), void *arg, struct mg_err *);
/* The same, at once by what the file has for rare things. */
int	mg_provider_rare(struct mg_provider *, jv input, void (*delta)(void *, jv), void *arg, struct mg_err *);
/* A count of recorded or played requests for callers that keep none of their own (call.h). */
long	*mg_provider_tape(struct mg_provider *);

#endif
